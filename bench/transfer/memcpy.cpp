// The floor of everybody who copies: memcpy of the payload, in the rows of ping_pong.
#include <cstring>
#include <vector>

#include "latencies.h"
#include "work.h"

namespace bench {
namespace {

void Memcpy(benchmark::State& state) {
  const auto bytes = static_cast<std::size_t>(state.range(0));
  const std::vector<std::uint8_t> from(bytes, 1);
  std::vector<std::uint8_t> to(bytes, 2);
  std::vector<std::int64_t> samples;
  samples.reserve(static_cast<std::size_t>(state.max_iterations));
  for (auto _ : state) {
    const std::int64_t start = NowNs();
    std::memcpy(to.data(), from.data(), bytes);
    benchmark::ClobberMemory();
    samples.push_back(NowNs() - start);
  }
  ReportLatencies(state, std::move(samples), 1);
}

}  // namespace

void RegisterMemcpy() {
  benchmark::RegisterBenchmark("ping_pong", Memcpy)->Apply(Sizes)->UseRealTime();
}

}  // namespace bench
