// What does the first touch of fresh memory cost, per page? The price of one block's life in a
// process that just started: take it, write one byte per page, and never give it back meanwhile.
//
// One iteration per process, because there is only one first time.
#include "work.h"

namespace bench {
namespace {

void FirstTouch(benchmark::State& state) {
  const std::size_t bytes = BytesOf(state);
  void* block = nullptr;
  for (auto _ : state) block = TakeUsed(bytes, kPages);
  Give(block, bytes);
  state.counters["s_per_4k"] = benchmark::Counter(
      static_cast<double>(bytes) / 4096, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

BENCHMARK(FirstTouch)
    ->Name("first_touch")
    ->ArgName("bytes")
    ->Arg(kLargest)
    ->Iterations(1)
    ->UseRealTime();

}  // namespace
}  // namespace bench
