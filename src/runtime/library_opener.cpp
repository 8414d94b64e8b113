#include "runtime/library_opener.h"

#include <dlfcn.h>

#include <algorithm>
#include <utility>

#include "base/log_sink.h"
#include "runtime/interposition.h"
#include "runtime/library_order.h"
#include "runtime/linker_error.h"
#include "runtime/private_copy.h"
#include "runtime/side.h"

namespace openmatrix {

int LoadTask::Flags() const { return (lazy ? RTLD_LAZY : RTLD_NOW) | RTLD_LOCAL | RTLD_NODELETE; }

void* LoadedHandle(const std::string& file) {
  return ::dlopen(file.c_str(), RTLD_LAZY | RTLD_NOLOAD);
}

void Promote(const std::vector<std::string>& files) {
  for (const std::string& file : files) {
    if (file.empty()) continue;
    if (::dlopen(file.c_str(), RTLD_NOW | RTLD_NOLOAD | RTLD_GLOBAL) != nullptr) {
      Log(LogLevel::kInfo, "symbols of \"%s\" made visible to libraries that do not name it",
          file.c_str());
    }
  }
}

const char* LibraryOpener::Plan::Why() const {
  if (own_runtime && (marked || symbolic)) return "it has a C++ run time of its own";
  if (marked) return "the program has the same names";
  if (apart) return "another side has it, too";
  if (unnamed) return kChangedPath;
  return checked ? "its signature was checked" : "it needs libraries of its own side";
}

// One file is one object to the dynamic linker. A board has several programs: so a library that
// several sides name is loaded once for each. So is one that must be changed.
Result<Library> LibraryOpener::Open(const LoadTask& task, const std::string& path) {
  Library library = libraries_.Find(task.side, path);
  if (library.handle != nullptr) return library;
  Result<ElfImage> image = ElfImage::FromFile(path);
  if (!image.ok()) return Error{Code::kLibraryNotLoaded, image.error().text};
  const Result<ElfFacts> facts = ReadElfFacts(image.value(), path);
  if (!facts.ok()) return facts.error();
  if (task.key != nullptr) {
    const Status verified = task.key->Verify(image.value().bytes(), path);
    if (!verified.ok()) return verified.error();
  }
  Plan plan = MakePlan(task, path, image.value(), facts.value());
  Status copied;
  if (plan.WantsCopy()) {
    Result<Library> copy =
        OpenCopy(task, path, facts.value(), std::move(image.value()), std::move(plan));
    if (!copy.ok()) copied = copy.error();
    if (copy.ok()) library = std::move(copy.value());
  } else {
    library.file = path;
    libraries_.Announce(path);
    library.handle = ::dlopen(path.c_str(), plan.flags);
  }
  FileId id;
  const bool as_it_is = library.handle != nullptr && library.file == path;
  if (!as_it_is && FindFile(path, id)) libraries_.GiveUp(id, task.side);
  if (!copied.ok()) return copied.error();
  if (library.handle == nullptr) {
    return {Code::kLibraryNotLoaded, "library \"" + path + "\": " + LinkerError()};
  }
  library.soname = facts.value().soname;
  return library;
}

// A file that nobody has claimed may be loaded all the same: the program is linked with it.
bool LibraryOpener::OtherSideHas(const std::string& path, View side) {
  FileId id;
  if (!FindFile(path, id)) return false;
  const SideLibraries::Owner owner = libraries_.Claim(id, side);
  if (owner != SideLibraries::Owner::kNew) return owner == SideLibraries::Owner::kOther;
  const std::uintptr_t place = objects_.PlaceOf(id);
  if (place == 0 || SideOfModule(reinterpret_cast<const void*>(place)) == side) return false;
  libraries_.GiveUp(id, side);
  return true;
}

LibraryOpener::Plan LibraryOpener::MakePlan(const LoadTask& task, const std::string& path,
                                            const ElfImage& image, const ElfFacts& facts) {
  Plan plan;
  plan.flags = task.Flags();
  plan.symbolic = facts.symbolic;
  plan.own_runtime = HasOwnRuntime(image);
  // What was checked is what is loaded: the file may have changed meanwhile.
  plan.checked = task.key != nullptr;
  plan.unnamed = LinkerChanges(path);
  plan.apart = OtherSideHas(path, task.side);
  if (!task.side.is_host() && !facts.symbolic) {
    const bool is_new = plan.apart || LoadedHandle(path) == nullptr;
    if (plan.own_runtime) {
      plan.marked = is_new;
    } else if (DeepBindIsSafe()) {
      plan.flags |= RTLD_DEEPBIND;
    } else {
      plan.marked = is_new && TakesNamesOfTheProgram(image, task.side);
    }
  }
  plan.new_names = NamesToChange(task, facts);
  if (task.widened) plan.more = UnnamedNeeds(task, image);
  return plan;
}

Status LibraryOpener::Change(const LoadTask& task, const std::string& path, const ElfFacts& facts,
                             ElfImage& image, Plan& plan) {
  bool changed = image.ChangeNeeded(plan.new_names, plan.more);
  if (!changed && !plan.more.empty()) {
    Promote(plan.more);
    changed = image.ChangeNeeded(plan.new_names, {});
  }
  if (!changed && plan.checked) {
    return {Code::kLibraryNotLoaded,
            "library \"" + path + "\": its file has no room for the names of the libraries that " +
                "were checked; link it with a build id"};
  }
  if (!changed) {
    Log(LogLevel::kWarning,
        "library \"%s\" shares libraries that it needs with another side: its file has no room for "
        "other names",
        path.c_str());
  }
  const bool marked = plan.marked && MakeSymbolic(image);
  if (plan.marked && !marked) {
    Log(LogLevel::kWarning, "%s: cannot be marked symbolic: no room in its dynamic section",
        path.c_str());
    if (DeepBindIsSafe()) plan.flags |= RTLD_DEEPBIND;
  }
  if (plan.KeepsStatics() && !marked) {
    std::vector<void*> needed;
    for (const std::string& name : facts.needed) {
      if (!changed || plan.symbolic) break;
      const Library other = libraries_.FindNeeded(task.side, name, task.ranks);
      if (other.handle != nullptr) needed.push_back(other.handle);
    }
    KeepStaticsApart(image, needed);
  }
  if (plan.own_runtime && (marked || plan.symbolic)) UseTheAllocatorOfTheProgram(image);
  return {};
}

// Without a copy that is only wanted, the file is loaded as it is.
Result<Library> LibraryOpener::OpenCopy(const LoadTask& task, const std::string& path,
                                        const ElfFacts& facts, ElfImage image, Plan plan) {
  const bool needed = plan.NeedsCopy();
  const Plan wanted = plan;
  const Status changed = Change(task, path, facts, image, plan);
  if (!changed.ok()) return changed.error();
  Result<PrivateCopy> copy =
      LoadPrivateCopy(image, path, task.side, plan.flags,
                      [this](const std::string& file) { libraries_.Announce(file); });
  if (copy.ok()) {
    Log(LogLevel::kInfo, "library \"%s\" is loaded from a private copy, %s: %s", path.c_str(),
        copy.value().file.c_str(), wanted.Why());
    return Library{copy.value().handle, copy.value().file, ""};
  }
  if (needed) return copy.error();
  LogLine(LogLevel::kInfo, copy.error().text);
  libraries_.Announce(path);
  return Library{::dlopen(path.c_str(), wanted.flags), path, ""};
}

std::map<std::string, std::string> LibraryOpener::NamesToChange(const LoadTask& task,
                                                                const ElfFacts& facts) {
  std::map<std::string, std::string> changes;
  for (const std::string& needed : facts.needed) {
    const Library library = libraries_.FindNeeded(task.side, needed, task.ranks);
    if (library.handle != nullptr && LoadedHandle(needed) != library.handle) {
      changes[needed] = library.file;
    }
  }
  return changes;
}

Library LibraryOpener::FindLoaded(const LoadTask& task, const LibraryName& name) {
  Library library = libraries_.Find(task.side, name.path);
  if (library.handle != nullptr) return library;
  library.file = name.path.empty() ? name.text : name.path;
  library.handle = LoadedHandle(library.file);
  return library;
}

std::vector<std::string> LibraryOpener::UnnamedNeeds(const LoadTask& task, const ElfImage& image) {
  std::vector<std::string> files;
  const std::vector<std::string> missing = MissingNames(image);
  for (const LibraryName& name : task.names) {
    const Library library = FindLoaded(task, name);
    const bool used =
        library.handle != nullptr &&
        std::any_of(missing.begin(), missing.end(), [&library](const std::string& symbol) {
          return ::dlsym(library.handle, symbol.c_str()) != nullptr;
        });
    if (used) files.push_back(library.file);
  }
  return files;
}

}  // namespace openmatrix
