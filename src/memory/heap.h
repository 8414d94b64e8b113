// DOOR of the memory floor: allocate, free, query. Sends go through memory/outgoing.h.
//
// Any thread may call anything at any time, also from static destructors. Allocate and
// Free take no lock and make no system call while the thread's cache serves them (about
// 3 ns each); nothing here throws but std::bad_alloc at the very first use.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/result.h"
#include "base/stop_token.h"
#include "memory/counters.h"
#include "memory/view.h"
#include "os/memory_budget.h"

namespace openmatrix {

struct Options;

// What a free found. On all but kFreed nothing has changed.
enum class FreeVerdict : std::uint8_t {
  kFreed,        // the view's hold is gone
  kNull,         // null pointer
  kUnknown,      // not an address of a live block in this view: never issued, freed, or sent away
  kInterior,     // inside a live block, not its start
  kWrongFamily,  // the hold belongs to the other family
};

class Heap final : public Waitable {
 public:
  // The largest block on every side; an option raises the host's.
  static constexpr std::uint32_t kCommonBlockBytes = 268435360;

  struct Limits {
    std::uint64_t host_bytes;
    std::uint64_t device_bytes;  // each
    std::uint64_t total_bytes;   // of all sides, with what is free but not given back
  };

  explicit Heap(const Options& options, const MemoryBudget& budget = FindMemoryBudget());
  ~Heap();
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;

  // A block of at least `bytes` in `view`, 128-byte aligned, contents undefined. Waits as
  // `wait` allows when the view's limit is reached: a free on that side wakes it.
  // Fails with kInvalidValue (0 bytes), kTooLarge, kNoMemory (time-out), kCannotGrow (the
  // system refused pages) or kPoolStopped (the wait was cancelled).
  Result<void*> Allocate(View view, std::uint32_t bytes, Family family, Release release,
                         const Wait& wait);

  // Drops the hold of the view that the address belongs to, whoever calls.
  FreeVerdict Free(void* address, Family family) noexcept;

  // True if [address, address + bytes) lies inside one block whose transfer-family hold the
  // address's view has. `bytes` 0 asks about the address alone.
  bool Contains(const void* address, std::uint32_t bytes) const noexcept;

  // The view an address belongs to, live or not; false if it is not ours.
  bool FindView(const void* address, View& view) const noexcept;

  // Bytes of the block at start `address` as asked, 0 if the view has no hold on it.
  std::uint32_t AskedBytes(const void* address) const noexcept;

  std::uint32_t max_block_bytes(View view) const noexcept;
  const Limits& limits() const noexcept;

  // Returns idle caches and free pages to the system now.
  void Trim();

  // Some kilobytes: for one view there is CountsOf, which threads with small stacks can afford.
  MemoryCounts Counts() const;
  ViewCounts CountsOf(View view) const;

  // Makes every waiting Allocate look again (and end, if its token is stopped).
  void WakeAll() override;

  // Whether a child that is forked from now on gets pages of its own that all its views share, so
  // that it may send; what is live is copied for that, if it is 256 MiB at most. If not, its views
  // become private copies.
  void KeepLinksInChild(bool keep) noexcept;

  class Impl;
  Impl& impl() { return *impl_; }
  // From now on memory/fast_path.h serves this heap. REQUIRES: it serves no other one.
  void TakeFastPath() noexcept;

 private:
  Impl* impl_;
};

}  // namespace openmatrix
