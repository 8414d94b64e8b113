// Loads engine libraries and keeps host and device apart (docs/design/sides.md says why so).
//
// Libraries are never unloaded. Static constructors run inside Load, in the context of the side.
// Any thread may call; loads take turns.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.h"
#include "memory/view.h"

namespace openmatrix {

class Loader {
 public:
  // `after_load` runs after every library that was new, outside the turn.
  explicit Loader(std::function<void()> after_load);
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  // Loads the libraries `names` for `side`, dependencies in any order. A name is a path relative
  // to the working directory, or, if no such file exists and it has no directory, a name for the
  // dynamic linker's search. Fails with kFileMissing if all that went wrong is that files do not
  // exist, with kLibraryNotLoaded otherwise; what could be loaded stays loaded.
  Status Load(const std::vector<std::string>& names, View side);

 private:
  Status LoadOne(const std::string& name, View side, bool lazy);
  void PromoteDependencies(const std::vector<std::string>& names);
  void PromoteFramework();

  using Copies = std::map<std::string, void*>;  // by the path of the original
  Copies& CopiesOf(View side) { return side.is_host() ? host_copies_ : device_copies_; }
  Result<void*> OpenCopy(const std::string& path, int flags, bool marked, Copies& copies);

  std::function<void()> after_load_;
  // Recursive, because a static constructor may create a graph. The dynamic linker's own lock is
  // of the same kind and is held around constructors too, so this adds no new way to wait.
  std::recursive_mutex turn_;
  bool framework_promoted_ = false;  // this and the next two under turn_
  Copies host_copies_;
  Copies device_copies_;
};

// Says whether code or a virtual table at `address` belongs to `side`; if not, why not. An object
// made by a device engine's creator whose virtual table lies elsewhere is the host's class of the
// same name. `what` names it for the text.
Status CheckBelongsTo(const void* address, View side, const std::string& what);

}  // namespace openmatrix
