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

}  // namespace openmatrix
