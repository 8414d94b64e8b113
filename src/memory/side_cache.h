// The fast path: one thread's blocks of one view, most recently freed first, one stack per
// size class. No lock, no system call, no list walk: about 2 ns each way.
//
// The owner announces each use (`busy_`) and looks at the gate; the heap, which may interfere
// rarely, closes gates, executes a process barrier and waits until the uses under way are
// over. Blocks in a cache stay charged to their view's limit.
//
// A cache starts private: its thread frees its own blocks by a plain store. The first foreign
// change of one of its blocks makes it shared for good; from then on the owner, too, pays for
// a compare-and-swap. See docs/design/memory.md.
//
// Each class has a bound. That of a small class is fixed, 256 KiB or four blocks; large ones share
// 24 MiB, a block at a time as they are used, and one block above that is kept besides.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

#include "base/sanitizers.h"
#include "memory/block_table.h"
#include "memory/heap.h"
#include "os/process_barrier.h"

namespace openmatrix {

// Aligned so that no owner writes to a line, or its neighbour, that another one uses.
class alignas(128) SideCache {
 public:
  static constexpr std::uint32_t kSmallClassBytes = 256u << 10;  // kept of each small class
  static constexpr std::uint32_t kLargeBytes = 24u << 20;        // kept of all large classes
  static constexpr std::uint32_t kFirstLarge = ClassOf(256u << 10);
  static constexpr std::uint32_t kMaxSlots = 256;  // per size class

  static constexpr std::uint32_t kSharedBit = 1;  // owner must compare-and-swap
  static constexpr std::uint32_t kClosedBit = 2;  // owner must take the heap's lock

  SideCache(const Heap::Impl* heap, std::uint32_t id, View view, std::uint8_t* base,
            std::uint64_t bytes, std::uint64_t window_bytes, BlockTable::Word* words);

  // A block from the stack, or null: take the slow path. REQUIRES: calling thread owns the cache.
  void* TryIssue(std::uint32_t bytes, Family family, Release release) noexcept {
    const std::uint32_t size_class = ClassOf(bytes);
    Bin& bin = bins_[size_class];
    const Use use(*this);
    if ((use.gate & kClosedBit) != 0 || bin.count == 0) return nullptr;
    // DVPP memory lies in one 4 GiB window, on the host too.
    if (family == Family::kDvpp && slots_[bin.first + bin.count - 1] >= window_grains_)
      return nullptr;
    --bin.count;
    return Issue(slots_[bin.first + bin.count], bytes, size_class, bin.block_bytes, family,
                 release);
  }

  // True if the address is the start of a block that this cache issued, its hold is of that
  // family and untouched by others, and there was room for it. False: take the slow path.
  bool TryFree(void* address, Family family) noexcept {
    std::uint32_t grain;
    Bin* bin = nullptr;
    const Use use(*this);
    return TryEnd(use, address, family, true, grain, bin) && Push(*bin, grain);
  }

  // The same without room: the block is free then, and the caller's.
  bool TryEndHold(void* address, Family family, std::uint32_t& grain,
                  std::uint32_t& size_class) noexcept {
    Bin* bin = nullptr;
    const Use use(*this);
    if (!TryEnd(use, address, family, false, grain, bin)) return false;
    size_class = static_cast<std::uint32_t>(bin - bins_.data());
    return true;
  }

  // Keeps a block whose last hold is gone already, if the gate and the bounds allow.
  bool TryKeep(std::uint32_t grain, std::uint32_t size_class) noexcept {
    const Use use(*this);
    Bin& bin = bins_[size_class];
    if ((use.gate & kClosedBit) != 0 || bin.count >= bin.limit) return false;
    return Push(bin, grain);
  }

  // Counts a free, by the owner, of a hold that this cache did not issue.
  void CountFree(std::uint32_t asked) noexcept { Count(frees_, freed_bytes_, asked); }

  // Marks the block at `grain` as issued by this cache. REQUIRES: the block is free and the
  // caller's. Needs neither a Use nor the lock: the stacks stay as they are.
  void* Issue(std::uint32_t grain, std::uint32_t bytes, std::uint32_t size_class,
              std::uint32_t block_bytes, Family family, Release release) noexcept {
    void* const address = base_ + (std::uint64_t{grain} << kGrainShift);
    if (kPoisoning) Unpoison(address, bytes);
    words_[grain].store((family == Family::kDvpp ? own_dvpp_ : own_transfer_) |
                            (release == Release::kManual ? BlockWord::kManual : 0) | size_class |
                            std::uint64_t{block_bytes - bytes} << BlockWord::kSlackShift,
                        std::memory_order_release);
    Count(allocations_, allocated_bytes_, bytes);
    return address;
  }

  const Heap::Impl* heap() const { return heap_; }
  bool Serves(const Heap::Impl* heap, View view) const { return heap_ == heap && view_ == view; }
  View view() const { return view_; }
  std::uint32_t id() const { return id_; }

  // -- REQUIRES for all below: the heap's lock, and the cache is stopped or its owner calls.

  // How many blocks of the class a refill should bring, and a flush should take.
  std::uint32_t BatchOf(std::uint32_t size_class) const;
  // Lets a class keep one block more, if it is large and in use, from the bytes that are left or
  // else, now and then, at another class's expense. Returns that class, or 0: after draining what
  // it has above its bound, call again.
  std::uint32_t Widen(std::uint32_t size_class);
  // Blocks above the class's bound.
  std::uint32_t SurplusOf(std::uint32_t size_class) const {
    const Bin& bin = bins_[size_class];
    return bin.count > bin.limit ? bin.count - bin.limit : 0;
  }
  void Refill(std::uint32_t size_class, const std::uint32_t* grains, std::uint32_t count);
  // Takes up to `count` blocks out, most recently freed ones, the last of them at the end.
  std::uint32_t Drain(std::uint32_t size_class, std::uint32_t count, std::uint32_t* grains);
  bool HasRoomFor(std::uint32_t size_class) const {
    return bins_[size_class].count < bins_[size_class].limit;
  }
  std::uint32_t CountOf(std::uint32_t size_class) const { return bins_[size_class].count; }

  // Any thread. Close and Open nest through the heap's lock; after Close, ProcessBarrier and
  // AwaitIdle the cache stays untouched by its owner until Open.
  bool closed() const { return (gate_.load(std::memory_order_relaxed) & kClosedBit) != 0; }
  void Close() { gate_.fetch_or(kClosedBit, std::memory_order_seq_cst); }
  void Open() {
    if (HasProcessBarrier()) gate_.fetch_and(~kClosedBit, std::memory_order_release);
  }
  void AwaitIdle() const;
  // In a forked child: a thread that looked at the gate during the fork is not here to end that.
  void EndUsesOfParent() { busy_.store(0, std::memory_order_relaxed); }
  bool shared() const { return shared_for_all_.load(std::memory_order_acquire); }
  void Share();  // REQUIRES: the heap's lock

  struct Tally {
    std::uint64_t blocks, bytes;
  };
  Tally issued() const {
    return {allocations_.load(std::memory_order_acquire),
            allocated_bytes_.load(std::memory_order_acquire)};
  }
  Tally freed() const {
    return {frees_.load(std::memory_order_acquire), freed_bytes_.load(std::memory_order_acquire)};
  }

 private:
  struct Bin {
    std::uint32_t count = 0;
    std::uint32_t limit = 0;
    std::uint32_t first = 0;  // of its part of slots_
    std::uint32_t block_bytes = 0;
  };
  using Counter = std::atomic<std::uint64_t>;  // written by the owner only; partner: issued, freed

  // One use by the owner.
  struct Use {
    explicit Use(SideCache& used) : cache(used) {
      cache.busy_.store(1, std::memory_order_relaxed);
      OwnerFence();
      gate = cache.gate_.load(std::memory_order_acquire);
    }
    ~Use() { cache.busy_.store(0, std::memory_order_release); }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

    SideCache& cache;
    std::uint32_t gate;
  };

  std::uint64_t OffsetOf(const void* address) const {
    return reinterpret_cast<std::uintptr_t>(address) - reinterpret_cast<std::uintptr_t>(base_);
  }
  bool TryEnd(const Use& use, void* address, Family family, bool needs_room, std::uint32_t& grain,
              Bin*& bin) noexcept {
    const std::uint64_t offset = OffsetOf(address);
    if (offset >= view_bytes_ || offset % kGrainBytes != 0) return false;
    BlockTable::Word& word = words_[offset >> kGrainShift];
    std::uint64_t seen = word.load(std::memory_order_relaxed);
    constexpr std::uint64_t kVaries =
        BlockWord::kManual | ((1ull << BlockWord::kOriginShift) - 1);  // class and slack
    if ((seen & ~kVaries) != (family == Family::kDvpp ? own_dvpp_ : own_transfer_)) return false;
    bin = &bins_[seen & BlockWord::kClassMask];
    if (needs_room && bin->count >= bin->limit) return false;
    if (use.gate != 0) {
      if ((use.gate & kClosedBit) != 0 ||
          !word.compare_exchange_strong(seen, 0, std::memory_order_acq_rel,
                                        std::memory_order_relaxed)) {
        return false;
      }
    } else {
      word.store(0, std::memory_order_release);
    }
    const std::uint32_t asked =
        bin->block_bytes -
        static_cast<std::uint32_t>(seen >> BlockWord::kSlackShift & BlockWord::kSlackMask);
    if (kPoisoning) Poison(address, asked);
    grain = static_cast<std::uint32_t>(offset >> kGrainShift);
    Count(frees_, freed_bytes_, asked);
    return true;
  }
  bool Push(Bin& bin, std::uint32_t grain) {
    slots_[bin.first + bin.count++] = grain;
    return true;
  }
  static void Count(Counter& number, Counter& total, std::uint32_t bytes) {
    number.store(number.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    total.store(total.load(std::memory_order_relaxed) + bytes, std::memory_order_release);
  }

  std::atomic<std::uint32_t> busy_{0};           // partner: AwaitIdle, ordered by ProcessBarrier
  std::atomic<std::uint32_t> gate_{kClosedBit};  // partner: Close, Open, Share
  const View view_;
  const std::uint32_t id_;
  std::uint8_t* const base_;
  const std::uint64_t view_bytes_;
  BlockTable::Word* const words_;
  const std::uint32_t window_grains_;
  const std::uint64_t own_transfer_;  // BlockWord::IssuedBy this cache
  const std::uint64_t own_dvpp_;
  const Heap::Impl* const heap_;
  Counter allocations_{0};
  Counter allocated_bytes_{0};
  Counter frees_{0};
  Counter freed_bytes_{0};
  std::atomic<bool> shared_for_all_{false};  // set once the owner is known to have seen kSharedBit
  std::uint32_t large_bytes_ = 0;            // the sum of the large classes' bounds
  std::uint32_t huge_ = 0;      // the one class above kLargeBytes that may keep a block
  std::uint32_t refusals_ = 0;  // of Widen, since it last granted
  std::uint32_t hand_ = kFirstLarge;
  std::array<Bin, kClasses> bins_;
  std::unique_ptr<std::uint32_t[]> slots_;
};

}  // namespace openmatrix
