// Every free that is not simple, and where a block goes then: into a cache, to another thread, back
// to the pool, to a waiter.
#include <time.h>

#include "base/log_sink.h"
#include "memory/heap_impl.h"
#include "memory/janitor.h"

namespace openmatrix {
namespace {

constexpr std::uint32_t kDrainBatch = SideCache::kMaxSlots;

// Good to a few milliseconds at a fifth of the cost: enough to tell how long pages were free.
Heap::Impl::Clock::time_point CoarseNow() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return Heap::Impl::Clock::time_point(std::chrono::seconds(now.tv_sec) +
                                       std::chrono::nanoseconds(now.tv_nsec));
}

}  // namespace

FreeVerdict Heap::Impl::FreeSlow(void* address, Family family) noexcept {
  if (address == nullptr) return FreeVerdict::kNull;
  View view;
  std::uint64_t offset;
  if (!Locate(address, view, offset)) return Refuse(FreeVerdict::kUnknown, view, kNowhere);
  if (offset % kGrainBytes != 0) return Refuse(FreeVerdict::kInterior, view, offset);

  BlockWord word = table->Load(offset);
  for (;;) {
    const std::uint64_t hold = word.HoldOf(view);
    if (hold == 0) return Refuse(FreeVerdict::kInterior, view, offset);
    const bool dvpp = hold == BlockWord::kOriginHold && word.Has(BlockWord::kDvpp);
    if (dvpp != (family == Family::kDvpp)) {
      return Refuse(FreeVerdict::kWrongFamily, view, offset);
    }
    Unbias(word);
    if (TryDrop(offset, word, hold)) return FreeVerdict::kFreed;
  }
}

// Counts, and tells an address inside a live block from one that is not ours to free.
FreeVerdict Heap::Impl::Refuse(FreeVerdict verdict, View view, std::uint64_t offset) noexcept {
  totals.bad_frees.fetch_add(1, std::memory_order_relaxed);
  if (verdict != FreeVerdict::kInterior) return verdict;

  BlockPlace place;
  {
    MutexLock lock(mutex);
    if (!pool->Find(offset, place)) return FreeVerdict::kUnknown;
  }
  const BlockWord word = table->Load(place.start);
  if (place.start != offset) {
    return word.HoldOf(view) != 0 ? FreeVerdict::kInterior : FreeVerdict::kUnknown;
  }
  if (word.live() && word.Has(BlockWord::kSent) && word.origin() == view) {
    totals.late_frees.fetch_add(1, std::memory_order_relaxed);
  }
  return FreeVerdict::kUnknown;
}

bool Heap::Impl::TakeFlags(std::uint64_t offset, BlockWord& seen, std::uint64_t flags, View holder,
                           BlockWord& after) noexcept {
  after = seen.Without(flags).WithoutOwner();
  if (!kPoisoning || (flags & BlockWord::kHolds) == 0) {
    return table->Change(offset, seen, after.live() ? after : BlockWord{});
  }
  // Poisoned before the change, or after the block is free, the bytes could be those of a block
  // that was issued anew meanwhile. So a mark keeps it for as long.
  const std::uint64_t leaves =
      (flags & BlockWord::kOriginHold) != 0 ? BlockWord::kOriginLeaves : BlockWord::kReceiverLeaves;
  BlockWord now = after.With(leaves);
  if (!table->Change(offset, seen, now)) return false;
  Poison(AddressOf(holder, offset), now.asked());
  do {
    after = now.Without(leaves);
  } while (!table->Change(offset, now, after.live() ? after : BlockWord{}));
  return true;
}

bool Heap::Impl::TryDrop(std::uint64_t offset, BlockWord& seen, std::uint64_t flags) noexcept {
  const BlockWord before = seen;
  const bool drops_hold = (flags & BlockWord::kHolds) != 0;
  const View holder = (flags & BlockWord::kOriginHold) != 0 ? before.origin() : before.receiver();
  BlockWord after;
  if (!TakeFlags(offset, seen, flags, holder, after)) return false;

  if (drops_hold) {
    if (SideCache* const cache = CacheFor(holder)) {
      cache->CountFree(before.asked());
    } else {
      totals.views[holder.index].frees.fetch_add(1, std::memory_order_release);
      totals.views[holder.index].freed_bytes.fetch_add(before.asked(), std::memory_order_release);
    }
  }
  if (!after.live()) {
    if (before.exact()) {  // for no cache, nor for another thread
      if (drops_hold) accounts[holder.index].Uncharge(before.block_bytes());
      MutexLock lock(mutex);
      PutBack(GrainOf(offset), kExactFit);
    } else if (drops_hold) {
      ReturnBlock(holder, GrainOf(offset), before.size_class(), FreedBy::kOther);
    } else if ((flags & BlockWord::kQuarantined) != 0) {
      ReturnBlock(before.origin(), GrainOf(offset), before.size_class(), FreedBy::kOwner);
    } else {
      MutexLock lock(mutex);
      PutBack(GrainOf(offset), before.size_class());
    }
    return true;
  }
  // What only the quarantine keeps alive is charged to the side that may still free it late.
  if ((after.bits & BlockWord::kKeepsAlive) == BlockWord::kQuarantined) {
    accounts[before.origin().index].Charge(before.block_bytes());
  }
  if (drops_hold) accounts[holder.index].Uncharge(before.block_bytes());
  NotifyFreed();
  return true;
}

bool Heap::Impl::HandOver(View view, std::uint32_t grain, std::uint32_t size_class) noexcept {
  const std::uint64_t end = (std::uint64_t{grain} << kGrainShift) + ClassBytes(size_class);
  if (size_class < SideCache::kFirstLarge || end > pages->window_bytes()) return false;
  Handover::Entry displaced;
  if (waiters.load(std::memory_order_relaxed) > 0 ||
      !handover.TryPut({grain, size_class}, displaced)) {
    return false;
  }
  Uncharge(view, ClassBytes(size_class));
  if (displaced.size_class != 0) {
    MutexLock lock(mutex);
    PutBack(displaced.grain, displaced.size_class);
  }
  return true;
}

void Heap::Impl::ReturnBlock(View view, std::uint32_t grain, std::uint32_t size_class,
                             FreedBy who) noexcept {
  SideCache* const cache = CacheFor(view);
  if (cache != nullptr && cache->TryKeep(grain, size_class)) return;
  if (who == FreedBy::kOther && HandOver(view, grain, size_class)) return;
  MutexLock lock(mutex);
  CountLockedCall();
  if (cache != nullptr && !cache->closed()) {
    cache->Restore(size_class);
    Widen(*cache, size_class);
    if (cache->HasRoomFor(size_class)) {
      cache->Refill(size_class, &grain, 1);
      return;
    }
    // This thread frees more than it needs. What was freed last goes, and first to whoever asks:
    // it is warm, and fewer blocks are on their way round.
    Flush(*cache, size_class, cache->BatchOf(size_class) - 1);
  }
  accounts[view.index].Uncharge(ClassBytes(size_class));
  PutBack(grain, size_class);
}

void Heap::Impl::Widen(SideCache& cache, std::uint32_t size_class) {
  while (const std::uint32_t loser = cache.Widen(size_class)) {
    Flush(cache, loser, cache.SurplusOf(loser));
  }
}

void Heap::Impl::Flush(SideCache& cache, std::uint32_t size_class, std::uint32_t count) {
  std::array<std::uint32_t, kDrainBatch> grains;
  const std::uint32_t taken = cache.Drain(size_class, count, grains.data());
  if (taken == 0) return;
  accounts[cache.view().index].Uncharge(std::uint64_t{taken} * ClassBytes(size_class));
  for (std::uint32_t index = 0; index < taken; ++index) PutBack(grains[index], size_class);
}

void Heap::Impl::DrainCache(SideCache& cache) {
  for (std::uint32_t size_class = 1; size_class < kClasses; ++size_class) {
    cache.Restore(size_class);
    Flush(cache, size_class, kDrainBatch);
  }
}

void Heap::Impl::AgeCache(SideCache& cache) {
  std::array<std::uint32_t, kDrainBatch> grains;
  for (std::uint32_t size_class = SideCache::kFirstLarge; size_class < kClasses; ++size_class) {
    const std::uint32_t cold = cache.TakeCold(size_class, grains.data());
    accounts[cache.view().index].Uncharge(std::uint64_t{cold} * ClassBytes(size_class));
    for (std::uint32_t index = 0; index < cold; ++index) PutBack(grains[index], size_class);
    cache.SetAside(size_class);
  }
}

void Heap::Impl::PutBack(std::uint32_t grain, std::uint32_t size_class) noexcept {
  if (!pool->Put(grain, size_class, CoarseNow())) {
    Log(LogLevel::kError, "internal: block at grain %u of class %u was put back twice; ignored",
        grain, size_class);
    return;
  }
  janitor_->NoteChange();
  if (waiters.load(std::memory_order_relaxed) > 0) Notify();
}

void Heap::Impl::EmptyHandover() noexcept {
  Handover::Entry block;
  while (handover.TryTakeAny(block)) PutBack(block.grain, block.size_class);
}

void Heap::Impl::Notify() {
  notices.fetch_add(1, std::memory_order_relaxed);
  line.WakeThoseWhoMayTry(Clock::now());
}

void Heap::Impl::Uncharge(View view, std::uint64_t bytes) noexcept {
  accounts[view.index].Uncharge(bytes);
  NotifyFreed();
}

void Heap::Impl::NotifyFreed() noexcept {
  if (waiters.load(std::memory_order_seq_cst) == 0) return;
  MutexLock lock(mutex);
  Notify();
}

void Heap::Impl::WakeAll() {
  MutexLock lock(mutex);
  notices.fetch_add(1, std::memory_order_relaxed);
  line.WakeAll();
}

}  // namespace openmatrix
