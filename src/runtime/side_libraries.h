// What each side has loaded, and which file is whose.
//
// Any thread. The lock is held for a look only: never around the dynamic linker, which holds its
// own lock while static constructors run, and these may load libraries, too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "memory/view.h"
#include "os/fork_guard.h"
#include "os/object_index.h"

namespace openmatrix {

// A library that a side has of its own.
struct Library {
  void* handle = nullptr;  // null: there is none
  std::string file;        // by this name the dynamic linker knows it
  std::string soname;      // and by this one others may ask for it
};

class SideLibraries {
 public:
  // The places of paths in a list: who stands first is preferred.
  using Ranks = std::unordered_map<std::string, std::size_t>;

  // The library that `side` has from the file at `path`.
  Library Find(View side, const std::string& path) OPENMATRIX_EXCLUDES(mutex_);

  // The library of `side` that others call `needed`; those in `ranks` first.
  Library FindNeeded(View side, const std::string& needed, const Ranks& ranks)
      OPENMATRIX_EXCLUDES(mutex_);

  // `name` is how the configuration calls the file at `path`. Who adds one first is right. From now
  // on other threads use the library: its objects must be known as the side's.
  void Add(View side, const std::string& path, const std::string& name, const Library& library)
      OPENMATRIX_EXCLUDES(mutex_);

  // One file is one object to the dynamic linker: so one side may load it as it is. Says whose it
  // is from now on: the side's since this call, the side's already, or another side's.
  enum class Owner : std::uint8_t { kNew, kSame, kOther };
  Owner Claim(FileId id, View side) OPENMATRIX_EXCLUDES(mutex_);
  // It is not loaded as it is after all.
  void GiveUp(FileId id, View side) OPENMATRIX_EXCLUDES(mutex_);

  // A load of the library `name` begins at `now` of the object index. Gives when the first of those
  // began that have not ended or were broken off: the objects may have come for that one.
  std::uint64_t BeginLoad(View side, const std::string& name, std::uint64_t now)
      OPENMATRIX_EXCLUDES(mutex_);
  // How it ended: its objects are the side's; the dynamic linker loaded nothing; memory ended
  // in between, and what it has loaded is left to the next one.
  enum class LoadEnd : std::uint8_t { kMarked, kFailed, kBrokenOff };
  void EndLoad(View side, const std::string& name, LoadEnd end) noexcept
      OPENMATRIX_EXCLUDES(mutex_);

  // Before `file` is given to the dynamic linker.
  void Announce(const std::string& file) OPENMATRIX_EXCLUDES(mutex_);
  // Of the objects `fresh`, those that came with `file`: from it to the next one that was
  // announced.
  std::vector<LoadedObject> CameWith(const std::string& file, std::vector<LoadedObject> fresh)
      OPENMATRIX_EXCLUDES(mutex_);

 private:
  struct Loads {
    std::size_t running = 0;
    bool broken_off = false;  // one was, and none has marked the objects since
    std::uint64_t begin = 0;  // of the first
  };
  struct Side {
    std::unordered_map<std::string, Library> by_path;
    std::unordered_map<std::string, std::vector<std::string>> paths_by_name;  // soname, file name
    std::unordered_map<std::string, Loads> loads;
  };

  Mutex mutex_;
  std::map<std::uint8_t, Side> sides_ OPENMATRIX_GUARDED_BY(mutex_);  // by View::index
  std::map<FileId, View> claims_ OPENMATRIX_GUARDED_BY(mutex_);
  std::unordered_set<std::string> announced_ OPENMATRIX_GUARDED_BY(mutex_);
  const HeldAcrossForks held_across_forks_{ForkRank::kTables, mutex_};
};

}  // namespace openmatrix
