// The pool's range as runs of 32 KiB units that split and coalesce: the tightest bin that fits,
// the run freed last among equals, pages that are already committed first.
//
// A free run is dirty (its pages may be committed) or clean. Neighbours of one kind coalesce
// at once; when nothing fits, all neighbours do. The range below the device window's end and
// the range beyond are kept apart. Not thread-safe: the heap's lock guards it.
//
// Giving back needs no memory of the process, taking out a Run object at most: Reserve has it
// ready.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>

#include "memory/run_index.h"

namespace openmatrix {

constexpr std::uint32_t kUnitShift = 15;
constexpr std::uint32_t kUnitBytes = 1u << kUnitShift;

// A run cut into equal blocks.
struct Span {
  static constexpr std::uint32_t kMaxBlocks = 512;
  std::uint32_t blocks = 0;
  std::uint32_t free = 0;
  std::array<std::uint64_t, kMaxBlocks / 64> free_bits{};
};

struct Run {
  enum class Kind : std::uint8_t { kFree, kSpan, kBlock, kPurging };
  std::uint32_t start;  // in units
  std::uint32_t units;
  Kind kind = Kind::kFree;
  bool dirty = false;
  std::uint8_t size_class = 0;  // of the blocks in it
  Run* previous = nullptr;      // in the one list that it is in, if any
  Run* next = nullptr;
  std::chrono::steady_clock::time_point freed_at;  // dirty runs
  Span span;                                       // kSpan only

  Run(std::uint32_t first, std::uint32_t count) : start(first), units(count) {}
  std::uint64_t offset() const { return std::uint64_t{start} << kUnitShift; }
  std::uint64_t bytes() const { return std::uint64_t{units} << kUnitShift; }
};

class PageRuns {
 public:
  // Offsets below `window_bytes` are those that devices can see.
  PageRuns(std::uint64_t pool_bytes, std::uint64_t window_bytes);
  ~PageRuns();
  PageRuns(const PageRuns&) = delete;
  PageRuns& operator=(const PageRuns&) = delete;

  // Makes sure that the next Allocate does not fail for want of memory of the process. Throws
  // std::bad_alloc; then nothing has changed.
  void Reserve();
  // A run of exactly `units`, from the window if there is room, else from beyond it unless
  // `window_only`. Null if neither has room.
  Run* Allocate(std::uint32_t units, bool window_only, Run::Kind kind, std::uint8_t size_class);
  // The same from beyond the window only.
  Run* AllocateBeyond(std::uint32_t units, Run::Kind kind, std::uint8_t size_class);
  // `touched`: its pages may be committed. If not, it is as good as one that was never out.
  void Release(Run* run, std::chrono::steady_clock::time_point now, bool touched = true);

  // The run that contains the offset; null outside the pool. One look for a start and inside
  // spans, a walk back inside others: for questions about odd addresses.
  Run* At(std::uint64_t offset) const;

  // Calls `visit` with each run that is out.
  template <typename Visit>
  void ForEachUsed(const Visit& visit) const {
    for (std::uint32_t unit = 0; unit < units_; unit += at_[unit]->units) {
      const Run& run = *at_[unit];
      if (run.kind == Run::Kind::kBlock || run.kind == Run::Kind::kSpan) visit(run);
    }
  }

  bool InWindow(const Run& run) const { return Zone(run.start) == 0; }

  // Fresh pages are taken only as long as used, dirty and just returning ones together stay below.
  void SetMostCommitted(std::uint64_t bytes) { most_committed_ = bytes; }
  bool MayCommit(std::uint64_t bytes) const {
    return used_bytes_ + dirty_bytes_ + purging_bytes_ + bytes <= most_committed_;
  }

  std::uint64_t dirty_bytes() const { return dirty_bytes_; }
  // In runs that are out.
  std::uint64_t used_bytes() const { return used_bytes_; }
  // Where the highest allocation so far ended.
  std::uint64_t high_water() const { return high_water_; }

  // Takes a dirty run that was freed before `limit` out of circulation, at most `max_units` of
  // it, so that its pages can be given back without the lock: all of it when there is no memory for
  // the Run of a rest. Null if there is none.
  Run* BeginPurge(std::chrono::steady_clock::time_point limit, std::uint32_t max_units);
  // `went`: the system took the pages back.
  void EndPurge(Run* run, bool went = true);

 private:
  // Run objects come and go with every split and join: those that went are kept for the next.
  // REQUIRES: one is there.
  Run* Make(std::uint32_t start, std::uint32_t units);
  // Whether one is there, now.
  bool HasSpare();
  void Drop(Run* run);
  RunIndex& IndexOf(const Run& run) { return free_[Zone(run.start)][run.dirty ? 1 : 0]; }
  int Zone(std::uint32_t unit) const { return unit < window_units_ ? 0 : 1; }
  Run* Find(int zone, std::uint32_t units);
  Run* TakeFrom(int zone, std::uint32_t units);
  Run* Use(Run* run, std::uint32_t units, Run::Kind kind, std::uint8_t size_class);
  enum class Age : std::uint8_t { kJustFreed, kOld };
  // Coalesces with neighbours of the same kind.
  void Insert(Run* run, Age age = Age::kJustFreed);
  void Remove(Run* run);
  void Join(Run* left, Run* right);
  void Map(Run* run);
  bool MayJoin(const Run& left, const Run& right) const;
  bool CoalesceAll(int zone);

  std::uint32_t units_;
  std::uint32_t window_units_;
  // calloc'ed, so untouched parts cost nothing; run of each unit; null inside free runs, but for
  // their ends
  const std::unique_ptr<Run*[], void (*)(void*)> at_;
  RunIndex free_[2][2];  // zone, dirty
  RunList spare_;
  std::uint64_t dirty_bytes_ = 0;
  std::uint64_t used_bytes_ = 0;
  std::uint64_t purging_bytes_ = 0;
  std::uint64_t most_committed_ = ~0ull;
  std::uint64_t high_water_ = 0;
};

}  // namespace openmatrix
