// Loads engine libraries and keeps the host and the devices apart (docs/design/sides.md says why
// so).
//
// Libraries are never unloaded. Static constructors run inside Load, in the context of the side,
// and may create graphs. Any thread may call. No lock of ours is held around the dynamic linker: it
// holds its own around constructors, also in a dlopen of the program's, and they may call here.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "memory/view.h"
#include "os/fork_guard.h"
#include "os/object_index.h"
#include "runtime/library_opener.h"
#include "runtime/side_libraries.h"
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
  // is a device. A name that stands there often is checked once. Fails with kSignatureRefused.
  Status Verify(const std::vector<std::string>& names, View side);

 private:
  LoadTask MakeTask(const std::vector<std::string>& names, View side,
                    const std::vector<std::string>& installed);
  Status LoadAll(LoadTask& task);
  struct Waiting {
    LibraryName name;
    Error error;  // of the last attempt
  };
  // Allows more to those of `waiting` that failed. False if there is nothing more to allow.
  bool Relax(LoadTask& task, std::vector<Waiting>& waiting, std::vector<Error>& hopeless);
  // True if something was new to the program.
  Result<bool> LoadOne(const LoadTask& task, const LibraryName& name);
  // The library, which is opened now.
  Result<Library> OpenAny(const LoadTask& task, const LibraryName& name);
  void PromoteFramework();
  std::shared_ptr<const PublicKey> KeyFor(View side) OPENMATRIX_EXCLUDES(key_mutex_);

  std::function<void()> after_load_;
  SideLibraries libraries_;
  ObjectIndex objects_;
  LibraryOpener opener_{libraries_, objects_};
  std::atomic<bool> framework_promoted_{false};  // partner: PromoteFramework; twice does no harm

  Mutex key_mutex_;
  std::shared_ptr<const PublicKey> key_ OPENMATRIX_GUARDED_BY(key_mutex_);
  const HeldAcrossForks held_across_forks_{ForkRank::kTables, key_mutex_};
};

// Says whether code or a virtual table at `address` belongs to `side`; if not, why not. An object
// made by a device engine's creator whose virtual table lies elsewhere is the host's class of the
// same name. `what` names it for the text.
Status CheckBelongsTo(const void* address, View side, const std::string& what);

}  // namespace openmatrix
