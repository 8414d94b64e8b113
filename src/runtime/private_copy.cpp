#include "runtime/private_copy.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

#include <fstream>

#include "runtime/linker_error.h"

namespace openmatrix {
namespace {

constexpr char kAdvice[] =
    " (TMPDIR names the directory: it must exist, be writable and allow execution)";

}  // namespace

Result<PrivateCopy> LoadPrivateCopy(const ElfImage& image, const std::string& path, int flags) {
  const char* base = ::getenv("TMPDIR");
  const bool chosen = base != nullptr && *base != '\0';
  std::string directory = std::string(chosen ? base : "/tmp") + "/openmatrix-XXXXXX";
  if (::mkdtemp(directory.data()) == nullptr) {
    return {Code::kLibraryNotLoaded,
            "library \"" + path + "\": no room for its private copy " + directory + kAdvice};
  }
  PrivateCopy copy;
  copy.file = directory + "/" + path.substr(path.rfind('/') + 1);
  bool written = false;
  {
    std::ofstream to(copy.file, std::ios::binary);
    to << image.bytes() << std::flush;
    written = to.good();
  }
  std::string text = "its private copy " + copy.file + " cannot be written" + kAdvice;
  if (written) {
    copy.handle = ::dlopen(copy.file.c_str(), flags);
    if (copy.handle == nullptr) text = LinkerError();
    if (text.find("failed to map segment") != std::string::npos) text += kAdvice;
  }
  ::unlink(copy.file.c_str());
  ::rmdir(directory.c_str());
  if (copy.handle != nullptr) return copy;
  return {Code::kLibraryNotLoaded, "library \"" + path + "\": " + text};
}

}  // namespace openmatrix
