// Percentiles of many latencies, as counters of a bench.
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "clock.h"

namespace bench {

// `samples` are nanoseconds, each with one reading of the clock in it and `hops` hops.
inline void ReportLatencies(benchmark::State& state, std::vector<std::int64_t> samples,
                            double hops) {
  if (samples.empty()) return;
  static const double clock_cost = ClockCostNs();
  std::sort(samples.begin(), samples.end());
  const auto percentile = [&](std::size_t thousandths) {
    const std::size_t at = samples.size() * thousandths / 1000;
    const auto sample = static_cast<double>(samples[std::min(at, samples.size() - 1)]);
    return std::max(sample - clock_cost, 0.0) / hops * 1e-9;
  };
  state.counters["p50_s"] = percentile(500);
  state.counters["p99_s"] = percentile(990);
  state.counters["p999_s"] = percentile(999);
}

}  // namespace bench
