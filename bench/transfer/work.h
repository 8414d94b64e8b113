// What the workloads share.
#pragma once

#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <cstddef>
#include <cstdint>

#include "candidate.h"
#include "clock.h"
#include "copy_audit.h"

namespace bench {

// Each makes its benches known for the candidate of this process.
void RegisterPingPong();
void RegisterPaced();
void RegisterStream();
void RegisterGraphs();
void RegisterMemcpy();
// Ours only.
void RegisterCerealPingPong();
void RegisterStreamsOfStyles();
void RegisterStreamToHost();
void RegisterForward();

constexpr std::int64_t kSmall = 4096;
constexpr std::int64_t kFullHd = 1920 * 1080 * 3 / 2;  // NV12
constexpr std::int64_t kLargest = (std::int64_t{1} << 28) - 96;

inline void Sizes(benchmark::internal::Benchmark* bench) {
  bench->ArgName("bytes");
  for (const std::int64_t bytes :
       {kSmall, std::int64_t{1} << 18, kFullHd, std::int64_t{1} << 24, kLargest}) {
    bench->Arg(bytes);
  }
}

// A queue has its usual bound, unless such payloads, and those in quarantine, would not fit into
// the 4 GiB that a device sees. The same for all candidates.
inline std::size_t QueueFor(std::uint32_t bytes) { return bytes > (8u << 20) ? 2 : 200; }

inline Order OrderOf(const benchmark::State& state, Style style) {
  Order order;
  order.bytes = static_cast<std::uint32_t>(state.range(0));
  order.style = style;
  return order;
}

// CPU seconds of all threads of the process.
inline double CpuSeconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Times a run of messages with all threads' CPU.
class Stopwatch {
 public:
  // Sets the time and the counters of the bench.
  void Stop(benchmark::State& state, std::uint64_t messages) const {
    const double seconds = static_cast<double>(NowNs() - start_) * 1e-9;
    const double cpu = CpuSeconds() - cpu_;
    state.SetIterationTime(seconds);
    state.counters["messages_per_s"] = static_cast<double>(messages) / seconds;
    state.counters["cpu_s_per_message"] = cpu / static_cast<double>(messages);
  }

 private:
  const double cpu_ = CpuSeconds();
  const std::int64_t start_ = NowNs();
};

}  // namespace bench
