// What does it cost to take 256 MiB of blocks, and to give them back in random order?
//
// An iteration is one whole batch. The order is drawn once per size, before the clock runs.
#include <algorithm>
#include <numeric>

#include "work.h"

namespace bench {
namespace {

constexpr std::size_t kBatchBytes = std::size_t{1} << 28;

void Batch(benchmark::State& state) {
  const std::size_t bytes = BytesOf(state);
  const int touch = TouchOf(state);
  std::vector<void*> blocks(kBatchBytes / bytes);
  std::vector<std::size_t> order(blocks.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::shuffle(order.begin(), order.end(), std::mt19937_64(7));
  const auto round = [&] {
    for (void*& block : blocks) block = TakeUsed(bytes, touch);
    for (const std::size_t i : order) Give(blocks[i], bytes);
  };
  round();
  for (auto _ : state) round();
  state.counters["s_per_pair"] = benchmark::Counter(
      static_cast<double>(state.iterations()) * static_cast<double>(blocks.size()),
      benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

BENCHMARK(Batch)
    ->Name("batch")
    ->ArgNames({"bytes", "touch"})
    ->ArgsProduct({{1 << 10, 1 << 16, 1 << 20, 1 << 22, 1 << 24}, {kNone, kPages}})
    ->UseRealTime();

}  // namespace
}  // namespace bench
