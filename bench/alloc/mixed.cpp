// 64 live blocks of 256 KiB .. 64 MiB: how long does a replacement take, and how much memory is
// resident for what is live, at the peak and after the process has been idle?
//
// One byte per page is written. The idle time is longer than our decay (OPENMATRIX_DECAY_MS, 10 s
// by default; the run script sets both) and is not timed.
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

double IdleSeconds() {
  const char* const text = std::getenv("OPENMATRIX_BENCH_IDLE_S");
  return text != nullptr ? std::atof(text) : 0;
}

// Iterations are fixed, so that every candidate sees the same sequence and the same peak.
void Mixed(benchmark::State& state) {
  const std::vector<std::size_t> sizes =
      LogUniformSizes(4096, std::size_t{1} << 18, std::size_t{1} << 26, 5);
  std::mt19937_64 random(5);
  Blocks blocks;
  ResetPeak();
  const std::uint64_t base = ResidentBytes();
  std::size_t next = 0;
  for (std::size_t i = 0; i < kLive; ++i) blocks.Replace(i, sizes[next++]);
  for (auto _ : state) blocks.Replace(random() % kLive, sizes[next++ % sizes.size()]);
  const std::uint64_t peak = PeakResidentBytes() - base;
  for (std::size_t i = 0; i < kLive; ++i) blocks.Drop(i);
  state.counters["peak_per_live"] =
      static_cast<double>(peak) / static_cast<double>(blocks.most_live_bytes);
  std::this_thread::sleep_for(std::chrono::duration<double>(IdleSeconds()));
  const std::uint64_t left = ResidentBytes();
  state.counters["idle_bytes"] = left > base ? static_cast<double>(left - base) : 0;
}

BENCHMARK(Mixed)->Name("mixed")->UseRealTime()->Iterations(4000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace bench
