// Behind the caches: refill, flush, exhaustion and waiting, and every free that is not simple.
#include <time.h>

#include <algorithm>
#include <new>
#include <string>

#include "base/cpu.h"
#include "base/log_sink.h"
#include "memory/heap_impl.h"
#include "memory/janitor.h"

namespace openmatrix {
namespace {

constexpr std::uint64_t kDumpStep = 64ull << 20;  // core dumps grow in steps: few system calls
constexpr std::uint32_t kDrainBatch = SideCache::kMaxSlots;
// To close the caches and open them again costs about as much as this many calls with the lock.
constexpr std::uint32_t kUntilOpen = 64;

// Good to a few milliseconds at a fifth of the cost: enough to tell how long pages were free.
Heap::Impl::Clock::time_point CoarseNow() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return Heap::Impl::Clock::time_point(std::chrono::seconds(now.tv_sec) +
                                       std::chrono::nanoseconds(now.tv_nsec));
}

std::uint32_t GrainOf(std::uint64_t offset) {
  return static_cast<std::uint32_t>(offset >> kGrainShift);
}

}  // namespace

// -- taking

bool Heap::Impl::TryRefill(SideCache& cache, std::uint32_t size_class, Family family, bool beyond,
                           std::uint32_t& grain) {
  std::array<std::uint32_t, kDrainBatch> grains;
  SideAccount& account = accounts[cache.view().index];
  const std::uint64_t block_bytes = ClassBytes(size_class);
  cache.Restore(size_class);
  if (cache.CountOf(size_class) > 0 && family != Family::kDvpp) {
    return cache.Drain(size_class, 1, &grain) == 1;
  }
  // A stack is empty here, but for one that has blocks beyond the window only.
  const bool single = cache.closed() || cache.CountOf(size_class) > 0;
  if (!single) Widen(cache, size_class);
  std::uint32_t wanted = single ? 1 : cache.BatchOf(size_class);
  if (!account.TryCharge(wanted * block_bytes)) {
    wanted = 1;
    if (!account.TryCharge(block_bytes)) return false;
  }
  const bool window_only = !beyond || !cache.view().is_host() || family == Family::kDvpp;
  const std::uint32_t taken = pool->Take(size_class, wanted, window_only, grains.data());
  account.Uncharge((wanted - taken) * block_bytes);
  if (taken == 0) return false;

  pages->DumpUpTo(std::min(pages->bytes(),
                           (pool->runs().high_water() + kDumpStep - 1) / kDumpStep * kDumpStep));
  if (kPoisoning) {
    for (std::uint32_t index = 0; index < taken; ++index) {
      Poison(AddressOf(cache.view(), std::uint64_t{grains[index]} << kGrainShift), block_bytes);
    }
  }
  janitor_->NoteChange();
  grain = grains[0];
  cache.Refill(size_class, &grains[1], taken - 1);
  return true;
}

template <typename Attempt>
Status Heap::Impl::TryUntil(View view, std::uint64_t bytes, const Wait& wait,
                            const Attempt& attempt) {
  std::vector<Quarantine::Entry> gone;  // dropped last, without the lock
  {
    MutexLock lock(mutex);
    CountLockedCall();
    if (attempt(false)) return {};
    TakeBackCaches([&](const SideCache& cache) { return cache.view() == view; });
    if (attempt(false)) return {};
    for (const Quarantined which : {Quarantined::kWithoutMessage, Quarantined::kAll}) {
      BreakQuarantine(view, which, gone);
      if (attempt(false)) return {};
    }
    if (accounts[view.index].HasRoom(bytes)) {
      // Not this side's limit, then, but room in the pool.
      TakeBackCaches([](const SideCache&) { return true; });
      FreeUnheld(gone);
      if (attempt(false) || attempt(true)) return {};
      while (purging > 0) {
        freed.Wait(mutex);
        if (attempt(true)) return {};
      }
    }
  }
  const Error exhausted{Code::kNoMemory, "no memory was freed in time"};
  if (Clock::now() >= wait.deadline.at()) return exhausted;

  totals.waits.fetch_add(1, std::memory_order_relaxed);
  const Wait::Registration waiting(wait, heap_);
  MutexLock lock(mutex);
  // From here on every free goes to the pool and notifies.
  struct Waiter {
    explicit Waiter(std::atomic<std::uint32_t>& number) : waiters(number) {
      waiters.fetch_add(1, std::memory_order_seq_cst);
    }
    ~Waiter() { waiters.fetch_sub(1, std::memory_order_seq_cst); }
    std::atomic<std::uint32_t>& waiters;
  };
  until_open = kUntilOpen;
  const Waiter waiter(waiters);
  TakeBackCaches([](const SideCache&) { return true; });
  Status outcome;
  bool in_time = true;
  bool slept = false;
  const auto start = Clock::now();
  for (bool spun = false;; spun = true) {
    BreakQuarantine(view, Quarantined::kWithoutMessage, gone);
    if (attempt(true)) break;
    BreakQuarantine(view, Quarantined::kAll, gone);
    if (attempt(true)) break;
    if (accounts[view.index].HasRoom(bytes)) {
      FreeUnheld(gone);
      if (attempt(true)) break;
    }
    if (wait.Stopped()) {
      outcome = Error{Code::kPoolStopped, "the graph of the waiting thread is being destroyed"};
      break;
    }
    if (!in_time) {
      outcome = exhausted;
      break;
    }
    // One who spins is enough.
    if (!spun && waiters.load(std::memory_order_relaxed) == 1 && spin.now().count() > 0) {
      SpinForFree(wait);
    } else {
      slept = true;
      in_time = freed.WaitUntil(mutex, wait.deadline);
    }
  }
  if (slept && outcome.ok()) spin.Slept(Clock::now() - start);
  until_open = kUntilOpen;
  return outcome;
}

void Heap::Impl::SpinForFree(const Wait& wait) {
  const std::uint32_t seen = notices.load(std::memory_order_relaxed);
  const LearnedSpin::Time budget = spin.now();
  mutex.Unlock();
  const auto end = std::min(Clock::now() + budget, wait.deadline.at());
  const auto noticed = [&] { return notices.load(std::memory_order_relaxed) != seen; };
  do {
    // A look at the clock costs about as much as eight looks at the number.
    for (int look = 0; look < 8 && !noticed(); ++look) CpuRelax();
  } while (!noticed() && !wait.Stopped() && Clock::now() < end);
  mutex.Lock();
  if (noticed()) spin.Helped(budget);
}

void Heap::Impl::OpenCaches() {
  until_open = 0;
  for (const auto& cache : caches) cache->Open();
}

Result<void*> Heap::Impl::AllocateSlow(View view, std::uint32_t bytes, Family family,
                                       Release release, const Wait& wait) {
  SideCache* const cache = CacheFor(view);
  if (cache == nullptr) {
    return Error{Code::kCannotGrow, "the side's view of the pool cannot be mapped"};
  }
  const std::uint32_t size_class = ClassOf(bytes);
  std::uint32_t grain = 0;
  if (TakeHandedOver(view, size_class, grain)) {
    return cache->Issue(grain, bytes, size_class, family, release);
  }
  const auto refill = [&](bool beyond) OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS {
    return TryRefill(*cache, size_class, family, beyond, grain);
  };
  const Status status = TryUntil(view, ClassBytes(size_class), wait, refill);
  if (!status) return status.error();
  return cache->Issue(grain, bytes, size_class, family, release);
}

bool Heap::Impl::TakeHandedOver(View view, std::uint32_t size_class,
                                std::uint32_t& grain) noexcept {
  if (!handover.MayHave(size_class)) return false;
  const std::uint32_t block_bytes = ClassBytes(size_class);
  if (!accounts[view.index].TryCharge(block_bytes)) return false;
  if (!handover.TryTake(size_class, grain)) return Uncharge(view, block_bytes), false;
  if (kPoisoning) Poison(AddressOf(view, std::uint64_t{grain} << kGrainShift), block_bytes);
  return true;
}

Status Heap::Impl::ChargeOrWait(View view, std::uint64_t bytes, const Wait& wait) {
  if (accounts[view.index].TryCharge(bytes)) return {};
  return TryUntil(view, bytes, wait, [&](bool) { return accounts[view.index].TryCharge(bytes); });
}

// -- giving back

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

bool Heap::Impl::TryDrop(std::uint64_t offset, BlockWord& seen, std::uint64_t flags) noexcept {
  const BlockWord before = seen;
  const BlockWord after = before.Without(flags).WithoutOwner();
  const bool drops_hold = (flags & BlockWord::kHolds) != 0;
  const View holder = (flags & BlockWord::kOriginHold) != 0 ? before.origin() : before.receiver();
  if (kPoisoning && drops_hold) Poison(AddressOf(holder, offset), before.asked());
  if (!table->Change(offset, seen, after.live() ? after : BlockWord{})) return false;

  if (drops_hold) {
    if (SideCache* const cache = CacheFor(holder)) {
      cache->CountFree(before.asked());
    } else {
      totals.views[holder.index].frees.fetch_add(1, std::memory_order_release);
      totals.views[holder.index].freed_bytes.fetch_add(before.asked(), std::memory_order_release);
    }
  }
  if (!after.live()) {
    if (drops_hold) {
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
  freed.NotifyAll();
}

void Heap::Impl::Uncharge(View view, std::uint64_t bytes) noexcept {
  accounts[view.index].Uncharge(bytes);
  NotifyFreed();
}

void Heap::Impl::NotifyFreed() noexcept {
  if (waiters.load(std::memory_order_seq_cst) == 0) return;
  WakeAll();
}

void Heap::Impl::WakeAll() {
  MutexLock lock(mutex);
  Notify();
}

// -- quarantine

void Heap::Impl::EnterQuarantine(View view, std::uint64_t offset, std::uint32_t block_bytes,
                                 std::weak_ptr<void> message,
                                 Quarantine::Leavers& leavers) noexcept {
  std::uint64_t early = 0;
  try {
    early = quarantines[view.index].Enter(offset, block_bytes, std::move(message), leavers);
  } catch (const std::bad_alloc&) {
    EndQuarantine(offset);  // the send stands; a late free of this block is not recognised
  }
  NotifyFreed();  // who waits for memory may have broken the quarantine just before
  if (early == 0) return;
  if (totals.overflows.fetch_add(early, std::memory_order_relaxed) == 0) {
    Log(LogLevel::kWarning,
        "quarantine of sent blocks is full (a quarter of the side's limit): late frees of the "
        "oldest are no longer recognised");
  }
}

// Into this thread's cache where possible: who sends will allocate again.
void Heap::Impl::EndQuarantine(std::uint64_t offset) noexcept {
  BlockWord word = table->Load(offset);
  while (word.Has(BlockWord::kQuarantined) && !TryDrop(offset, word, BlockWord::kQuarantined)) {
  }
}

void Heap::Impl::BreakQuarantine(View view, Quarantined which,
                                 std::vector<Quarantine::Entry>& gone) {
  const std::size_t first = gone.size();
  quarantines[view.index].Break(
      [&](const Quarantine::Entry& entry) {
        const BlockWord word = table->Load(entry.offset);
        return (word.bits & BlockWord::kKeepsAlive) == BlockWord::kQuarantined &&
               (which == Quarantined::kAll || entry.message.expired());
      },
      gone);
  for (std::size_t index = first; index < gone.size(); ++index) {
    const std::uint64_t offset = gone[index].offset;
    BlockWord word = table->Load(offset);
    if (!table->Change(offset, word, BlockWord{})) continue;
    accounts[view.index].Uncharge(word.block_bytes());
    PutBack(GrainOf(offset), word.size_class());
  }
}

void Heap::Impl::FreeUnheld(std::vector<Quarantine::Entry>& gone) {
  EmptyHandover();
  for (std::uint8_t side = 0; side < quarantines.size(); ++side) {
    BreakQuarantine(View{side}, Quarantined::kAll, gone);
  }
  pool->ReleaseEmptySpans(CoarseNow());
}

// -- trim and fork

void Heap::Impl::Trim() {
  if (janitor_ != nullptr) janitor_->TrimNow();
}

void Heap::Impl::BeforeFork() OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS {
  mutex.Lock();
  ForEachQuarantineInUse([](Quarantine& quarantine) { quarantine.BeforeFork(); });
  for (const auto& cache : caches) cache->Close();
  ProcessBarrier();
  for (const auto& cache : caches) cache->AwaitIdle();
}

void Heap::Impl::AfterForkInParent() OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS {
  if (waiters.load(std::memory_order_relaxed) == 0) OpenCaches();
  ForEachQuarantineInUse([](Quarantine& quarantine) { quarantine.AfterFork(); });
  mutex.Unlock();
}

void Heap::Impl::AfterForkInChild() OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS {
  pages->MakePrivate();
  forked.store(true, std::memory_order_relaxed);
  new (&freed) CondVar;  // its sleepers are the parent's and would never leave it
  waiters.store(0, std::memory_order_relaxed);
  purging = 0;
  janitor_->ForgetThread();
  for (const auto& cache : caches) cache->EndUsesOfParent();
  OpenCaches();
  ForEachQuarantineInUse([](Quarantine& quarantine) { quarantine.AfterFork(); });
  mutex.Unlock();
}

}  // namespace openmatrix
