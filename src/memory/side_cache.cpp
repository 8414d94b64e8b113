#include "memory/side_cache.h"

#include <algorithm>
#include <utility>

#include "os/backoff.h"

namespace openmatrix {
namespace {

constexpr std::uint32_t kMaxBatch = 32;
constexpr std::uint32_t kBatchBytes = 8u << 20;

// The highest bound a class can have.
std::uint32_t CapacityOf(std::uint32_t size_class) {
  const bool large = size_class >= SideCache::kFirstLarge;
  const std::uint32_t bytes = large ? SideCache::kLargeBytes : SideCache::kSmallClassBytes;
  return std::clamp(bytes / ClassBytes(size_class), large ? 1u : 4u, SideCache::kMaxSlots);
}

}  // namespace

SideCache::SideCache(std::uint32_t id, View view, std::uint8_t* base, std::uint64_t bytes,
                     std::uint64_t window_bytes, BlockTable::Word* words)
    : view_(view),
      id_(id),
      base_(base),
      view_grains_(bytes >> kGrainShift),
      words_(words),
      window_grains_(static_cast<std::uint32_t>(window_bytes >> kGrainShift)),
      own_(BlockWord::IssuedBy(id, view, Family::kTransfer)) {
  std::uint32_t slots = 0;
  for (std::uint32_t size_class = 1; size_class < kClasses; ++size_class) {
    slots += CapacityOf(size_class);
  }
  slots_.reset(new std::uint32_t[slots]);
  slots = 0;
  for (std::uint32_t size_class = 1; size_class < kClasses; ++size_class) {
    bins_[size_class].limit = size_class < kFirstLarge ? CapacityOf(size_class) : 0;
    stacks_[size_class] = &slots_[slots];
    empty_words_[size_class] = own_ + BlockWord::EmptyOf(size_class);
    slots += CapacityOf(size_class);
  }
  Open();
}

bool SideCache::EndHold(std::uint32_t gate, std::uint64_t grain, std::uint64_t seen) noexcept {
  std::uint64_t expected = seen;
  if (gate == 0) {
    words_[grain].store(0, std::memory_order_release);
  } else if ((gate & kClosedBit) != 0 ||
             !words_[grain].compare_exchange_strong(expected, 0, std::memory_order_acq_rel,
                                                    std::memory_order_relaxed)) {
    return false;
  }
  CountOwnFree(grain, seen);
  return true;
}

bool SideCache::TryFree(void* address, Family family) noexcept {
  std::uint64_t grain, seen;
  if (!FindOwn(address, family, words_, grain, seen)) return false;
  const auto size_class = static_cast<std::uint32_t>(seen & BlockWord::kClassMask);
  const std::uint32_t gate = BeginUse();
  // The gate first: how full a closed cache is, is for the holder of the heap's lock to read.
  const bool keeps =
      (gate & kClosedBit) == 0 && HasRoomFor(size_class) && EndHold(gate, grain, seen);
  if (keeps) Push(size_class, static_cast<std::uint32_t>(grain));
  EndUse();
  return keeps;
}

bool SideCache::TryEndHold(void* address, Family family, std::uint32_t& grain,
                           std::uint32_t& size_class) noexcept {
  std::uint64_t place, seen;
  if (!FindOwn(address, family, words_, place, seen)) return false;
  grain = static_cast<std::uint32_t>(place);
  size_class = static_cast<std::uint32_t>(seen & BlockWord::kClassMask);
  const bool ended = EndHold(BeginUse(), place, seen);
  EndUse();
  return ended;
}

std::uint32_t SideCache::BatchOf(std::uint32_t size_class) const {
  const std::uint32_t by_bytes = kBatchBytes / ClassBytes(size_class);
  return std::clamp(std::min(bins_[size_class].limit / 2, by_bytes), 1u, kMaxBatch);
}

std::uint32_t SideCache::Widen(std::uint32_t size_class) {
  Bin& bin = bins_[size_class];
  const std::uint32_t block_bytes = ClassBytes(size_class);
  if (size_class < kFirstLarge || bin.limit == CapacityOf(size_class)) return 0;
  const bool huge = block_bytes > kLargeBytes;
  if (huge ? huge_ == 0 : large_bytes_ + block_bytes <= kLargeBytes) {
    huge ? huge_ = size_class : large_bytes_ += block_bytes;
    ++bin.limit;
    return 0;
  }
  std::uint32_t loser = huge_;
  if (huge) {
    huge_ = 0;
  } else {
    // Round and round: no class is the victim twice before all others were.
    const auto can_lose = [&] {
      return hand_ != size_class && hand_ != huge_ && bins_[hand_].limit + aside_[hand_] > 0;
    };
    const std::uint32_t last = hand_;
    do {
      hand_ = hand_ + 1 < kClasses ? hand_ + 1 : kFirstLarge;
    } while (!can_lose() && hand_ != last);
    if (!can_lose()) return 0;  // this one has all the bytes
    loser = hand_;
    large_bytes_ -= ClassBytes(loser);
  }
  Restore(loser);
  --bins_[loser].limit;
  return loser;
}

void SideCache::Refill(std::uint32_t size_class, const std::uint32_t* grains, std::uint32_t count) {
  for (std::uint32_t index = 0; index < count; ++index) Push(size_class, grains[index]);
}

std::uint32_t SideCache::Drain(std::uint32_t size_class, std::uint32_t count,
                               std::uint32_t* grains) {
  Bin& bin = bins_[size_class];
  const std::uint32_t taken = std::min(count, bin.count);
  bin.count -= taken;
  std::copy_n(stacks_[size_class] + bin.count, taken, grains);
  return taken;
}

void SideCache::SetAside(std::uint32_t size_class) {
  Bin& bin = bins_[size_class];
  aside_[size_class] += bin.count;
  stacks_[size_class] += bin.count;
  bin.limit -= bin.count;
  bin.count = 0;
}

void SideCache::Restore(std::uint32_t size_class) {
  const std::uint32_t count = std::exchange(aside_[size_class], 0);
  stacks_[size_class] -= count;
  bins_[size_class].limit += count;
  bins_[size_class].count += count;
}

std::uint32_t SideCache::TakeCold(std::uint32_t size_class, std::uint32_t* grains) {
  const std::uint32_t cold = aside_[size_class];
  Restore(size_class);
  Bin& bin = bins_[size_class];
  std::uint32_t* const stack = stacks_[size_class];
  std::copy_n(stack, cold, grains);
  std::copy(stack + cold, stack + bin.count, stack);
  bin.count -= cold;
  return cold;
}

void SideCache::AwaitIdle() const {
  for (Backoff backoff; busy_.load(std::memory_order_acquire) != 0;) backoff.Pause();
}

void SideCache::Share() {
  if (shared()) return;
  gate_.fetch_or(kSharedBit, std::memory_order_seq_cst);
  ProcessBarrier();
  AwaitIdle();
  shared_for_all_.store(true, std::memory_order_release);
}

}  // namespace openmatrix
