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
#include <utility>

#include "base/cpu.h"
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

  SideCache(std::uint32_t id, View view, std::uint8_t* base, std::uint64_t bytes,
            std::uint64_t window_bytes, BlockTable::Word* words);

  // A block from the stack, or null: take the slow path. REQUIRES: calling thread owns the cache.
  void* TryIssue(std::uint32_t bytes, Family family, Release release) noexcept {
    const std::uint32_t size_class = ClassOf(bytes);
    Bin& bin = bins_[size_class];
    // The gate first: how full a closed cache is, is for the holder of the heap's lock to read.
    if ((BeginUse() & kClosedBit) != 0) return EndUse(), nullptr;
    const std::uint32_t count = bin.count;
    if (count == 0) return EndUse(), nullptr;
    const std::uint32_t grain = stacks_[size_class][count - 1];
    // DVPP memory lies in one 4 GiB window, on the host too.
    if (family == Family::kDvpp && grain >= window_grains_) return EndUse(), nullptr;
    bin.count = count - 1;
    void* const block = Issue(grain, bytes, size_class, family, release);
    EndUse();
    return block;
  }

  // True if the address is the start of a block that this cache issued, its hold is of that
  // family and untouched by others, and there was room for it. False: take the slow path.
  bool TryFree(void* address, Family family) noexcept;

  // The same for a private cache; false also if it is shared. It calls nothing, so that the
  // exported functions around it need no stack frame.
  bool TryFreePrivate(void* address, Family family) noexcept {
    BlockTable::Word* const words = words_;
    std::uint64_t grain, seen;
    if (!FindOwn(address, family, words, grain, seen)) return false;
    const std::uint64_t size_class = seen & BlockWord::kClassMask;
    Bin& bin = bins_[size_class];
    if (__builtin_expect(BeginUse() != 0, 0)) return EndUse(), false;
    const std::uint32_t count = bin.count;
    if (count >= bin.limit) return EndUse(), false;
    words[grain].store(0, std::memory_order_release);
    CountOwnFree(grain, seen);
    stacks_[size_class][count] = static_cast<std::uint32_t>(grain);
    bin.count = count + 1;
    EndUse();
    return true;
  }

  // As TryFree, without room: the block is free then, and the caller's.
  bool TryEndHold(void* address, Family family, std::uint32_t& grain,
                  std::uint32_t& size_class) noexcept;

  // Keeps a block whose last hold is gone already, if the gate and the bounds allow.
  bool TryKeep(std::uint32_t grain, std::uint32_t size_class) noexcept {
    const bool open = (BeginUse() & kClosedBit) == 0;
    const bool keeps = open && HasRoomFor(size_class);
    if (keeps) Push(size_class, grain);
    EndUse();
    return keeps;
  }

  // Count, by the owner, an allocation or the free of a hold that this cache did not issue.
  void CountAllocation(std::uint32_t asked) noexcept {
    Count(allocations_, allocated_bytes_, asked);
  }
  void CountFree(std::uint32_t asked) noexcept { Count(frees_, freed_bytes_, asked); }

  // Marks the block at `grain` as issued by this cache. REQUIRES: the block is free and the
  // caller's. Needs neither a use nor the lock: the stacks stay as they are.
  void* Issue(std::uint32_t grain, std::uint32_t bytes, std::uint32_t size_class, Family family,
              Release release) noexcept {
    void* const address = base_ + (std::uint64_t{grain} << kGrainShift);
    if (kPoisoning) Unpoison(address, bytes);
    words_[grain].store((empty_words_[size_class] - BlockWord::SlackOf(bytes)) |
                            (family == Family::kDvpp ? BlockWord::kDvpp : 0) |
                            (release == Release::kManual ? BlockWord::kManual : 0),
                        std::memory_order_release);
    Count(allocations_, allocated_bytes_, bytes);
    if (address == nullptr) __builtin_unreachable();  // spares the callers a test
    return address;
  }

  View view() const { return view_; }
  std::uint32_t id() const { return id_; }

  // -- REQUIRES for all below: the heap's lock, and the cache is stopped or its owner calls.

  // How many blocks of the class a refill should bring, and a flush should take.
  std::uint32_t BatchOf(std::uint32_t size_class) const;
  // Lets a class keep one block more, if it is large and in use, from the bytes that are left or
  // else at another class's expense: what was freed last is what comes next. Returns that class, or
  // 0: after draining what it has above its bound, call again.
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

  // Large blocks age though the thread is busy with others: what is set aside is out of the owner's
  // reach until it asks for that class, and cold if it has not when somebody looks again.
  bool keeps_large() const { return large_bytes_ > 0 || huge_ != 0; }
  void SetAside(std::uint32_t size_class);
  void Restore(std::uint32_t size_class);
  std::uint32_t TakeCold(std::uint32_t size_class, std::uint32_t* grains);

  // Whether its uses are as many as when this was asked last: the owner did nothing meanwhile.
  bool IdleSinceLastLook() {
    const std::uint64_t uses = issued().blocks + freed().blocks;
    return std::exchange(uses_at_last_look_, uses) == uses;
  }
  bool chosen = false;  // by the walk over all caches that is under way
  bool idle = false;    // at the janitor's last look

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
  };
  using Counter = std::atomic<std::uint64_t>;  // written by the owner only; partner: issued, freed

  // One use by the owner: what the gate says, which stays true until the use ends. A word that the
  // owner read before has not changed meanwhile if kSharedBit is not set: who changes it sets that
  // bit first, and waits for a use under way.
  std::uint32_t BeginUse() noexcept {
    busy_.store(1, std::memory_order_relaxed);
    OwnerFence();
    return gate_.load(std::memory_order_acquire);
  }
  void EndUse() noexcept { busy_.store(0, std::memory_order_release); }

  std::uint64_t OffsetOf(const void* address) const {
    return reinterpret_cast<std::uintptr_t>(address) - reinterpret_cast<std::uintptr_t>(base_);
  }
  // Rotated: what is no start of a grain lies outside of every view, too.
  std::uint64_t GrainOf(const void* address) const {
    const std::uint64_t offset = OffsetOf(address);
    return offset >> kGrainShift | offset << (64 - kGrainShift);
  }
  // Whether this cache issued the block to that family, and nobody has changed it since.
  bool IsOwn(std::uint64_t word, Family family) const {
    constexpr std::uint64_t kVaries =
        BlockWord::kManual | ((1ull << BlockWord::kOriginShift) - 1);  // class and slack
    return (word & ~kVaries) == (own_ | (family == Family::kDvpp ? BlockWord::kDvpp : 0));
  }
  // Whether the address is the start of such a block: its grain, and its word as seen.
  bool FindOwn(const void* address, Family family, const BlockTable::Word* words,
               std::uint64_t& grain, std::uint64_t& seen) const noexcept {
    grain = GrainOf(address);
    if (grain >= view_grains_) return false;
    seen = words[grain].load(std::memory_order_relaxed);
    return IsOwn(seen, family);
  }
  void CountOwnFree(std::uint64_t grain, std::uint64_t seen) noexcept {
    const std::uint32_t asked =
        BlockWord::AskedOf(empty_words_[seen & BlockWord::kClassMask] - seen);
    if (kPoisoning) Poison(base_ + (grain << kGrainShift), asked);
    Count(frees_, freed_bytes_, asked);
  }
  // Within a use. False if another thread was faster, or the gate is closed.
  bool EndHold(std::uint32_t gate, std::uint64_t grain, std::uint64_t seen) noexcept;
  void Push(std::uint32_t size_class, std::uint32_t grain) {
    stacks_[size_class][bins_[size_class].count++] = grain;
  }
  static void Count(Counter& number, Counter& total, std::uint32_t bytes) {
    AddAsOnlyWriter(number, 1);
    AddAsOnlyWriter(total, bytes);
  }

  std::atomic<std::uint32_t> busy_{0};           // partner: AwaitIdle, ordered by ProcessBarrier
  std::atomic<std::uint32_t> gate_{kClosedBit};  // partner: Close, Open, Share
  const View view_;
  const std::uint32_t id_;
  std::uint8_t* const base_;
  const std::uint64_t view_grains_;
  BlockTable::Word* const words_;
  const std::uint32_t window_grains_;
  const std::uint64_t own_;  // BlockWord::IssuedBy this cache
  Counter allocations_{0};
  Counter allocated_bytes_{0};
  Counter frees_{0};
  Counter freed_bytes_{0};
  std::atomic<bool> shared_for_all_{false};  // set once the owner is known to have seen kSharedBit
  std::uint32_t large_bytes_ = 0;            // the sum of the large classes' bounds
  std::uint32_t huge_ = 0;  // the one class above kLargeBytes that may keep a block
  std::uint32_t hand_ = kFirstLarge;
  std::array<std::uint32_t, kClasses> aside_{};  // how many blocks, below the stack
  // Arrays of their own, found by one scaled load each: a pair is as slow as its chain of loads.
  std::array<Bin, kClasses> bins_;
  std::array<std::uint32_t*, kClasses> stacks_{};
  // What a block of the class says that this cache issued for 0 bytes: that it is all slack.
  std::array<std::uint64_t, kClasses> empty_words_{};
  std::unique_ptr<std::uint32_t[]> slots_;
  std::uint64_t uses_at_last_look_ = ~0ull;
};

}  // namespace openmatrix
