#include "runtime/loader.h"

#include <cxxabi.h>
#include <dlfcn.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>

#include "base/log_sink.h"
#include "os/module.h"
#include "runtime/elf_facts.h"
#include "runtime/interposition.h"
#include "runtime/side.h"

namespace openmatrix {
namespace {

bool FileExists(const std::string& path) {
  struct stat facts;
  return !path.empty() && ::stat(path.c_str(), &facts) == 0;
}

std::string AbsolutePath(const std::string& path) {
  char resolved[PATH_MAX];
  return ::realpath(path.c_str(), resolved) != nullptr ? std::string(resolved) : path;
}

std::string LinkerError() {
  const char* text = ::dlerror();
  return text != nullptr ? text : "unknown error of the dynamic linker";
}

std::string ObjectOf(const void* address) {
  LoadedObject object;
  if (address == nullptr || !FindObject(address, object)) return "?";
  return object.path.empty() ? "the executable" : object.path;
}

// ", symbol <name>" if the dynamic linker knows one there: it does for every name that can take the
// place of another.
std::string SymbolAt(const void* address) {
  Dl_info info;
  if (::dladdr(address, &info) == 0 || info.dli_sname == nullptr) return "";
  int status = 0;
  char* const readable = abi::__cxa_demangle(info.dli_sname, nullptr, nullptr, &status);
  const std::string text =
      std::string(", symbol ") + (readable != nullptr ? readable : info.dli_sname);
  std::free(readable);
  return text;
}

// True if the file at `path` is loaded already, for the other side than `side`.
bool OtherSideHas(const std::string& path, View side) {
  struct stat wanted;
  if (::stat(path.c_str(), &wanted) != 0) return false;
  for (const LoadedObject& object : LoadedObjects()) {
    struct stat facts;
    if (object.path.empty() || ::stat(object.path.c_str(), &facts) != 0) continue;
    if (facts.st_dev != wanted.st_dev || facts.st_ino != wanted.st_ino) continue;
    std::uint32_t device = 0;
    const bool is_devices = FindDeviceOf(reinterpret_cast<const void*>(object.range.begin), device);
    return is_devices == side.is_host();
  }
  return false;
}

bool IsLoaded(const std::string& path) {
  return ::dlopen(path.c_str(), RTLD_LAZY | RTLD_NOLOAD) != nullptr;
}

std::vector<LoadedObject> NewObjects(const std::vector<LoadedObject>& before) {
  std::set<std::uintptr_t> known;
  for (const LoadedObject& object : before) known.insert(object.range.begin);
  std::vector<LoadedObject> fresh;
  for (LoadedObject& object : LoadedObjects()) {
    if (known.count(object.range.begin) == 0) fresh.push_back(std::move(object));
  }
  return fresh;
}

}  // namespace

Loader::Loader(std::function<void()> after_load) : after_load_(std::move(after_load)) {}

Status Loader::Load(const std::vector<std::string>& names, View side) {
  std::vector<std::string> waiting = names;
  std::vector<Error> errors;
  bool lazy = false;
  bool promoted = false;
  // Each pass tries what is left; a dependency that stands later in the list, or that nobody
  // names in DT_NEEDED, is there in a later pass.
  while (!waiting.empty()) {
    errors.clear();
    std::vector<std::string> failed;
    for (const std::string& name : waiting) {
      Status loaded = LoadOne(name, side, lazy);
      if (loaded.ok()) {
        after_load_();
        continue;
      }
      failed.push_back(name);
      errors.push_back(loaded.error());
    }
    const bool progress = failed.size() < waiting.size();
    waiting = std::move(failed);
    if (progress) continue;
    const bool only_missing = std::all_of(errors.begin(), errors.end(), [](const Error& error) {
      return error.code == Code::kFileMissing;
    });
    if (only_missing || lazy) break;
    if (!promoted && names.size() > 1) {
      promoted = true;
      PromoteDependencies(names);
      continue;
    }
    // Undefined functions that are never called are common where nothing was linked
    // with --no-undefined: let them fail when they are called.
    lazy = true;
  }
  if (errors.empty() || waiting.empty()) return {};
  std::string text;
  Code code = Code::kFileMissing;
  for (const Error& error : errors) {
    if (error.code != Code::kFileMissing) code = Code::kLibraryNotLoaded;
    text += text.empty() ? error.text : "; " + error.text;
  }
  return {code, text};
}

Status Loader::LoadOne(const std::string& name, View side, bool lazy) {
  const bool exists = FileExists(name);
  if (name.empty() || (!exists && name.find('/') != std::string::npos)) {
    return {Code::kFileMissing, "library \"" + name + "\" does not exist"};
  }
  const std::string path = exists ? AbsolutePath(name) : name;
  int flags = (lazy ? RTLD_LAZY : RTLD_NOW) | RTLD_LOCAL | RTLD_NODELETE;
  bool may_be_interposed = false;
  if (exists) {
    const Result<ElfFacts> facts = ReadElfFacts(path);
    if (!facts.ok()) return Error{Code::kLibraryNotLoaded, facts.error().text};
    may_be_interposed = !side.is_host() && !facts.value().symbolic;
    if (may_be_interposed && DeepBindIsSafe()) {
      flags |= RTLD_DEEPBIND;
      may_be_interposed = false;
    }
  }
  const std::lock_guard<std::recursive_mutex> turn(turn_);
  PromoteFramework();
  const std::vector<LoadedObject> before = LoadedObjects();
  void* handle = nullptr;
  std::string text;
  {
    const ContextScope context(side);
    const bool apart = exists && (CopiesOf(side).count(path) != 0 || OtherSideHas(path, side));
    const bool marked = may_be_interposed && (apart || !IsLoaded(path)) &&
                        CopiesOf(side).count(path) == 0 && TakesNamesOfTheProgram(path);
    if (apart || marked) {
      Result<void*> copy = OpenCopy(path, flags, marked, CopiesOf(side));
      if (copy.ok()) {
        handle = copy.value();
      } else if (apart) {
        return copy.error();
      } else {
        LogLine(LogLevel::kInfo, copy.error().text);
      }
    }
    if (handle == nullptr) handle = ::dlopen(path.c_str(), flags);
    if (handle == nullptr) text = LinkerError();
  }
  if (handle == nullptr) {
    // Without a file, "not found" is what the search says; anything else names a real fault.
    const bool missing = !exists && text.find("No such file") != std::string::npos;
    return {missing ? Code::kFileMissing : Code::kLibraryNotLoaded,
            "library \"" + name + "\": " + text};
  }
  if (lazy) {
    Log(LogLevel::kWarning,
        "library \"%s\" has undefined symbols; a call of one of them will end the program",
        name.c_str());
  }
  if (!side.is_host()) AddDeviceObjects(NewObjects(before), side.device());
  return {};
}

// One file is one object to the dynamic linker. A board has two: so a library that both sides
// name is loaded a second time, from a copy that is gone as soon as it is mapped. A library that
// must be `marked` symbolic is, too: the user's file stays as it is.
Result<void*> Loader::OpenCopy(const std::string& path, int flags, bool marked, Copies& copies) {
  const auto known = copies.find(path);
  if (known != copies.end()) return known->second;
  const char* base = ::getenv("TMPDIR");
  std::string directory = std::string(base != nullptr ? base : "/tmp") + "/openmatrix-XXXXXX";
  if (::mkdtemp(directory.data()) == nullptr) {
    return {Code::kLibraryNotLoaded, path + ": no directory for a second copy: " + directory};
  }
  const std::string copy = directory + path.substr(path.rfind('/'));
  {
    std::ifstream from(path, std::ios::binary);
    std::ofstream to(copy, std::ios::binary);
    to << from.rdbuf();
  }
  if (marked) {
    const Status done = MakeSymbolic(copy);
    if (!done.ok()) LogLine(LogLevel::kWarning, done.error().text);
  }
  void* const handle = ::dlopen(copy.c_str(), flags);
  const std::string text = handle == nullptr ? LinkerError() : std::string();
  ::unlink(copy.c_str());
  ::rmdir(directory.c_str());
  if (handle == nullptr) return {Code::kLibraryNotLoaded, "library \"" + path + "\": " + text};
  Log(LogLevel::kInfo, "library \"%s\" is loaded from a private copy: %s", path.c_str(),
      marked ? "the program has the same names" : "it is on both sides");
  copies[path] = handle;
  return handle;
}

void Loader::PromoteDependencies(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const std::string path = FileExists(name) ? AbsolutePath(name) : name;
    if (path.empty()) continue;
    if (::dlopen(path.c_str(), RTLD_NOW | RTLD_NOLOAD | RTLD_GLOBAL) != nullptr) {
      Log(LogLevel::kInfo, "symbols of \"%s\" made visible to libraries that do not name it",
          path.c_str());
    }
  }
}

void Loader::PromoteFramework() {
  if (framework_promoted_) return;
  framework_promoted_ = true;
  LoadedObject self;
  const auto here = reinterpret_cast<const void*>(&CheckBelongsTo);
  // In a program that contains this code itself there is nothing to promote.
  if (!FindObject(here, self) || self.path.empty()) return;
  if (::dlopen(self.path.c_str(), RTLD_NOW | RTLD_NOLOAD | RTLD_GLOBAL) == nullptr) {
    Log(LogLevel::kWarning, "cannot make the symbols of %s global: %s", self.path.c_str(),
        LinkerError().c_str());
  }
}

Status CheckBelongsTo(const void* address, View side, const std::string& what) {
  if (side.is_host()) return {};
  std::uint32_t device = 0;
  if (FindDeviceOf(address, device)) return {};
  return {Code::kLibraryNotLoaded,
          what + " lies in " + ObjectOf(address) + SymbolAt(address) +
              " and not in its device library: a name of the program has taken the place of the "
              "library's own; link the library with -Wl,-Bsymbolic -fno-gnu-unique"};
}

}  // namespace openmatrix
