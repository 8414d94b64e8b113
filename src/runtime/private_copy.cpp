#include "runtime/private_copy.h"

#include <dlfcn.h>
#include <stdlib.h>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "base/log_sink.h"
#include "base/mutex.h"
#include "base/no_destructor.h"
#include "os/fork_guard.h"
#include "os/temporary_directories.h"
#include "runtime/copy_directory.h"
#include "runtime/library_order.h"
#include "runtime/linker_error.h"

namespace openmatrix {
namespace {

constexpr char kAdvice[] =
    " (it lies in XDG_RUNTIME_DIR, TMPDIR or /tmp: one of them must exist, have room, allow "
    "execution, and be writable for this user alone, or sticky)";

struct Place {
  explicit Place(const std::string& base) : directory(base) {}

  CopyDirectory directory;
  OnceGate passed_over;
};

// Made with the library: a fork may come in the midst of the first use.
Mutex g_making;
NoDestructor<HeldAcrossForks> g_making_held(ForkRank::kMakers, g_making);

// One per base for the life of the process: it holds the lease of the copies there.
Place& PlaceIn(const std::string& base) {
  MutexLock lock(g_making);
  static NoDestructor<std::map<std::string, std::unique_ptr<Place>>> places;
  std::unique_ptr<Place>& place = (*places)[base];
  if (place == nullptr) place = std::make_unique<Place>(base);
  return *place;
}

std::vector<std::string> Bases() {
  std::vector<std::string> bases;
  const char* const runtime = ::getenv("XDG_RUNTIME_DIR");
  if (runtime != nullptr && *runtime != '\0') bases.emplace_back(runtime);
  for (std::string& directory : TemporaryDirectories()) bases.push_back(std::move(directory));
  return bases;
}

std::string NameOf(View side) {
  return side.is_host() ? "host" : "device" + std::to_string(side.device());
}

// Of the copy of the library at `path`.
std::string FileName(const std::string& path) {
  std::string name = BaseName(path);
  if (LinkerChanges(name)) std::replace(name.begin(), name.end(), '$', '_');
  return name;
}

// The file may go between Put and dlopen, once: whoever tidies up then has looked before.
Result<PrivateCopy> LoadFrom(CopyDirectory& directory, const ElfImage& image,
                             const std::string& path, View side, int flags,
                             const std::function<void(const std::string&)>& announce) {
  std::string why;
  for (int attempt = 0; attempt < 2; ++attempt) {
    Result<std::string> file = directory.Put(image.bytes(), NameOf(side), FileName(path));
    if (!file.ok()) return file.error();
    announce(file.value());
    void* const handle = ::dlopen(file.value().c_str(), flags);
    if (handle != nullptr) return PrivateCopy{handle, file.value()};
    why = LinkerError();
    if (why.find("No such file") == std::string::npos) break;
  }
  return {Code::kLibraryNotLoaded, why};
}

// True if another directory may do better.
bool BlamesDirectory(const std::string& why) {
  return why.find("failed to map segment") != std::string::npos;
}

}  // namespace

Result<PrivateCopy> LoadPrivateCopy(const ElfImage& image, const std::string& path, View side,
                                    int flags,
                                    const std::function<void(const std::string&)>& announce) {
  std::string reasons;
  for (const std::string& base : Bases()) {
    Place& place = PlaceIn(base);
    Result<PrivateCopy> copy = LoadFrom(place.directory, image, path, side, flags, announce);
    if (copy.ok()) return copy;
    reasons += (reasons.empty() ? "" : "; ") + copy.error().text;
    if (copy.error().code == Code::kLibraryNotLoaded && !BlamesDirectory(copy.error().text)) {
      return {Code::kLibraryNotLoaded, "library \"" + path + "\": " + reasons};
    }
    if (place.passed_over.Enter()) {
      LogLine(LogLevel::kWarning, "no private copies there: " + copy.error().text + kAdvice);
    }
  }
  return {Code::kLibraryNotLoaded,
          "library \"" + path + "\": no room for its private copy: " + reasons + kAdvice};
}

}  // namespace openmatrix
