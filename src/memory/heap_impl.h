// Inside of the heap: what its door, the sends (outgoing.cpp), the janitor and fork share.
// Nobody above the memory floor includes this.
//
// One lock guards the pool and the list of caches; the fast paths do not take it. Limits are
// atomics of their own, quarantines have locks of their own. Lock order: a StopToken's lock, then
// this one, then a quarantine's.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "base/learned_spin.h"
#include "base/mutex.h"
#include "base/options.h"
#include "memory/block_table.h"
#include "memory/handover.h"
#include "memory/heap.h"
#include "memory/pool.h"
#include "memory/quarantine.h"
#include "memory/side_account.h"
#include "memory/side_cache.h"
#include "memory/waiting_line.h"
#include "os/fork_guard.h"
#include "os/shared_pages.h"

namespace openmatrix {

class Janitor;

inline std::uint32_t GrainOf(std::uint64_t offset) {
  return static_cast<std::uint32_t>(offset >> kGrainShift);
}

// What sends moved. Each thread that has caches counts its own, by plain stores: the books of all
// are added up when somebody asks. One more is for the others, and for threads that have ended.
struct SendTotals {
  using Counter = std::atomic<std::uint64_t>;  // partner: Heap::Impl::Counts

  struct PerView {
    Counter arrived{0}, arrived_bytes{0};  // holds gained by a send
    Counter left{0}, left_bytes{0};        // holds lost by a send
  };
  std::array<PerView, 1 + kMaxDevices> views;
  Counter shared_sends{0}, shared_bytes{0};

  // REQUIRES: `ended` is not written any more.
  void Add(const SendTotals& ended);
};

// A thread's caches, one per view that it has used, and its books.
struct ThreadCaches {
  explicit ThreadCaches(Heap::Impl* of) : heap(of) {}

  Heap::Impl* const heap;
  std::array<SideCache*, 1 + kMaxDevices> sides{};
  SendTotals sends;
};

class Heap::Impl final : public ForkAware {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::uint64_t kNowhere = ~0ull;  // the offset of an address that is not ours

  // Which quarantined blocks to give up: those whose message is gone cannot be freed late by its
  // deleter, so they come first.
  enum class Quarantined : std::uint8_t { kWithoutMessage, kAll };
  // Who ended a block's last hold: the thread that issued or sent it, or another one.
  enum class FreedBy : std::uint8_t { kOwner, kOther };

  Impl(Heap& heap, const Options& options, const MemoryBudget& budget);
  ~Impl();

  // -- addresses
  bool Locate(const void* address, View& view, std::uint64_t& offset) const noexcept;
  std::uint8_t* AddressOf(View view, std::uint64_t offset) const noexcept;
  // Whether a block can be seen by `view` at all.
  bool Visible(View view, std::uint64_t offset, std::uint64_t bytes) const noexcept {
    return view.is_host() || offset + bytes <= pages->window_bytes();
  }

  // -- caches
  // The calling thread's cache of that view, made if need be, and the current one of the fast path
  // from now on. Null if the view cannot be mapped, and if the thread has to do without: it has
  // ended but for destructors that still run, there is no memory for a cache, or no number.
  SideCache* CacheFor(View view) noexcept OPENMATRIX_EXCLUDES(mutex);
  void RetireThread(ThreadCaches* thread) OPENMATRIX_EXCLUDES(mutex);
  // After this the block's owner, if it is another thread's cache, uses compare-and-swap only.
  void Unbias(BlockWord word) noexcept OPENMATRIX_EXCLUDES(mutex);

  // -- blocks
  Result<void*> AllocateSlow(View view, std::uint32_t bytes, Family family, Release release,
                             const Wait& wait) OPENMATRIX_EXCLUDES(mutex);
  // The most bytes that messages can bring to the view, when nothing else is there.
  std::uint64_t MostReceived(View view) const noexcept {
    return std::min(accounts[view.index].limit(), limits.total_bytes);
  }
  // A block for a copy that the view receives, of any size up to MostReceived; its word says
  // Received. Waits and fails as Allocate does.
  Result<std::uint8_t*> AllocateReceived(View view, std::uint32_t bytes, const Wait& wait)
      OPENMATRIX_EXCLUDES(mutex);
  FreeVerdict FreeSlow(void* address, Family family) noexcept OPENMATRIX_EXCLUDES(mutex);
  FreeVerdict Refuse(FreeVerdict verdict, View view, std::uint64_t offset) noexcept;
  // Drops `flags` (at most one hold, in flight) from the block's word and does what follows:
  // charges, notice to waiters, return to the pool. False, with `seen` renewed, if the word is
  // not `seen` any more. REQUIRES: `seen` has the flags.
  bool TryDrop(std::uint64_t offset, BlockWord& seen, std::uint64_t flags) noexcept
      OPENMATRIX_EXCLUDES(mutex);
  // Charges `bytes` to the view as Allocate would, waiting included.
  Status ChargeOrWait(View view, std::uint64_t bytes, const Wait& wait) OPENMATRIX_EXCLUDES(mutex);
  void Uncharge(View view, std::uint64_t bytes) noexcept OPENMATRIX_EXCLUDES(mutex);
  // What leaves is added to `leavers`, for EndQuarantine.
  void EnterQuarantine(View view, std::uint64_t offset, std::uint32_t block_bytes,
                       std::weak_ptr<void> message, Quarantine::Leavers& leavers) noexcept
      OPENMATRIX_EXCLUDES(mutex);
  void EndQuarantine(std::uint64_t offset) noexcept OPENMATRIX_EXCLUDES(mutex);
  void Trim() OPENMATRIX_EXCLUDES(mutex);
  void WakeAll() OPENMATRIX_EXCLUDES(mutex);
  MemoryCounts Counts() OPENMATRIX_EXCLUDES(mutex);
  ViewCounts CountsOf(View view) OPENMATRIX_EXCLUDES(mutex);

  // -- used with the lock
  // Up to `wanted` blocks, charged to the view; 0 if there is none, or no room in the limit.
  std::uint32_t TakeCharged(View view, std::uint32_t size_class, bool window_only,
                            std::uint32_t wanted, std::uint32_t* grains) OPENMATRIX_REQUIRES(mutex);
  // One for the caller, and with a cache as many more as it should have. `beyond`: also outside the
  // window that devices see.
  bool TryRefill(SideCache* cache, View view, std::uint32_t size_class, Family family, bool beyond,
                 std::uint32_t& grain) OPENMATRIX_REQUIRES(mutex);
  // The same for a block of kExactFit.
  bool TryTakeExact(View view, std::uint32_t bytes, std::uint32_t& grain)
      OPENMATRIX_REQUIRES(mutex);
  void PutBack(std::uint32_t grain, std::uint32_t size_class) noexcept OPENMATRIX_REQUIRES(mutex);
  void EmptyHandover() noexcept OPENMATRIX_REQUIRES(mutex);
  void ReturnBlock(View view, std::uint32_t grain, std::uint32_t size_class, FreedBy who) noexcept
      OPENMATRIX_EXCLUDES(mutex);
  // Lets the cache keep more blocks of that class, or fewer of others.
  void Widen(SideCache& cache, std::uint32_t size_class) OPENMATRIX_REQUIRES(mutex);
  // Takes `count` blocks out of the cache, back to the pool.
  void Flush(SideCache& cache, std::uint32_t size_class, std::uint32_t count)
      OPENMATRIX_REQUIRES(mutex);
  void DrainCache(SideCache& cache) OPENMATRIX_REQUIRES(mutex);
  // Gives back the large blocks that the owner did not ask for since the last call.
  void AgeCache(SideCache& cache) OPENMATRIX_REQUIRES(mutex);
  // Empties the caches for which `wanted(cache)`, whoever owns them.
  template <typename Wanted>
  void TakeBackCaches(const Wanted& wanted) OPENMATRIX_REQUIRES(mutex) {
    StopCaches(wanted,
               [&](SideCache& cache) OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS { DrainCache(cache); });
  }
  // Calls `visit(cache)` while the cache is stopped. Closed ones are empty. Needs no memory of the
  // process, as nothing does that gives memory back.
  template <typename Wanted, typename Visit>
  void StopCaches(const Wanted& wanted, const Visit& visit) OPENMATRIX_REQUIRES(mutex) {
    bool any = false;
    for (const auto& cache : caches) {
      cache->chosen = wanted(*cache) && !cache->closed();
      if (!cache->chosen) continue;
      cache->Close();
      any = true;
    }
    if (!any) return;
    ProcessBarrier();
    for (const auto& cache : caches) {
      if (!cache->chosen) continue;
      cache->AwaitIdle();
      visit(*cache);
      if (CachesMayOpen()) cache->Open();
    }
  }
  // Frees quarantined blocks that nobody holds any more. Their messages go to `gone`, to be
  // dropped without the lock.
  void BreakQuarantine(View view, Quarantined which, std::vector<Quarantine::Entry>& gone)
      OPENMATRIX_REQUIRES(mutex);
  // Not while somebody waits, and never where the heap has given up.
  bool CachesMayOpen() const noexcept {
    return waiters.load(std::memory_order_relaxed) == 0 &&
           !given_up.load(std::memory_order_relaxed);
  }
  // REQUIRES: they may open.
  void OpenCaches() OPENMATRIX_REQUIRES(mutex);
  // One more call that found its cache closed, maybe, by a wait that is over.
  void CountLockedCall() OPENMATRIX_REQUIRES(mutex) {
    if (!CachesMayOpen() || until_open == 0) return;
    if (--until_open == 0) OpenCaches();
  }
  // Looks without the lock, for as long as spinning pays, whether something was freed.
  void SpinForFree(const Wait& wait) OPENMATRIX_REQUIRES(mutex);
  bool MapView(View view) OPENMATRIX_EXCLUDES(mutex);
  // Makes the pool's first `bytes` usable, in all views that are mapped.
  bool GrowTo(std::uint64_t bytes) OPENMATRIX_REQUIRES(mutex);
  // Wakes waiting allocations after a charge or a block was given back.
  void NotifyFreed() noexcept OPENMATRIX_EXCLUDES(mutex);
  // The same, those who spin and those who sleep.
  void Notify() OPENMATRIX_REQUIRES(mutex);

  void BeforeFork() override;
  void AfterForkInParent() override;
  void AfterForkInChild() override;
  void GiveUpInChild() OPENMATRIX_REQUIRES(mutex);

  struct ViewTotals {
    std::atomic<std::uint64_t> frees{0}, freed_bytes{0};            // of threads without a cache
    std::atomic<std::uint64_t> allocations{0}, allocated_bytes{0};  // the same
  };
  struct Totals {
    std::array<ViewTotals, 1 + kMaxDevices> views;
    SendTotals sends;
    std::array<std::atomic<std::uint64_t>, kCopyReasons> copies{}, copied_bytes{};
    std::atomic<std::uint64_t> bad_frees{0}, late_frees{0}, overflows{0}, waits{0}, decommitted{0},
        huge_refusals{0};
  };

  const Options options;
  Heap::Limits limits;
  std::unique_ptr<SharedPages> pages;  // null: the system has no memory for us
  std::unique_ptr<BlockTable> table;
  std::array<SideAccount, 1 + kMaxDevices> accounts;
  std::atomic<std::uint32_t> waiters{0};  // partner: NotifyFreed
  std::atomic<std::uint32_t> notices{0};  // partner: SpinForFree
  Handover handover;
  std::atomic<bool> forked{false};
  // A forked child, and its children, whose views lack pages: blocks are freed, none is allocated.
  std::atomic<bool> given_up{false};       // no partner: set in a fork
  std::atomic<bool> has_fast_path{false};  // whether CacheFor tells memory/fast_path.h
  std::array<std::atomic<bool>, 1 + kMaxDevices> mapped{};  // partner: MapView
  Totals totals;

  Mutex mutex;
  WaitingLine line OPENMATRIX_GUARDED_BY(mutex){accounts};
  CondVar purged;  // a run, or the fork that no purge may begin beside is over
  std::unique_ptr<Pool> pool OPENMATRIX_GUARDED_BY(mutex);
  std::vector<std::unique_ptr<SideCache>> caches OPENMATRIX_GUARDED_BY(mutex);
  std::vector<SideCache*> idle_caches OPENMATRIX_GUARDED_BY(mutex);  // of threads that ended
  std::vector<ThreadCaches*> threads OPENMATRIX_GUARDED_BY(mutex);
  std::deque<Quarantine> quarantines;  // one per view, with locks of their own
  // The cache of that id as long as it is private, else null. Partner: MakeCacheFor publishes,
  // Unbias reads and clears. Beside the caches, whose lines their owners write all the time.
  std::unique_ptr<std::atomic<SideCache*>[]> private_caches;
  // How many there can be: blocks name the cache that issued them in so many bits.
  std::uint32_t most_caches OPENMATRIX_GUARDED_BY(mutex) = BlockWord::kPeerMask;
  std::uint32_t purging OPENMATRIX_GUARDED_BY(mutex) = 0;  // runs whose pages are just going back
  bool forking OPENMATRIX_GUARDED_BY(mutex) = false;       // no run begins that
  std::atomic<bool> links_in_child{false};  // no partner: set before a fork, read in it
  // Waits follow each other closely: this many locked calls after one the caches open again.
  std::uint32_t until_open OPENMATRIX_GUARDED_BY(mutex) = 0;
  LearnedSpin spin{LearnedSpin::Useful(options.spin)};

 private:
  void OpenPool() OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS;
  SideCache* MakeCurrent(SideCache* cache) noexcept;
  SideCache* MakeCacheFor(View view) OPENMATRIX_EXCLUDES(mutex);
  // Those of views that nobody has mapped are empty, and nobody maps one meanwhile.
  template <typename Visit>
  void ForEachQuarantineInUse(const Visit& visit) OPENMATRIX_REQUIRES(mutex) {
    for (std::size_t side = 0; side < mapped.size(); ++side) {
      if (mapped[side].load(std::memory_order_relaxed)) visit(quarantines[side]);
    }
  }
  // Parts of the counts: `of(side)` is where they go, null for a view that nobody asks about.
  template <typename Visit>
  void ForEachSendBook(const Visit& visit) const OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS;
  template <typename Of>
  void SubtractEnded(const Of& of) const OPENMATRIX_REQUIRES(mutex);
  template <typename Of>
  void AddBegun(const Of& of) const OPENMATRIX_REQUIRES(mutex);
  // The change of the word that TryDrop makes; `holder` is who loses a hold, if any does. `after`
  // is what is left.
  bool TakeFlags(std::uint64_t offset, BlockWord& seen, std::uint64_t flags, View holder,
                 BlockWord& after) noexcept;
  // The ways around the lock for a large block that one thread frees and another one allocates: put
  // and uncharge it, or charge and take it.
  bool TakeHandedOver(View view, std::uint32_t size_class, std::uint32_t& grain) noexcept;
  bool HandOver(View view, std::uint32_t grain, std::uint32_t size_class) noexcept;
  // For want of `bytes` of room in the pool itself: breaks the quarantines of all sides, gives up
  // spans without a block, and free pages if the pool has all that it may have. Lets go of the lock
  // meanwhile.
  void FreeUnheld(std::uint64_t bytes, std::vector<Quarantine::Entry>& gone)
      OPENMATRIX_REQUIRES(mutex);
  static constexpr std::uint32_t kNoOwner = 0;
  void* IssueWithoutCache(View view, std::uint32_t grain, std::uint32_t bytes, Family family,
                          Release release) noexcept;
  void CountWithoutCache(View view, std::uint32_t bytes) noexcept;

  // Calls `attempt(beyond)` with the lock until it succeeds: at once, after taking back idle
  // memory, beyond the window, and after each free, as long as `wait` allows and in turn. It must
  // charge `bytes` to the view to succeed.
  template <typename Attempt>
  Status TryUntil(View view, std::uint64_t bytes, const Wait& wait, const Attempt& attempt)
      OPENMATRIX_EXCLUDES(mutex);
  using Gone = std::vector<Quarantine::Entry>;  // dropped last, without the lock
  class Waiting;
  template <typename Attempt>
  bool TryOnce(View view, std::uint64_t bytes, const Attempt& attempt, Gone& gone)
      OPENMATRIX_REQUIRES(mutex);
  template <typename Attempt>
  bool TryAgain(WaitingLine::Place& place, const Attempt& attempt, Gone& gone)
      OPENMATRIX_REQUIRES(mutex);
  // Whether a request that comes later than those who wait may be tried all the same.
  bool MayOvertake(View view, std::uint64_t bytes, const Wait& wait) OPENMATRIX_REQUIRES(mutex);
  template <typename Attempt>
  Status WaitInLine(View view, std::uint64_t bytes, const Wait& wait, const Attempt& attempt,
                    Gone& gone) OPENMATRIX_EXCLUDES(mutex);

  Heap& heap_;
  std::unique_ptr<Janitor> janitor_;
  std::unique_ptr<ForkGuard> fork_guard_;
};

}  // namespace openmatrix
