// What a view has charged against its limit: the bytes of its holds, as rounded to size
// classes, and of the free blocks in its caches.
#pragma once

#include <atomic>
#include <cstdint>

namespace openmatrix {

class SideAccount {
 public:
  void SetLimit(std::uint64_t bytes) { limit_ = static_cast<std::int64_t>(bytes); }
  std::uint64_t limit() const { return static_cast<std::uint64_t>(limit_); }
  std::uint64_t charged() const { return Positive(charged_); }
  std::uint64_t peak() const { return Positive(peak_); }

  bool TryCharge(std::uint64_t bytes) {
    const auto more = static_cast<std::int64_t>(bytes);
    std::int64_t seen = charged_.load(std::memory_order_seq_cst);
    do {
      if (seen + more > limit_) return false;
    } while (!charged_.compare_exchange_weak(seen, seen + more, std::memory_order_seq_cst,
                                             std::memory_order_seq_cst));
    NotePeak(seen + more);
    return true;
  }
  bool HasRoom(std::uint64_t bytes) const { return charged() + bytes <= limit(); }
  // Also above the limit: for what is there already and only changes hands.
  void Charge(std::uint64_t bytes) {
    const auto more = static_cast<std::int64_t>(bytes);
    NotePeak(charged_.fetch_add(more, std::memory_order_seq_cst) + more);
  }
  // Whoever may have made room for a waiter calls Heap::Impl::NotifyFreed afterwards.
  void Uncharge(std::uint64_t bytes) {
    charged_.fetch_sub(static_cast<std::int64_t>(bytes), std::memory_order_seq_cst);
  }

 private:
  static std::uint64_t Positive(const std::atomic<std::int64_t>& number) {
    const std::int64_t now = number.load(std::memory_order_relaxed);
    return now > 0 ? static_cast<std::uint64_t>(now) : 0;
  }
  void NotePeak(std::int64_t now) {
    std::int64_t peak = peak_.load(std::memory_order_relaxed);
    while (now > peak && !peak_.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
    }
  }

  alignas(64) std::atomic<std::int64_t> charged_{0};  // partner: waiters_ of the heap
  std::atomic<std::int64_t> peak_{0};
  std::int64_t limit_ = 0;
};

}  // namespace openmatrix
