// Which objects the dynamic linker has loaded since when, without looking at all of them each time.
//
// Any thread. Takes the lock of the dynamic linker's list, never the one that it holds while static
// constructors run: so a caller never waits for user code.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/file_id.h"
#include "base/mutex.h"
#include "os/fork_guard.h"
#include "os/module.h"

namespace openmatrix {

// False if nothing lies at `path`.
bool FindFile(const std::string& path, FileId& id);

class ObjectIndex {
 public:
  // The objects that were loaded before now are those with smaller numbers.
  std::uint64_t Now() OPENMATRIX_EXCLUDES(mutex_);

  // The objects that have come since, in the order of the dynamic linker: what a library needs
  // stands behind it.
  std::vector<LoadedObject> Since(std::uint64_t then) OPENMATRIX_EXCLUDES(mutex_);

  // Where the object lies that was loaded from the file `id`; 0 if there is none.
  std::uintptr_t PlaceOf(FileId id) OPENMATRIX_EXCLUDES(mutex_);

 private:
  struct Seen {
    LoadedObject object;
    std::uint64_t number;
  };

  void Refresh() OPENMATRIX_REQUIRES(mutex_);

  Mutex mutex_;
  std::vector<Seen> objects_ OPENMATRIX_GUARDED_BY(mutex_);  // in the dynamic linker's order
  std::map<FileId, std::uintptr_t> places_ OPENMATRIX_GUARDED_BY(mutex_);
  std::uint64_t next_number_ OPENMATRIX_GUARDED_BY(mutex_) = 0;
  ObjectChanges changes_ OPENMATRIX_GUARDED_BY(mutex_);
  const HeldAcrossForks held_across_forks_{ForkRank::kTables, mutex_};
};

}  // namespace openmatrix
