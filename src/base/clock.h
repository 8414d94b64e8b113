// The time by which waits end, where tests must be able to set it: a null Clock is the steady
// clock of the system, and costs nothing.
#pragma once

#include <chrono>

#include "base/wake_list.h"

namespace openmatrix {

class Clock {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // No deadline.
  static constexpr Time Never() { return Time::max(); }

  virtual Time Now() = 0;

  // A thread is about to wait on `waitable` until `deadline`, and no longer waits. In between
  // every change of Now wakes it. REQUIRES: the lock of `waitable` is not held.
  virtual void Enter(Waitable& waitable, Time deadline) = 0;
  virtual void Leave(Waitable& waitable) = 0;

 protected:
  ~Clock() = default;
};

// Now by `clock`, null for the system's.
inline Clock::Time NowOf(Clock* clock) {
  return clock != nullptr ? clock->Now() : std::chrono::steady_clock::now();
}

// When a wait ends: at a time, or so long after the first look at it. Who waits looks when he finds
// that he must, so a call that need not wait reads no clock. REQUIRES: one thread.
class Deadline {
 public:
  Deadline(Clock::Time at) : at_(at) {}
  static Deadline After(std::chrono::nanoseconds time) { return Deadline(time); }

  Clock::Time at() const {
    if (at_ == kNotStarted) at_ = std::chrono::steady_clock::now() + time_;
    return at_;
  }
  operator Clock::Time() const { return at(); }

  // This deadline was copied, and whoever has the copy may have looked: goes on with that count.
  void GoOnAs(const Deadline& copy) const { at_ = copy.at_; }

 private:
  static constexpr Clock::Time kNotStarted = Clock::Time::min();

  explicit Deadline(std::chrono::nanoseconds time) : at_(kNotStarted), time_(time) {}

  mutable Clock::Time at_;
  std::chrono::nanoseconds time_{0};
};

}  // namespace openmatrix
