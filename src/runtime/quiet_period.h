// When an engine is to be called although nothing arrives (wait_inputdata_max_time): what all its
// workers know of it together, so that a quiet period brings one call and not one per worker.
//
// A period begins with the receipt of a message, and with each call if calls repeat; calls that
// repeat also begin before the first message. Any worker may call anything.
#pragma once

#include <chrono>

#include "base/clock.h"
#include "base/mutex.h"

namespace openmatrix {

class QuietPeriod {
 public:
  using Time = Clock::Time;

  // A `length` of zero: no call is ever due.
  QuietPeriod(std::chrono::milliseconds length, bool repeats);

  bool enabled() const { return length_.count() != 0; }

  // When the next call is due: Clock::Never() if none is.
  Time due() const OPENMATRIX_EXCLUDES(mutex_);

  // A worker starts. The first one begins the first period if calls repeat.
  void Start(Time now) OPENMATRIX_EXCLUDES(mutex_);

  // A message was received. True if no call was due before: workers that wait without a deadline
  // must look again.
  bool Received(Time now) OPENMATRIX_EXCLUDES(mutex_);

  // True for one of the workers that come when a call is due: that one makes it.
  bool Claim(Time now) OPENMATRIX_EXCLUDES(mutex_);

 private:
  const std::chrono::milliseconds length_;
  const bool repeats_;
  mutable Mutex mutex_;
  bool started_ OPENMATRIX_GUARDED_BY(mutex_) = false;
  Time due_ OPENMATRIX_GUARDED_BY(mutex_) = Clock::Never();
};

}  // namespace openmatrix
