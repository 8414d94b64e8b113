// A directory of changed libraries that outlives the program: debuggers find the files, and later
// runs use them again.
//
//   <base>/openmatrix-<user id>/<hash>-<bytes>-<side>/<name>   a copy, addressed by its content
//                               lease-<process>-<n>            see copy_lease.h
//
// The directory is this user's alone, and nothing in it is reached through a symbolic link. A copy
// is written as new-<process>-<n>, renamed, never changed, and compared before it is used again.
// What no living process uses goes when there is too much, the oldest first.
//
// Any thread, any number of processes.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "base/mutex.h"
#include "base/result.h"
#include "os/fork_guard.h"
#include "runtime/copy_lease.h"

namespace openmatrix {

class CopyDirectory {
 public:
  struct Bounds {
    std::uint64_t copies = 256;
    std::uint64_t bytes = std::uint64_t{256} << 20;
  };

  explicit CopyDirectory(std::string base) : CopyDirectory(std::move(base), Bounds()) {}
  CopyDirectory(std::string base, Bounds bounds) : base_(std::move(base)), bounds_(bounds) {}
  CopyDirectory(const CopyDirectory&) = delete;
  CopyDirectory& operator=(const CopyDirectory&) = delete;

  // The path of a file `name` that holds `bytes`, kept while this process lives: one per side.
  // Fails with kNoCapacity if the base does not exist, is mounted noexec, may be changed by others,
  // or has no room.
  Result<std::string> Put(const std::string& bytes, const std::string& side,
                          const std::string& name) OPENMATRIX_EXCLUDES(mutex_);

 private:
  // Removes what is too much and nobody's.
  void Tidy(int directory) OPENMATRIX_REQUIRES(mutex_);

  const std::string base_;
  const Bounds bounds_;
  Mutex mutex_;  // only files are touched under it: no user code, no dynamic linker
  CopyLease lease_ OPENMATRIX_GUARDED_BY(mutex_);
  std::uint64_t until_tidy_ OPENMATRIX_GUARDED_BY(mutex_) = 0;  // copies to be written before it
  const HeldAcrossForks held_across_forks_{ForkRank::kTables, mutex_};
};

}  // namespace openmatrix
