// What the file of a library says about itself, read without loading it.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "runtime/elf_image.h"

namespace openmatrix {

struct ElfFacts {
  bool symbolic = false;            // linked with -Bsymbolic: its names bind to itself first
  std::string soname;               // what other libraries call it; often empty
  std::vector<std::string> needed;  // what it calls the libraries that it needs
};

// Reads the dynamic section of the ELF file at `path`. Fails with kFileMissing, or with
// kLibraryNotLoaded when it is no shared library of this machine, and says what it is instead.
Result<ElfFacts> ReadElfFacts(const std::string& path);

// The same for bytes that are here already; `path` stands in messages.
Result<ElfFacts> ReadElfFacts(const ElfImage& image, const std::string& path);

}  // namespace openmatrix
