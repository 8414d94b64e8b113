// Loads a library from a file of its own: the user's file stays as it is, and what is loaded is a
// second object to the dynamic linker, with statics of its own.
//
// Any thread.
#pragma once

#include <string>

#include "base/result.h"
#include "runtime/elf_image.h"

namespace openmatrix {

struct PrivateCopy {
  void* handle = nullptr;  // of dlopen
  std::string file;        // by this name the dynamic linker knows the library
};

// Loads `image` with the dlopen `flags`, from a directory under TMPDIR that only this user may
// enter and that is gone when this returns. The file has the name of `path`, where the library
// comes from. Fails with kLibraryNotLoaded.
Result<PrivateCopy> LoadPrivateCopy(const ElfImage& image, const std::string& path, int flags);

}  // namespace openmatrix
