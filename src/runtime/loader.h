// Loads engine libraries and keeps the host and the devices apart (docs/design/sides.md says why
// so).
//
// Libraries are never unloaded. Static constructors run inside Load, in the context of the side.
// Any thread may call; loads take turns.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "memory/view.h"
#include "os/fork_guard.h"
#include "runtime/elf_facts.h"
#include "runtime/signature.h"

namespace openmatrix {

class Loader {
 public:
  // `after_load` runs after every library that was new, outside the turn.
  explicit Loader(std::function<void()> after_load);
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  // Loads the libraries `names` for `side`, dependencies in any order. A name is a path relative
  // to the working directory, or, if no such file exists and it has no directory, a name for the
  // dynamic linker's search. Each side has a library of its own, and what it needs of the others in
  // `names` it gets from its own side. The libraries `installed` lie on the board already: they are
  // loaded as they are, once for all sides, and their signatures are not checked.
  // Fails with kFileMissing if all that went wrong is that files do not exist, with
  // kSignatureRefused as Verify and before anything is loaded, with kLibraryNotLoaded otherwise;
  // what could be loaded stays loaded.
  Status Load(const std::vector<std::string>& names, View side,
              const std::vector<std::string>& installed = {});

  // From now on libraries of devices are loaded only with a signature that fits; see signature.h
  // for `text`. Fails with kKeyRefused, and then no signature is checked any more.
  Status SetPublicKey(const std::string& text) OPENMATRIX_EXCLUDES(key_mutex_);

  // Checks the signatures of those of the libraries `names` that exist, if a key is set and `side`
  // is a device. Fails with kSignatureRefused.
  Status Verify(const std::vector<std::string>& names, View side);

 private:
  // A library that a side has of its own.
  struct Library {
    void* handle = nullptr;
    std::string file;    // by this name the dynamic linker knows it
    std::string soname;  // and by this one others may ask for it
  };
  using Libraries = std::map<std::string, Library>;  // by the path of the original

  struct Name {
    std::string text;
    bool installed = false;
  };

  // One call of Load.
  struct Task {
    View side;
    std::vector<Name> names;
    std::shared_ptr<const PublicKey> key;  // null: no signature is checked
    bool lazy = false;                     // undefined functions are allowed
    bool widened = false;                  // libraries see those of the list that they do not name
  };

  std::vector<bool> WhichAreKnown(const std::vector<std::string>& names, View side);
  Status LoadAll(Task& task);
  // True if something was new to the program.
  Result<bool> LoadOne(const Task& task, const Name& name);
  // Opens the library in the file at `path`, from a private copy where that is needed.
  Result<Library> Open(const Task& task, const std::string& path);
  // The names that a library needs and that lead to another side's library, with the right ones.
  std::map<std::string, std::string> NamesToChange(const Task& task, const ElfFacts& facts);
  // Those of the libraries of `task` that `image` uses without naming them.
  std::vector<std::string> UnnamedNeeds(const Task& task, const ElfImage& image);
  // The library of this side that another calls `needed`; null if it is none of the configured.
  const Library* FindNeeded(const Task& task, const std::string& needed);
  // The configured library, or one that the dynamic linker has; without a handle if there is none.
  Library FindLoaded(View side, const std::string& name);
  void Promote(const std::vector<std::string>& files);
  void PromoteFramework();
  std::shared_ptr<const PublicKey> KeyFor(View side) OPENMATRIX_EXCLUDES(key_mutex_);

  std::function<void()> after_load_;
  // Recursive, because a static constructor may create a graph. The dynamic linker's own lock is
  // of the same kind and is held around constructors too, so this adds no new way to wait.
  std::recursive_mutex turn_;
  bool framework_promoted_ = false;              // this and the next under turn_
  std::map<std::uint8_t, Libraries> libraries_;  // by View::index

  Mutex key_mutex_;
  std::shared_ptr<const PublicKey> key_ OPENMATRIX_GUARDED_BY(key_mutex_);
  const HeldAcrossForks held_across_forks_{ForkRank::kTables, key_mutex_};
};

// Says whether code or a virtual table at `address` belongs to `side`; if not, why not. An object
// made by a device engine's creator whose virtual table lies elsewhere is the host's class of the
// same name. `what` names it for the text.
Status CheckBelongsTo(const void* address, View side, const std::string& what);

}  // namespace openmatrix
