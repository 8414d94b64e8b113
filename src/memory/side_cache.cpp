#include "memory/side_cache.h"

#include <sched.h>

#include <algorithm>

namespace openmatrix {
namespace {

constexpr std::uint32_t kBatchBytes = 1u << 20;
constexpr std::uint32_t kMaxBatch = 32;

std::uint32_t CapacityOf(std::uint32_t size_class) {
  const std::uint64_t fits = SideCache::kBoundBytes / ClassBytes(size_class);
  return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(fits, 1, SideCache::kMaxSlots));
}

}  // namespace

SideCache::SideCache(const Heap::Impl* heap, std::uint32_t id, View view, std::uint8_t* base,
                     std::uint64_t bytes, std::uint64_t window_bytes, BlockTable::Word* words)
    : view_(view),
      id_(id),
      base_(base),
      view_bytes_(bytes),
      words_(words),
      window_grains_(static_cast<std::uint32_t>(window_bytes >> kGrainShift)),
      own_transfer_(BlockWord::IssuedBy(id, view, Family::kTransfer)),
      own_dvpp_(BlockWord::IssuedBy(id, view, Family::kDvpp)),
      heap_(heap) {
  std::uint32_t slots = 0;
  for (std::uint32_t size_class = 1; size_class < kClasses; ++size_class) {
    Bin& bin = bins_[size_class];
    bin.capacity = CapacityOf(size_class);
    bin.first = slots;
    bin.block_bytes = ClassBytes(size_class);
    slots += bin.capacity;
  }
  slots_.reset(new std::uint32_t[slots]);
  Open();
}

std::uint32_t SideCache::BatchOf(std::uint32_t size_class) {
  const std::uint32_t half = std::max(1u, CapacityOf(size_class) / 2);
  const std::uint32_t by_bytes = std::max(1u, kBatchBytes / ClassBytes(size_class));
  return std::min({half, by_bytes, kMaxBatch});
}

void SideCache::Refill(std::uint32_t size_class, const std::uint32_t* grains, std::uint32_t count) {
  for (std::uint32_t index = 0; index < count; ++index) Push(bins_[size_class], grains[index]);
}

std::uint32_t SideCache::Drain(std::uint32_t size_class, std::uint32_t count,
                               std::uint32_t* grains) {
  Bin& bin = bins_[size_class];
  const std::uint32_t taken = std::min(count, bin.count);
  std::uint32_t* const stack = &slots_[bin.first];
  std::copy_n(stack, taken, grains);
  std::copy(stack + taken, stack + bin.count, stack);
  bin.count -= taken;
  cached_bytes_ -= std::uint64_t{taken} * bin.block_bytes;
  return taken;
}

void SideCache::AwaitIdle() const {
  while (busy_.load(std::memory_order_acquire) != 0) sched_yield();
}

void SideCache::Share() {
  if (shared()) return;
  gate_.fetch_or(kSharedBit, std::memory_order_seq_cst);
  ProcessBarrier();
  AwaitIdle();
  shared_for_all_.store(true, std::memory_order_release);
}

SideCache::Totals SideCache::totals() const {
  Totals now;  // what ended first: a block that comes and goes meanwhile must not count as -1
  now.frees = frees_.load(std::memory_order_acquire);
  now.freed_bytes = freed_bytes_.load(std::memory_order_acquire);
  now.allocations = allocations_.load(std::memory_order_relaxed);
  now.allocated_bytes = allocated_bytes_.load(std::memory_order_relaxed);
  return now;
}

}  // namespace openmatrix
