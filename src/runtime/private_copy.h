// Loads a library from a file of its own: the user's file stays as it is, and what is loaded is a
// second object to the dynamic linker, with statics of its own.
//
// Any thread.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "memory/view.h"
#include "runtime/elf_image.h"

namespace openmatrix {

struct PrivateCopy {
  void* handle = nullptr;  // of dlopen
  std::string file;        // by this name the dynamic linker knows the library
};

// Loads `image`, made from the library at `path`, with the dlopen `flags`. Its file lies in the
// first of XDG_RUNTIME_DIR, TMPDIR and /tmp that will do (see copy_directory.h), and stays there:
// the same image for the same side is the same file, in this process and later ones. `announce` is
// told the file before it is loaded. Fails with kLibraryNotLoaded.
Result<PrivateCopy> LoadPrivateCopy(const ElfImage& image, const std::string& path, View side,
                                    int flags,
                                    const std::function<void(const std::string&)>& announce);

}  // namespace openmatrix
