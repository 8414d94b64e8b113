// The clock of the latencies, and what reading it costs.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace bench {

inline std::int64_t NowNs() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Nanoseconds of one reading: the best of several averages, because what disturbs it only adds.
inline double ClockCostNs() {
  constexpr int kReadings = 2000;
  double best = 1e9;
  for (int i = 0; i < 20; ++i) {
    const std::int64_t start = NowNs();
    for (int j = 1; j < kReadings; ++j) NowNs();
    best = std::min(best, static_cast<double>(NowNs() - start) / kReadings);
  }
  return best;
}

}  // namespace bench
