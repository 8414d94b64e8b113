// Behind an empty cache: the handover, a refill, and what is done when there is nothing to take, up
// to waiting for a free.
#include <algorithm>
#include <string>

#include "base/cpu.h"
#include "memory/heap_impl.h"
#include "memory/janitor.h"

namespace openmatrix {
namespace {

constexpr std::uint32_t kMostTaken = SideCache::kMaxSlots;
// To close the caches and open them again costs about as much as this many calls with the lock.
constexpr std::uint32_t kUntilOpen = 64;

Error NoView() { return {Code::kCannotGrow, "the side's view of the pool cannot be mapped"}; }

}  // namespace

bool Heap::Impl::TryRefill(SideCache& cache, std::uint32_t size_class, Family family, bool beyond,
                           std::uint32_t& grain) {
  std::array<std::uint32_t, kMostTaken> grains;
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
  if (!GrowTo(pool->runs().high_water())) {
    account.Uncharge(taken * block_bytes);
    for (std::uint32_t index = 0; index < taken; ++index) PutBack(grains[index], size_class);
    return false;
  }
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

bool Heap::Impl::TryTakeExact(View view, std::uint32_t bytes, std::uint32_t& grain) {
  SideAccount& account = accounts[view.index];
  if (!account.HasRoom(bytes)) return false;
  const auto take = [&](bool beyond) OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS {
    if (!pool->TakeExact(bytes, beyond, grain)) return false;
    if (GrowTo(pool->runs().high_water())) return true;
    PutBack(grain, kExactFit);
    return false;
  };
  // A device needs one free stretch of the window for its largest: the host leaves it that.
  const bool leaves_room = account.charged() + bytes + limits.device_bytes <= pages->window_bytes();
  const bool beyond = view.is_host() && !leaves_room;
  if (!take(beyond) && !(view.is_host() && take(!beyond))) return false;
  if (account.TryCharge(bytes)) return janitor_->NoteChange(), true;
  PutBack(grain, kExactFit);
  return false;
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
      FreeUnheld(bytes, gone);
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
      FreeUnheld(bytes, gone);
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
  if (cache == nullptr) return NoView();
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

Result<std::uint8_t*> Heap::Impl::AllocateReceived(View view, std::uint32_t bytes,
                                                   const Wait& wait) {
  const auto received = [&](std::uint64_t offset, std::uint32_t size_class) {
    table->At(offset).store(BlockWord::Received(bytes, size_class, view).bits,
                            std::memory_order_release);
    return AddressOf(view, offset);
  };
  if (bytes <= heap_.max_block_bytes(view) &&
      ClassBytes(ClassOf(bytes)) <= accounts[view.index].limit()) {
    // An ordinary block of the view becomes one that it received: nobody else knows it yet.
    Result<void*> block = heap_.Allocate(view, bytes, Family::kTransfer, Release::kManual, wait);
    if (!block) return std::move(block.error());
    View same;
    std::uint64_t offset;
    Locate(block.value(), same, offset);
    return received(offset, ClassOf(bytes));
  }
  SideCache* const cache = CacheFor(view);
  if (cache == nullptr) return NoView();
  std::uint32_t grain = 0;
  const auto take = [&](bool) OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS {
    return TryTakeExact(view, bytes, grain);
  };
  if (Status status = TryUntil(view, bytes, wait, take); !status) return std::move(status.error());
  cache->CountAllocation(bytes);
  const std::uint64_t offset = std::uint64_t{grain} << kGrainShift;
  if (kPoisoning) {
    Unpoison(AddressOf(view, offset), bytes);
    Poison(AddressOf(view, offset + bytes), -std::uint64_t{bytes} % kUnitBytes);
  }
  return received(offset, kExactFit);
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

}  // namespace openmatrix
