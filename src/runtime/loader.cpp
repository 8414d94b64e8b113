#include "runtime/loader.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/log_sink.h"
#include "os/module.h"
#include "runtime/interposition.h"
#include "runtime/linker_error.h"
#include "runtime/private_copy.h"
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

// What the dynamic linker is asked for.
std::string FileOrName(const std::string& name) {
  return FileExists(name) ? AbsolutePath(name) : name;
}

std::string BaseName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

bool HasDirectory(const std::string& name) { return name.find('/') != std::string::npos; }

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
  return ", symbol " + Demangle(info.dli_sname);
}

// True if the file at `path` is loaded already, for another side than `side`.
bool OtherSideHas(const std::string& path, View side) {
  struct stat wanted;
  if (::stat(path.c_str(), &wanted) != 0) return false;
  for (const LoadedObject& object : LoadedObjects()) {
    struct stat facts;
    if (object.path.empty() || ::stat(object.path.c_str(), &facts) != 0) continue;
    if (facts.st_dev != wanted.st_dev || facts.st_ino != wanted.st_ino) continue;
    return SideOfModule(reinterpret_cast<const void*>(object.range.begin)) != side;
  }
  return false;
}

// Null if it is not loaded.
void* LoadedHandle(const std::string& file) {
  return ::dlopen(file.c_str(), RTLD_LAZY | RTLD_NOLOAD);
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

// What the file at `name` says about itself; nothing if it cannot be read.
ElfFacts FactsOf(const std::string& name) {
  if (!FileExists(name)) return {};
  Result<ElfFacts> facts = ReadElfFacts(name);
  return facts.ok() ? std::move(facts.value()) : ElfFacts();
}

// The same names, each behind those that it needs: a library that finds what it needs by itself
// would otherwise get another side's.
std::vector<std::string> DependenciesFirst(const std::vector<std::string>& names,
                                           const std::vector<bool>& known) {
  std::vector<ElfFacts> facts;
  for (std::size_t i = 0; i < names.size(); ++i) {
    facts.push_back(known[i] ? ElfFacts() : FactsOf(names[i]));
  }
  std::vector<std::string> ordered;
  std::vector<bool> seen(names.size(), false);
  const std::function<void(std::size_t)> visit = [&](std::size_t i) {
    if (seen[i]) return;
    seen[i] = true;
    for (const std::string& needed : facts[i].needed) {
      for (std::size_t k = 0; k < names.size(); ++k) {
        if (facts[k].soname == needed || BaseName(names[k]) == BaseName(needed)) visit(k);
      }
    }
    ordered.push_back(names[i]);
  };
  for (std::size_t i = 0; i < names.size(); ++i) visit(i);
  return ordered;
}

}  // namespace

Loader::Loader(std::function<void()> after_load) : after_load_(std::move(after_load)) {}

Status Loader::SetPublicKey(const std::string& text) {
  Result<std::shared_ptr<const PublicKey>> key = PublicKey::Read(text);
  {
    MutexLock lock(key_mutex_);
    key_ = key.ok() ? key.value() : nullptr;
  }
  if (key.ok()) return {};
  return {key.error().code, key.error().text + "; signatures of libraries are not checked"};
}

std::shared_ptr<const PublicKey> Loader::KeyFor(View side) {
  MutexLock lock(key_mutex_);
  return side.is_host() ? nullptr : key_;
}

Status Loader::Verify(const std::vector<std::string>& names, View side) {
  const std::shared_ptr<const PublicKey> key = KeyFor(side);
  if (key == nullptr) return {};
  for (const std::string& name : names) {
    if (!FileExists(name)) continue;
    const std::string path = AbsolutePath(name);
    const Result<ElfImage> image = ElfImage::FromFile(path);
    if (!image.ok()) return image.error();
    Status verified = key->Verify(image.value().bytes(), path);
    if (!verified.ok()) return verified;
  }
  return {};
}

Status Loader::Load(const std::vector<std::string>& names, View side,
                    const std::vector<std::string>& installed) {
  Status verified = Verify(names, side);
  if (!verified.ok()) return verified;
  Task task;
  task.side = side;
  task.key = KeyFor(side);
  std::set<std::string> paths;
  for (const std::string& name : names) paths.insert(FileOrName(name));
  for (const std::string& name : installed) {
    if (paths.count(FileOrName(name)) == 0) task.names.push_back(Name{name, true});
  }
  for (const std::string& name : DependenciesFirst(names, WhichAreKnown(names, side))) {
    task.names.push_back(Name{name, false});
  }
  return LoadAll(task);
}

std::vector<bool> Loader::WhichAreKnown(const std::vector<std::string>& names, View side) {
  const std::lock_guard<std::recursive_mutex> turn(turn_);
  const Libraries& mine = libraries_[side.index];
  std::vector<bool> known;
  for (const std::string& name : names) known.push_back(mine.count(FileOrName(name)) != 0);
  return known;
}

Status Loader::LoadAll(Task& task) {
  std::vector<Name> waiting = task.names;
  std::vector<Error> errors;
  std::vector<Error> hopeless;
  // Each pass tries what is left; a dependency that stands later in the list, or that nobody
  // names in DT_NEEDED, is there in a later pass.
  while (!waiting.empty()) {
    errors.clear();
    std::vector<Name> failed;
    for (const Name& name : waiting) {
      const Result<bool> loaded = LoadOne(task, name);
      if (loaded.ok()) {
        if (loaded.value()) after_load_();
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
    if (only_missing || task.lazy) break;
    if (!task.widened && task.names.size() > 1) {
      task.widened = true;
      if (!task.side.is_host()) continue;
      // One program: there the libraries may all see each other.
      const std::lock_guard<std::recursive_mutex> turn(turn_);
      std::vector<std::string> files;
      for (const Name& name : task.names) files.push_back(FindLoaded(task.side, name.text).file);
      Promote(files);
      continue;
    }
    // Undefined functions that are never called are common where nothing was linked
    // with --no-undefined: let them fail when they are called. Those of another protobuf are no
    // such thing: what is inline in its headers does not fit either.
    task.lazy = true;
    std::vector<Name> rest;
    for (std::size_t i = 0; i < waiting.size(); ++i) {
      if (BlamesProtobuf(errors[i].text)) {
        hopeless.push_back(errors[i]);
      } else {
        rest.push_back(waiting[i]);
      }
    }
    waiting = std::move(rest);
  }
  if (waiting.empty()) errors.clear();
  errors.insert(errors.begin(), hopeless.begin(), hopeless.end());
  if (errors.empty()) return {};
  std::string text;
  Code code = Code::kFileMissing;
  for (const Error& error : errors) {
    if (error.code != Code::kFileMissing) code = error.code;
    text += (text.empty() ? "" : "; ") + Explain(error.text);
  }
  return {code, text};
}

Result<bool> Loader::LoadOne(const Task& task, const Name& name) {
  const std::string& text = name.text;
  const bool exists = FileExists(text);
  const bool checked = task.key != nullptr && !name.installed;
  if (text.empty() || (!exists && (HasDirectory(text) || checked))) {
    return {Code::kFileMissing,
            "library \"" + text + "\" does not exist" +
                (checked ? " (what needs a signature is not searched for)" : "")};
  }
  const std::lock_guard<std::recursive_mutex> turn(turn_);
  PromoteFramework();
  const std::vector<LoadedObject> before = LoadedObjects();
  Status loaded;
  {
    const ContextScope context(task.side);
    if (exists && !name.installed) {
      const Result<Library> library = Open(task, AbsolutePath(text));
      if (!library.ok()) loaded = library.error();
    } else {
      const int flags = (task.lazy ? RTLD_LAZY : RTLD_NOW) | RTLD_LOCAL | RTLD_NODELETE;
      if (::dlopen(FileOrName(text).c_str(), flags) == nullptr) {
        const std::string why = LinkerError();
        // Without a file, "not found" is what the search says; anything else names a real fault.
        const bool missing = !exists && why.find(text + ": cannot open") == 0;
        loaded = {missing ? Code::kFileMissing : Code::kLibraryNotLoaded,
                  "library \"" + text + "\": " + why};
      }
    }
  }
  if (!loaded.ok()) return loaded.error();
  if (task.lazy) {
    Log(LogLevel::kWarning,
        "library \"%s\" has undefined symbols; a call of one of them will end the program",
        text.c_str());
  }
  const std::vector<LoadedObject> fresh = NewObjects(before);
  if (!task.side.is_host()) AddDeviceObjects(fresh, task.side.device());
  return !fresh.empty();
}

// One file is one object to the dynamic linker. A board has several programs: so a library that
// several sides name is loaded once for each. So is one that must be changed.
Result<Loader::Library> Loader::Open(const Task& task, const std::string& path) {
  Libraries& mine = libraries_[task.side.index];
  const auto known = mine.find(path);
  if (known != mine.end()) return known->second;
  Result<ElfImage> image = ElfImage::FromFile(path);
  if (!image.ok()) return Error{Code::kLibraryNotLoaded, image.error().text};
  const Result<ElfFacts> facts = ReadElfFacts(image.value(), path);
  if (!facts.ok()) return facts.error();
  if (task.key != nullptr) {
    const Status verified = task.key->Verify(image.value().bytes(), path);
    if (!verified.ok()) return verified.error();
  }
  int flags = (task.lazy ? RTLD_LAZY : RTLD_NOW) | RTLD_LOCAL | RTLD_NODELETE;
  bool may_be_interposed = !task.side.is_host() && !facts.value().symbolic;
  if (may_be_interposed && DeepBindIsSafe()) {
    flags |= RTLD_DEEPBIND;
    may_be_interposed = false;
  }
  const bool apart = OtherSideHas(path, task.side);
  const bool marked = may_be_interposed && (apart || LoadedHandle(path) == nullptr) &&
                      TakesNamesOfTheProgram(image.value(), task.side);
  const auto new_names = NamesToChange(task, facts.value());
  const auto more = task.widened ? UnnamedNeeds(task, image.value()) : std::vector<std::string>();
  // What was checked is what is loaded: the file may have changed meanwhile.
  const bool must = apart || task.key != nullptr || !new_names.empty();
  Library library;
  library.file = path;
  library.soname = facts.value().soname;
  if (must || marked || !more.empty()) {
    bool changed = image.value().ChangeNeeded(new_names, more);
    if (!changed && !more.empty()) {
      Promote(more);
      changed = image.value().ChangeNeeded(new_names, {});
    }
    if (!changed) {
      if (task.key != nullptr) {
        return {Code::kLibraryNotLoaded,
                "library \"" + path + "\": its file has no room for the names of the libraries " +
                    "that were checked; link it with a build id"};
      }
      Log(LogLevel::kWarning,
          "library \"%s\" shares libraries that it needs with another side: its file has no room "
          "for other names",
          path.c_str());
    }
    std::vector<void*> needed;
    for (const std::string& name : facts.value().needed) {
      const Library* other = changed ? FindNeeded(task, name) : nullptr;
      if (other != nullptr && !facts.value().symbolic) needed.push_back(other->handle);
    }
    if (apart && !marked) KeepStaticsApart(image.value(), needed);
    if (marked && !MakeSymbolic(image.value())) {
      Log(LogLevel::kWarning, "%s: cannot be marked symbolic: no room in its dynamic section",
          path.c_str());
    }
    Result<PrivateCopy> copy = LoadPrivateCopy(image.value(), path, flags);
    if (copy.ok()) {
      library.handle = copy.value().handle;
      library.file = copy.value().file;
      const char* const why = marked                ? "the program has the same names"
                              : apart               ? "another side has it, too"
                              : task.key != nullptr ? "its signature was checked"
                                                    : "it needs libraries of its own side";
      Log(LogLevel::kInfo, "library \"%s\" is loaded from a private copy: %s", path.c_str(), why);
    } else if (must) {
      return copy.error();
    } else {
      LogLine(LogLevel::kInfo, copy.error().text);
    }
  }
  if (library.handle == nullptr) library.handle = ::dlopen(path.c_str(), flags);
  if (library.handle == nullptr) {
    return {Code::kLibraryNotLoaded, "library \"" + path + "\": " + LinkerError()};
  }
  mine[path] = library;
  return library;
}

const Loader::Library* Loader::FindNeeded(const Task& task, const std::string& needed) {
  const Libraries& mine = libraries_[task.side.index];
  const auto fits = [&needed](const std::string& name, const Library& library) {
    return library.soname == needed || BaseName(name) == BaseName(needed);
  };
  for (const Name& name : task.names) {
    const auto found = name.installed ? mine.end() : mine.find(FileOrName(name.text));
    if (found != mine.end() && fits(name.text, found->second)) return &found->second;
  }
  for (const auto& [path, library] : mine) {
    if (fits(path, library)) return &library;
  }
  return nullptr;
}

std::map<std::string, std::string> Loader::NamesToChange(const Task& task, const ElfFacts& facts) {
  std::map<std::string, std::string> changes;
  for (const std::string& needed : facts.needed) {
    const Library* const library = FindNeeded(task, needed);
    if (library != nullptr && LoadedHandle(needed) != library->handle) {
      changes[needed] = library->file;
    }
  }
  return changes;
}

Loader::Library Loader::FindLoaded(View side, const std::string& name) {
  const Libraries& mine = libraries_[side.index];
  const auto found = mine.find(FileOrName(name));
  if (found != mine.end()) return found->second;
  Library library;
  library.file = FileOrName(name);
  library.handle = LoadedHandle(library.file);
  return library;
}

std::vector<std::string> Loader::UnnamedNeeds(const Task& task, const ElfImage& image) {
  std::vector<std::string> files;
  const std::vector<std::string> missing = MissingNames(image);
  for (const Name& name : task.names) {
    const Library library = FindLoaded(task.side, name.text);
    const bool used =
        library.handle != nullptr &&
        std::any_of(missing.begin(), missing.end(), [&library](const std::string& symbol) {
          return ::dlsym(library.handle, symbol.c_str()) != nullptr;
        });
    if (used) files.push_back(library.file);
  }
  return files;
}

void Loader::Promote(const std::vector<std::string>& files) {
  for (const std::string& file : files) {
    if (file.empty()) continue;
    if (::dlopen(file.c_str(), RTLD_NOW | RTLD_NOLOAD | RTLD_GLOBAL) != nullptr) {
      Log(LogLevel::kInfo, "symbols of \"%s\" made visible to libraries that do not name it",
          file.c_str());
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
