// File systems read the clock at its ticks only: a file that is born after the next one is younger.
#pragma once

#include <ctime>

namespace openmatrix {

inline void AwaitNextTick() {
  const auto now = [] {
    timespec time{};
    ::clock_gettime(CLOCK_REALTIME_COARSE, &time);
    return time.tv_sec * 1000000000 + time.tv_nsec;
  };
  for (const auto start = now(); now() == start;) {
  }
}

}  // namespace openmatrix
