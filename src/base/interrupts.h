// Up to 64 conditions that end the waits of many threads at once, and keep them from waiting
// while they last: one per device whose link is cut. A StopToken is one thread's; these are
// everybody's whose wait names them.
//
// Any thread. A look costs one load.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "base/wake_list.h"

namespace openmatrix {

class Interrupts {
 public:
  static constexpr std::uint64_t Bit(std::uint32_t number) { return std::uint64_t{1} << number; }

  // True if any condition of `mask` is there now.
  bool raised(std::uint64_t mask) const {
    return (raised_.load(std::memory_order_seq_cst) & mask) != 0;
  }

  // How often conditions of `mask` were raised so far: a wait that finds another number than when
  // it began was interrupted, even if the condition has passed before it looks.
  std::uint64_t raises(std::uint64_t mask) const {
    std::uint64_t sum = 0;
    for (; mask != 0; mask &= mask - 1) {
      sum +=
          raises_[static_cast<std::size_t>(__builtin_ctzll(mask))].load(std::memory_order_seq_cst);
    }
    return sum;
  }

  // Ends the waits that name it. REQUIRES: number < 64.
  void Raise(std::uint32_t number) {
    // The bit first: who reads the new number as his first one sees the bit, too.
    raised_.fetch_or(Bit(number), std::memory_order_seq_cst);
    raises_[number].fetch_add(1, std::memory_order_seq_cst);
    waiting_.WakeAll();
  }
  void Clear(std::uint32_t number) { raised_.fetch_and(~Bit(number), std::memory_order_seq_cst); }

  // Who waits now.
  WakeList& waiting() { return waiting_; }

 private:
  std::atomic<std::uint64_t> raised_{0};                 // partner: the test before each sleep
  std::array<std::atomic<std::uint64_t>, 64> raises_{};  // partner: the same
  WakeList waiting_;
};

}  // namespace openmatrix
