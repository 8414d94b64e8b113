// Up to 64 conditions that end the waits of many threads at once, and keep them from waiting
// while they last: one per device whose link is cut. A StopToken is one thread's; these are
// everybody's whose wait names them.
//
// Any thread. A look costs one load.
#pragma once

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

  // Ends the waits that name it. REQUIRES: number < 64.
  void Raise(std::uint32_t number) {
    raised_.fetch_or(Bit(number), std::memory_order_seq_cst);
    waiting_.WakeAll();
  }
  void Clear(std::uint32_t number) { raised_.fetch_and(~Bit(number), std::memory_order_seq_cst); }

  // Who waits now.
  WakeList& waiting() { return waiting_; }

 private:
  std::atomic<std::uint64_t> raised_{0};  // partner: the test before each sleep
  WakeList waiting_;
};

}  // namespace openmatrix
