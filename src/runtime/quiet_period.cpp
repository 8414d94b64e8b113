#include "runtime/quiet_period.h"

#include <utility>

namespace openmatrix {

QuietPeriod::QuietPeriod(std::chrono::milliseconds length, bool repeats)
    : length_(length), repeats_(repeats) {}

QuietPeriod::Time QuietPeriod::due() const {
  MutexLock lock(mutex_);
  return due_;
}

void QuietPeriod::Start(Time now) {
  MutexLock lock(mutex_);
  if (std::exchange(started_, true) || !repeats_) return;
  due_ = now + length_;
}

bool QuietPeriod::Received(Time now) {
  MutexLock lock(mutex_);
  return std::exchange(due_, now + length_) == Clock::Never();
}

bool QuietPeriod::Claim(Time now) {
  MutexLock lock(mutex_);
  if (now < due_) return false;
  // Counted from now: a call that comes late is not made up for by several.
  due_ = repeats_ ? now + length_ : Clock::Never();
  return true;
}

}  // namespace openmatrix
