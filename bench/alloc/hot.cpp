// What does a pair of allocate and free cost when the same size is asked for again and again?
//
// Untouched, one byte per page written, all bytes written; alone and with a second thread that does
// the same. The first pair, which brings fresh pages, is not timed.
#include "work.h"

namespace bench {
namespace {

void Hot(benchmark::State& state) {
  const std::size_t bytes = BytesOf(state);
  const int touch = TouchOf(state);
  Give(TakeUsed(bytes, touch), bytes);
  for (auto _ : state) Give(TakeUsed(bytes, touch), bytes);
  // Google Benchmark divides the time by all threads' pairs; this is what one thread waits.
  state.counters["s_per_pair"] =
      benchmark::Counter(static_cast<double>(state.iterations()) / state.threads(),
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void Cases(benchmark::internal::Benchmark* bench) {
  bench->ArgNames({"bytes", "touch"})->UseRealTime()->ThreadRange(1, 2);
  for (const int touch : {kNone, kPages, kAll}) {
    for (const int shift : {6, 10, 12, 16, 18, 20, 22, 24, 26}) {
      bench->Args({std::int64_t{1} << shift, touch});
    }
    bench->Args({kLargest, touch});
  }
}

BENCHMARK(Hot)->Name("hot")->Apply(Cases);

}  // namespace
}  // namespace bench
