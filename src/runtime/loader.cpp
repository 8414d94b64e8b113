#include "runtime/loader.h"

#include <dlfcn.h>
#include <link.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <unordered_set>
#include <utility>

#include "base/log_sink.h"
#include "os/module.h"
#include "runtime/library_order.h"
#include "runtime/linker_error.h"
#include "runtime/side.h"

namespace openmatrix {
namespace {

bool FileExists(const std::string& path) {
  struct stat facts;
  return !path.empty() && ::stat(path.c_str(), &facts) == 0;
}

// On the heap: a thread may have a stack of 16 KiB.
std::string AbsolutePath(const std::string& path) {
  const std::unique_ptr<char, void (*)(void*)> resolved(::realpath(path.c_str(), nullptr),
                                                        &std::free);
  return resolved != nullptr ? std::string(resolved.get()) : path;
}

LibraryName Resolve(const std::string& text, bool installed) {
  return LibraryName{text, FileExists(text) ? AbsolutePath(text) : "", installed};
}

// What the dynamic linker is asked for.
const std::string& FileOrName(const LibraryName& name) {
  return name.path.empty() ? name.text : name.path;
}

// Several threads may load one library at once: the objects come with one of them, and all must
// know whose they are. So must the next one, if this one is left by an exception.
class LoadScope {
 public:
  LoadScope(SideLibraries& libraries, View side, const std::string& name, std::uint64_t now)
      : libraries_(libraries),
        side_(side),
        name_(name),
        begin_(libraries.BeginLoad(side, name, now)) {}
  ~LoadScope() { libraries_.EndLoad(side_, name_, end_); }
  LoadScope(const LoadScope&) = delete;
  LoadScope& operator=(const LoadScope&) = delete;

  std::uint64_t begin() const { return begin_; }
  void Ends(SideLibraries::LoadEnd end) { end_ = end; }

 private:
  SideLibraries& libraries_;
  const View side_;
  const std::string& name_;
  const std::uint64_t begin_;
  SideLibraries::LoadEnd end_ = SideLibraries::LoadEnd::kBrokenOff;
};

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

// What the file at `path` says about itself; nothing if it cannot be read.
ElfFacts FactsOf(const std::string& path) {
  if (path.empty()) return {};
  Result<ElfFacts> facts = ReadElfFacts(path);
  return facts.ok() ? std::move(facts.value()) : ElfFacts();
}

// Whether `path` is the file of this code. A list that names it asks for what is there.
bool IsFramework(const std::string& path) {
  LoadedObject self;
  FileId own;
  FileId asked;
  return FindObject(reinterpret_cast<const void*>(&CheckBelongsTo), self) && !self.path.empty() &&
         FindFile(self.path, own) && FindFile(path, asked) && own == asked;
}

// The same with a reason for each; kFileMissing if there is no other.
Error Join(const std::vector<Error>& errors) {
  Error joined{Code::kFileMissing, ""};
  for (const Error& error : errors) {
    if (error.code != Code::kFileMissing) joined.code = error.code;
    joined.text += (joined.text.empty() ? "" : "; ") + Explain(error.text);
  }
  return joined;
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
  std::unordered_set<std::string> seen;
  for (const std::string& name : names) {
    const std::string path = Resolve(name, false).path;
    if (path.empty() || !seen.insert(path).second) continue;
    const Result<ElfImage> image = ElfImage::FromFile(path);
    if (!image.ok()) return image.error();
    Status verified = key->Verify(image.value().bytes(), path);
    if (!verified.ok()) return verified;
  }
  return {};
}

Status Loader::Load(const std::vector<std::string>& names, View side,
                    const std::vector<std::string>& installed) {
  std::vector<std::string> unknown;
  for (const std::string& name : names) {
    const std::string path = Resolve(name, false).path;
    if (libraries_.Find(side, path).handle == nullptr) unknown.push_back(name);
  }
  Status verified = Verify(unknown, side);
  if (!verified.ok()) return verified;
  LoadTask task = MakeTask(names, side, installed);
  return LoadAll(task);
}

// A library that finds what it needs by itself would get another side's: so what it needs comes
// first.
LoadTask Loader::MakeTask(const std::vector<std::string>& names, View side,
                          const std::vector<std::string>& installed) {
  LoadTask task;
  task.side = side;
  task.key = KeyFor(side);
  std::unordered_set<std::string> seen;
  std::vector<LibraryName> own;
  std::vector<std::string> texts;
  std::vector<ElfFacts> facts;
  for (const std::string& text : names) {
    LibraryName name = Resolve(text, false);
    if (!seen.insert(FileOrName(name)).second) continue;
    const bool known = libraries_.Find(side, name.path).handle != nullptr;
    facts.push_back(known ? ElfFacts() : FactsOf(name.path));
    texts.push_back(text);
    own.push_back(std::move(name));
  }
  for (const std::string& text : installed) {
    LibraryName name = Resolve(text, true);
    if (seen.insert(FileOrName(name)).second) task.names.push_back(std::move(name));
  }
  for (const std::size_t place : DependenciesFirst(texts, facts)) {
    task.ranks.emplace(own[place].path, task.ranks.size());
    task.names.push_back(own[place]);
  }
  return task;
}

// Each pass tries what is left: a dependency that nobody names in DT_NEEDED is there in a later
// one.
Status Loader::LoadAll(LoadTask& task) {
  std::vector<Waiting> waiting;
  for (const LibraryName& name : task.names) waiting.push_back(Waiting{name, {}});
  const auto load = [&](Waiting& one) {
    Result<bool> loaded = LoadOne(task, one.name);
    if (!loaded.ok()) one.error = std::move(loaded.error());
    if (loaded.ok() && loaded.value()) after_load_();
    return loaded.ok();
  };
  std::vector<Error> errors;  // of those that are given up
  do {
    LoadInPasses(waiting, load);
  } while (!waiting.empty() && Relax(task, waiting, errors));
  for (Waiting& one : waiting) errors.push_back(std::move(one.error));
  if (errors.empty()) return {};
  return Join(errors);
}

bool Loader::Relax(LoadTask& task, std::vector<Waiting>& waiting, std::vector<Error>& hopeless) {
  const bool only_missing = std::all_of(waiting.begin(), waiting.end(), [](const Waiting& one) {
    return one.error.code == Code::kFileMissing;
  });
  if (only_missing || task.lazy) return false;
  if (!task.widened && task.names.size() > 1) {
    task.widened = true;
    if (!task.side.is_host()) return true;
    // One program: there the libraries may all see each other.
    std::vector<std::string> files;
    for (const LibraryName& name : task.names) files.push_back(opener_.FindLoaded(task, name).file);
    Promote(files);
    return true;
  }
  // Undefined functions that are never called are common where nothing was linked with
  // --no-undefined: let them fail when they are called. Those of another protobuf are no such
  // thing: what is inline in its headers does not fit either.
  task.lazy = true;
  std::vector<Waiting> rest;
  for (Waiting& one : waiting) {
    if (BlamesProtobuf(one.error.text)) {
      hopeless.push_back(std::move(one.error));
    } else {
      rest.push_back(std::move(one));
    }
  }
  waiting = std::move(rest);
  return true;
}

Result<bool> Loader::LoadOne(const LoadTask& task, const LibraryName& name) {
  const std::string& text = name.text;
  const bool exists = !name.path.empty();
  const bool checked = task.key != nullptr && !name.installed;
  if (text.empty() || (!exists && (HasDirectory(text) || checked))) {
    return {Code::kFileMissing,
            "library \"" + text + "\" does not exist" +
                (checked ? " (what needs a signature is not searched for)" : "")};
  }
  if (exists && !name.installed && libraries_.Find(task.side, name.path).handle != nullptr) {
    return false;
  }
  if (exists && IsFramework(name.path)) return false;
  PromoteFramework();
  LoadScope load(libraries_, task.side, FileOrName(name), objects_.Now());
  const Result<Library> library = OpenAny(task, name);
  if (!library.ok()) {
    load.Ends(SideLibraries::LoadEnd::kFailed);
    return library.error();
  }
  if (task.lazy) {
    Log(LogLevel::kWarning,
        "library \"%s\" has undefined symbols; a call of one of them will end the program",
        text.c_str());
  }
  const std::vector<LoadedObject> fresh =
      libraries_.CameWith(library.value().file, objects_.Since(load.begin()));
  // First: who finds the library asks whose its code is.
  if (!task.side.is_host()) AddDeviceObjects(fresh, task.side.device());
  if (exists && !name.installed) libraries_.Add(task.side, name.path, text, library.value());
  load.Ends(SideLibraries::LoadEnd::kMarked);
  return !fresh.empty();
}

Result<Library> Loader::OpenAny(const LoadTask& task, const LibraryName& name) {
  const ContextScope context(task.side);
  const bool exists = !name.path.empty();
  if (exists && !name.installed) return opener_.Open(task, name.path);
  if (LinkerChanges(name.path)) {
    return {Code::kLibraryNotLoaded, "library \"" + name.path + "\" " + kChangedPath};
  }
  FileId id;
  if (exists && FindFile(name.path, id) && objects_.PlaceOf(id) == 0) {
    const Result<ElfFacts> facts = ReadElfFacts(name.path);
    if (!facts.ok()) return {Code::kLibraryNotLoaded, facts.error().text};
  }
  void* const handle = ::dlopen(FileOrName(name).c_str(), task.Flags());
  if (handle == nullptr) {
    const std::string why = LinkerError();
    // Without a file, "not found" is what the search says; anything else names a real fault.
    const bool missing = !exists && why.find(name.text + ": cannot open") == 0;
    return {missing ? Code::kFileMissing : Code::kLibraryNotLoaded,
            "library \"" + name.text + "\": " + why};
  }
  const link_map* facts = nullptr;
  const bool known = ::dlinfo(handle, RTLD_DI_LINKMAP, &facts) == 0;
  return Library{handle, known ? facts->l_name : "", ""};
}

void Loader::PromoteFramework() {
  if (framework_promoted_.load(std::memory_order_acquire)) return;
  LoadedObject self;
  const auto here = reinterpret_cast<const void*>(&CheckBelongsTo);
  // In a program that contains this code itself there is nothing to promote.
  const bool separate = FindObject(here, self) && !self.path.empty();
  if (separate && ::dlopen(self.path.c_str(), RTLD_NOW | RTLD_NOLOAD | RTLD_GLOBAL) == nullptr) {
    Log(LogLevel::kWarning, "cannot make the symbols of %s global: %s", self.path.c_str(),
        LinkerError().c_str());
  }
  // Last: who sees it loads a library that needs the symbols.
  framework_promoted_.store(true, std::memory_order_release);
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
