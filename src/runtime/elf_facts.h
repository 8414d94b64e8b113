// What the file of a library says about itself, read without loading it.
#pragma once

#include <string>

#include "base/result.h"

namespace openmatrix {

struct ElfFacts {
  bool symbolic = false;  // linked with -Bsymbolic: its names bind to itself first
};

// Reads the dynamic section of the ELF file at `path`. Fails with kFileMissing, or with
// kLibraryNotLoaded when it is no shared library of this machine, and says what it is instead.
Result<ElfFacts> ReadElfFacts(const std::string& path);

}  // namespace openmatrix
