// What does a pair of HIAI_DMalloc and HIAI_DFree cost, over sizes 64 B .. 256 MiB - 96, next to
// malloc and free in the same run?
//
// Three situations: the same block again and again (hot), the same with one byte written per page
// (touched), and blocks that another thread frees (remote). See README.md for what is not timed.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <thread>

#include "hiaiengine/ai_memory.h"
#include "spsc_ring.h"

namespace {

struct Glibc {
  static void* Take(std::uint32_t bytes) { return std::malloc(bytes); }
  static void Give(void* block) { std::free(block); }
};

struct Matrix {
  static void* Take(std::uint32_t bytes) {
    void* block = nullptr;
    hiai::HIAIMemory::HIAI_DMalloc(bytes, block);
    return block;
  }
  static void Give(void* block) { hiai::HIAIMemory::HIAI_DFree(block); }
};

enum class Touch { kNone, kPages };

void TouchPages(void* block, std::uint32_t bytes) {
  static const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  auto* const at = static_cast<volatile std::uint8_t*>(block);
  for (std::size_t i = 0; i < bytes; i += page) at[i] = 1;
}

template <typename Allocator, Touch touch>
void* TakeTouched(std::uint32_t bytes) {
  void* block = Allocator::Take(bytes);
  benchmark::DoNotOptimize(block);
  if (touch == Touch::kPages && block != nullptr) TouchPages(block, bytes);
  return block;
}

void Report(benchmark::State& state, std::uint32_t bytes) {
  const auto pairs = static_cast<double>(state.iterations());
  state.counters["bytes/s"] =
      benchmark::Counter(pairs * bytes, benchmark::Counter::kIsRate, benchmark::Counter::kIs1024);
  // Of one thread: with two threads each does `iterations` pairs at the same time.
  state.counters["s/pair"] =
      benchmark::Counter(pairs, benchmark::Counter::kAvgThreadsRate | benchmark::Counter::kInvert);
}

template <typename Allocator, Touch touch>
void Pair(benchmark::State& state) {
  const auto bytes = static_cast<std::uint32_t>(state.range(0));
  // The first touch of fresh pages is another question; an allocator that keeps pages pays it once.
  if (void* block = TakeTouched<Allocator, touch>(bytes)) Allocator::Give(block);
  for (auto _ : state) {
    void* block = TakeTouched<Allocator, touch>(bytes);
    if (block == nullptr) {
      state.SkipWithError("no memory");
      break;
    }
    Allocator::Give(block);
  }
  Report(state, bytes);
}

template <typename Allocator, Touch touch>
void Remote(benchmark::State& state) {
  const auto bytes = static_cast<std::uint32_t>(state.range(0));
  constexpr std::size_t kInFlightBytes = 512u << 20;
  bench::SpscRing<void*> ring(std::clamp<std::size_t>(kInFlightBytes / bytes, 2, 16));
  std::thread consumer([&ring] {
    while (void* block = ring.Pop()) Allocator::Give(block);
  });
  for (auto _ : state) {
    void* block = TakeTouched<Allocator, touch>(bytes);
    if (block == nullptr) {
      state.SkipWithError("no memory");
      break;
    }
    ring.Push(block);
  }
  ring.Push(nullptr);
  consumer.join();
  Report(state, bytes);
}

void Sizes(benchmark::internal::Benchmark* bench) {
  for (const int shift : {6, 12, 16, 18, 20, 22, 24, 26}) bench->Arg(std::int64_t{1} << shift);
  bench->Arg((std::int64_t{1} << 28) - 96);
  bench->ArgName("bytes")->UseRealTime();
}

void SizesAndThreads(benchmark::internal::Benchmark* bench) {
  Sizes(bench);
  bench->Threads(1)->Threads(2);
}

}  // namespace

BENCHMARK_TEMPLATE(Pair, Glibc, Touch::kNone)->Name("hot/glibc")->Apply(SizesAndThreads);
BENCHMARK_TEMPLATE(Pair, Matrix, Touch::kNone)->Name("hot/matrix")->Apply(SizesAndThreads);
BENCHMARK_TEMPLATE(Pair, Glibc, Touch::kPages)->Name("touched/glibc")->Apply(SizesAndThreads);
BENCHMARK_TEMPLATE(Pair, Matrix, Touch::kPages)->Name("touched/matrix")->Apply(SizesAndThreads);
BENCHMARK_TEMPLATE(Remote, Glibc, Touch::kNone)->Name("remote/glibc")->Apply(Sizes);
BENCHMARK_TEMPLATE(Remote, Matrix, Touch::kNone)->Name("remote/matrix")->Apply(Sizes);
BENCHMARK_TEMPLATE(Remote, Glibc, Touch::kPages)->Name("remote_touched/glibc")->Apply(Sizes);
BENCHMARK_TEMPLATE(Remote, Matrix, Touch::kPages)->Name("remote_touched/matrix")->Apply(Sizes);

BENCHMARK_MAIN();
