// How long to spin before a wait sleeps, learned from how long such waits lasted.
//
// Any thread. Several waiters may overwrite one another: it is a guess.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

namespace openmatrix {

class LearnedSpin {
 public:
  using Time = std::chrono::nanoseconds;

  // `most`: the longest spin, and the first.
  explicit LearnedSpin(Time most) : most_(std::max(most, Time(0))), now_(most_) {}

  // `wanted`, or zero where spinning keeps the one who is waited for from running.
  static Time Useful(Time wanted) {
    return std::thread::hardware_concurrency() == 1 ? Time(0) : wanted;
  }

  Time now() const { return now_.load(std::memory_order_relaxed); }

  // What was waited for came during a spin of that length.
  void Helped(Time spun) {
    if (spun < most_) Set(std::min(spun * 2, most_));
  }
  // It came after a sleep. The spin's being in vain does not count: two who wake one another would
  // never spin again, because each takes longer than a spin to wake.
  void Slept(Time waited) {
    if (waited < kSoon * most_) {
      Set(most_);
    } else {
      Set(now() > most_ / 8 ? now() / 2 : Time(0));
    }
  }

 private:
  static constexpr int kSoon = 4;  // times the longest spin

  void Set(Time spin) { now_.store(spin, std::memory_order_relaxed); }

  const Time most_;
  std::atomic<Time> now_;
};

}  // namespace openmatrix
