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

constexpr const char* kExhausted = "no memory was freed in time";
constexpr const char* kHeldUp = "other threads wait already for the memory that is free";

Error NoView() { return {Code::kCannotGrow, "the side's view of the pool cannot be mapped"}; }
Error GivenUp() {
  return {Code::kNoMemory,
          "the system had no memory for a forked child's copy of its transfer memory"};
}

}  // namespace

std::uint32_t Heap::Impl::TakeCharged(View view, std::uint32_t size_class, bool window_only,
                                      std::uint32_t wanted, std::uint32_t* grains) {
  pool->Reserve();  // what throws comes before what is charged
  SideAccount& account = accounts[view.index];
  const std::uint64_t block_bytes = ClassBytes(size_class);
  if (!account.TryCharge(wanted * block_bytes)) {
    if (wanted == 1 || !account.TryCharge(block_bytes)) return 0;
    wanted = 1;
  }
  const std::uint32_t taken = pool->Take(size_class, wanted, window_only, grains);
  account.Uncharge((wanted - taken) * block_bytes);
  if (taken == 0) return 0;
  const std::uint32_t last = *std::max_element(grains, grains + taken);
  if (!GrowTo((std::uint64_t{last} << kGrainShift) + block_bytes)) {
    // Nobody is told: there is no more than before.
    account.Uncharge(taken * block_bytes);
    for (std::uint32_t index = 0; index < taken; ++index) {
      pool->Put(grains[index], size_class, Clock::now(), /*touched=*/false);
    }
    return 0;
  }
  if (kPoisoning) {
    for (std::uint32_t index = 0; index < taken; ++index) {
      Poison(AddressOf(view, std::uint64_t{grains[index]} << kGrainShift), block_bytes);
    }
  }
  janitor_->NoteChange();
  return taken;
}

bool Heap::Impl::TryRefill(SideCache* cache, View view, std::uint32_t size_class, Family family,
                           bool beyond, std::uint32_t& grain) {
  const bool window_only = !beyond || !view.is_host() || family == Family::kDvpp;
  if (cache == nullptr) return TakeCharged(view, size_class, window_only, 1, &grain) == 1;
  cache->Restore(size_class);
  if (cache->CountOf(size_class) > 0 && family != Family::kDvpp) {
    return cache->Drain(size_class, 1, &grain) == 1;
  }
  // A stack is empty here, but for one that has blocks beyond the window only.
  const bool single = cache->closed() || cache->CountOf(size_class) > 0;
  if (!single) Widen(*cache, size_class);
  std::array<std::uint32_t, kMostTaken> grains;
  const std::uint32_t taken = TakeCharged(view, size_class, window_only,
                                          single ? 1 : cache->BatchOf(size_class), grains.data());
  if (taken == 0) return false;
  grain = grains[0];
  cache->Refill(size_class, &grains[1], taken - 1);
  return true;
}

bool Heap::Impl::TryTakeExact(View view, std::uint32_t bytes, std::uint32_t& grain) {
  pool->Reserve();
  SideAccount& account = accounts[view.index];
  if (!account.HasRoom(bytes)) return false;
  const auto take = [&](bool beyond) OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS {
    if (!pool->TakeExact(bytes, beyond, grain)) return false;
    if (GrowTo((std::uint64_t{grain} << kGrainShift) + bytes)) return true;
    pool->Put(grain, kExactFit, Clock::now(), /*touched=*/false);
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
bool Heap::Impl::TryOnce(View view, std::uint64_t bytes, const Attempt& attempt, Gone& gone) {
  if (attempt(false)) return true;
  TakeBackCaches([&](const SideCache& cache) { return cache.view() == view; });
  if (attempt(false)) return true;
  for (const Quarantined which : {Quarantined::kWithoutMessage, Quarantined::kAll}) {
    BreakQuarantine(view, which, gone);
    if (attempt(false)) return true;
  }
  if (!accounts[view.index].HasRoom(bytes)) return false;
  // Not this side's limit, then, but room in the pool.
  TakeBackCaches([](const SideCache&) { return true; });
  FreeUnheld(bytes, gone);
  return attempt(false) || attempt(true);
}

template <typename Attempt>
bool Heap::Impl::TryAgain(WaitingLine::Place& place, const Attempt& attempt, Gone& gone) {
  for (const Quarantined which : {Quarantined::kWithoutMessage, Quarantined::kAll}) {
    BreakQuarantine(place.view, which, gone);
    if (attempt(true)) return true;
  }
  place.lacks_room = accounts[place.view.index].HasRoom(place.bytes);
  if (!place.lacks_room) return false;
  FreeUnheld(place.bytes, gone);
  return attempt(true);
}

template <typename Attempt>
Status Heap::Impl::TryUntil(View view, std::uint64_t bytes, const Wait& wait,
                            const Attempt& attempt) {
  Gone gone;
  bool held_up = false;
  {
    MutexLock lock(mutex);
    CountLockedCall();
    held_up = waiters.load(std::memory_order_relaxed) > 0 && !MayOvertake(view, bytes, wait);
    if (!held_up && TryOnce(view, bytes, attempt, gone)) return {};
  }
  if (Clock::now() < wait.deadline.at()) return WaitInLine(view, bytes, wait, attempt, gone);
  return Error{Code::kNoMemory, held_up ? kHeldUp : kExhausted};
}

bool Heap::Impl::MayOvertake(View view, std::uint64_t bytes, const Wait& wait) {
  const Clock::time_point now = Clock::now();
  return line.Judge(view, bytes, now >= wait.deadline.at(), now).may_try;
}

// From here on every free goes to the pool and notifies.
class Heap::Impl::Waiting {
 public:
  Waiting(Impl& heap, WaitingLine::Place& place) OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS
      : heap_(heap),
        place_(place) {
    heap_.waiters.fetch_add(1, std::memory_order_seq_cst);
    heap_.until_open = kUntilOpen;
    heap_.line.Join(place_, Clock::now());
  }
  ~Waiting() OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS {
    heap_.line.Leave(place_, Clock::now());
    heap_.until_open = kUntilOpen;
    heap_.waiters.fetch_sub(1, std::memory_order_seq_cst);
  }

 private:
  Impl& heap_;
  WaitingLine::Place& place_;
};

template <typename Attempt>
Status Heap::Impl::WaitInLine(View view, std::uint64_t bytes, const Wait& wait,
                              const Attempt& attempt, Gone& gone) {
  totals.waits.fetch_add(1, std::memory_order_relaxed);
  const Wait::Registration registered(wait, heap_);
  WaitingLine::Place place(view, bytes);
  MutexLock lock(mutex);
  const Waiting waiting(*this, place);
  TakeBackCaches([](const SideCache&) { return true; });
  const auto start = Clock::now();
  bool slept = false;
  for (bool spun = false;; spun = true) {
    const Clock::time_point now = Clock::now();
    const bool late = now >= wait.deadline.at();
    const WaitingLine::Verdict verdict = line.Judge(place, late, now);
    if (verdict.may_try && TryAgain(place, attempt, gone)) break;
    if (wait.Stopped()) {
      return Error{Code::kPoolStopped, "the graph of the waiting thread is being destroyed"};
    }
    if (late) return Error{Code::kNoMemory, verdict.may_try ? kExhausted : kHeldUp};
    // One who spins is enough.
    if (!spun && waiters.load(std::memory_order_relaxed) == 1 && spin.now().count() > 0) {
      SpinForFree(wait);
    } else {
      slept = true;
      line.Sleep(place, mutex, std::min(verdict.look_again, wait.deadline.at()));
    }
  }
  if (slept) spin.Slept(Clock::now() - start);
  return {};
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
  if (given_up.load(std::memory_order_relaxed)) return GivenUp();
  SideCache* const cache = CacheFor(view);
  if (cache == nullptr && !MapView(view)) return NoView();
  const std::uint32_t size_class = ClassOf(bytes);
  std::uint32_t grain = 0;
  if (!TakeHandedOver(view, size_class, grain)) {
    const auto refill = [&](bool beyond) OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS {
      return TryRefill(cache, view, size_class, family, beyond, grain);
    };
    const Status status = TryUntil(view, ClassBytes(size_class), wait, refill);
    if (!status) return status.error();
  }
  if (cache != nullptr) return cache->Issue(grain, bytes, size_class, family, release);
  return IssueWithoutCache(view, grain, bytes, family, release);
}

void* Heap::Impl::IssueWithoutCache(View view, std::uint32_t grain, std::uint32_t bytes,
                                    Family family, Release release) noexcept {
  const std::uint64_t offset = std::uint64_t{grain} << kGrainShift;
  void* const address = AddressOf(view, offset);
  if (kPoisoning) Unpoison(address, bytes);
  const BlockWord word = BlockWord::Sized(bytes, ClassOf(bytes))
                             .With(BlockWord::IssuedBy(kNoOwner, view, family))
                             .With(release == Release::kManual ? BlockWord::kManual : 0);
  table->At(offset).store(word.bits, std::memory_order_release);
  CountWithoutCache(view, bytes);
  return address;
}

void Heap::Impl::CountWithoutCache(View view, std::uint32_t bytes) noexcept {
  ViewTotals& total = totals.views[view.index];
  total.allocations.fetch_add(1, std::memory_order_release);
  total.allocated_bytes.fetch_add(bytes, std::memory_order_release);
}

Result<std::uint8_t*> Heap::Impl::AllocateReceived(View view, std::uint32_t bytes,
                                                   const Wait& wait) {
  if (given_up.load(std::memory_order_relaxed)) return GivenUp();
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
  if (cache == nullptr && !MapView(view)) return NoView();
  std::uint32_t grain = 0;
  const auto take = [&](bool) OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS {
    return TryTakeExact(view, bytes, grain);
  };
  if (Status status = TryUntil(view, bytes, wait, take); !status) return std::move(status.error());
  cache != nullptr ? cache->CountAllocation(bytes) : CountWithoutCache(view, bytes);
  const std::uint64_t offset = std::uint64_t{grain} << kGrainShift;
  if (kPoisoning) {
    Unpoison(AddressOf(view, offset), bytes);
    Poison(AddressOf(view, offset + bytes), -std::uint64_t{bytes} % kUnitBytes);
  }
  return received(offset, kExactFit);
}

bool Heap::Impl::TakeHandedOver(View view, std::uint32_t size_class,
                                std::uint32_t& grain) noexcept {
  // Who waits comes first: see TryUntil.
  if (!handover.MayHave(size_class) || waiters.load(std::memory_order_relaxed) > 0) return false;
  const std::uint32_t block_bytes = ClassBytes(size_class);
  if (!accounts[view.index].TryCharge(block_bytes)) return false;
  if (!handover.TryTake(size_class, grain)) return Uncharge(view, block_bytes), false;
  if (kPoisoning) Poison(AddressOf(view, std::uint64_t{grain} << kGrainShift), block_bytes);
  return true;
}

Status Heap::Impl::ChargeOrWait(View view, std::uint64_t bytes, const Wait& wait) {
  if (given_up.load(std::memory_order_relaxed)) return GivenUp();
  if (waiters.load(std::memory_order_relaxed) == 0 && accounts[view.index].TryCharge(bytes)) {
    return {};
  }
  return TryUntil(view, bytes, wait, [&](bool) { return accounts[view.index].TryCharge(bytes); });
}

}  // namespace openmatrix
