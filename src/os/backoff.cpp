#include "os/backoff.h"

#include <sched.h>

#include <algorithm>

#include "os/futex.h"

namespace openmatrix {

void Backoff::Pause() {
  if (yields_ < kYields) {
    ++yields_;
    sched_yield();
    return;
  }
  FutexWord nobody_wakes{0};
  FutexWait(nobody_wakes, 0, std::chrono::steady_clock::now() + nap_);
  nap_ = std::min(nap_ * 2, std::chrono::microseconds(1000));
}

}  // namespace openmatrix
