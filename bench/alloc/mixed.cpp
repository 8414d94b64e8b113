// 64 live blocks of 256 KiB .. 64 MiB: how long does a replacement take, and how much memory is
// resident for what is live, at the peak and after the process has been idle?
//
// Counted from the start of the program, so the peak has every live page and all that the candidate
// keeps beyond, also from benches before this one. One byte per page is written. The idle time is
// longer than our decay (OPENMATRIX_DECAY_MS, 10 s by default; tools/bench sets both) and is not
// timed.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <numeric>
#include <thread>

#include "work.h"

namespace bench {
namespace {

constexpr std::size_t kLive = 64;

struct Blocks {
  std::vector<void*> address = std::vector<void*>(kLive, nullptr);
  std::vector<std::size_t> bytes = std::vector<std::size_t>(kLive, 0);
  std::uint64_t live_bytes = 0;
  std::uint64_t most_live_bytes = 0;

  void Drop(std::size_t i) {
    if (address[i] == nullptr) return;
    Give(address[i], bytes[i]);
    live_bytes -= bytes[i];
    address[i] = nullptr;
  }
  void Replace(std::size_t i, std::size_t size) {
    Drop(i);
    address[i] = TakeUsed(size, kPages);
    bytes[i] = size;
    live_bytes += size;
    if (live_bytes > most_live_bytes) most_live_bytes = live_bytes;
  }
};

double FromEnvironment(const char* name, double otherwise) {
  const char* const text = std::getenv(name);
  return text != nullptr ? std::atof(text) : otherwise;
}

// Iterations are fixed, so that every candidate sees the same sequence and the same peak.
void Mixed(benchmark::State& state) {
  const std::vector<std::size_t> sizes =
      LogUniformSizes(4096, std::size_t{1} << 18, std::size_t{1} << 26, 5);
  std::mt19937_64 random(5);
  Blocks blocks;
  ResetPeak();
  std::size_t next = 0;
  for (std::size_t i = 0; i < kLive; ++i) blocks.Replace(i, sizes[next++]);
  for (auto _ : state) blocks.Replace(random() % kLive, sizes[next++ % sizes.size()]);
  const std::uint64_t peak = PeakResidentBytes() - StartBytes();
  for (std::size_t i = 0; i < kLive; ++i) blocks.Drop(i);
  state.counters["peak_per_live"] =
      static_cast<double>(peak) / static_cast<double>(blocks.most_live_bytes);
  std::this_thread::sleep_for(std::chrono::duration<double>(FromEnvironment("BENCH_IDLE_S", 0)));
  const std::uint64_t left = std::max(ResidentBytes(), StartBytes()) - StartBytes();
  state.counters["idle_bytes"] = static_cast<double>(left);
}

BENCHMARK(Mixed)
    ->Name("mixed")
    ->UseRealTime()
    ->Iterations(static_cast<benchmark::IterationCount>(FromEnvironment("BENCH_REPLACED", 4000)))
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace bench
