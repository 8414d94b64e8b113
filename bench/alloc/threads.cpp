// 64 short-lived threads after one another, each with 8 MiB of its own: what does a life cost, and
// does what they leave behind stay stranded?
//
// `resident_growth` compares the process after 64 threads with itself after one: 0 means that each
// thread found what the one before had left.
#include <thread>

#include "work.h"

namespace bench {
namespace {

constexpr std::size_t kThreads = 64;
constexpr std::size_t kBytes = 64 << 10;
constexpr std::size_t kBlocks = 128;

void Live() {
  std::vector<void*> blocks(kBlocks);
  for (void*& block : blocks) block = TakeUsed(kBytes, kPages);
  for (void* block : blocks) Give(block, kBytes);
}

void Threads(benchmark::State& state) {
  std::thread(Live).join();
  const std::uint64_t after_one = ResidentBytes();
  for (auto _ : state) {
    for (std::size_t i = 0; i < kThreads; ++i) std::thread(Live).join();
  }
  const std::uint64_t after_all = ResidentBytes();
  state.counters["resident_growth"] =
      after_all > after_one ? static_cast<double>(after_all - after_one) : 0;
}

BENCHMARK(Threads)->Name("threads")->Iterations(4)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace bench
