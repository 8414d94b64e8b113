// Two threads with sets of blocks of random sizes, 64 B .. 1 MiB: each replaces blocks at random
// and, every so often, the two exchange their sets, so that blocks are freed by the other thread.
//
// One byte per block is written. An iteration is one replaced block of one thread.
#include <atomic>
#include <mutex>
#include <utility>

#include "work.h"

namespace bench {
namespace {

constexpr std::size_t kSet = 512;
constexpr std::uint64_t kRoundsPerExchange = 4096;

struct Block {
  void* address = nullptr;
  std::size_t bytes = 0;
};
using Set = std::vector<Block>;

// A place where a set waits for whoever comes next; nobody waits for anybody.
struct Exchange {
  std::mutex mutex;
  Set waiting;

  void Swap(Set& set) {
    const std::lock_guard<std::mutex> lock(mutex);
    if (waiting.empty()) waiting.resize(kSet);
    waiting.swap(set);
  }
};
Exchange exchange;

void Replace(Block& block, std::size_t bytes) {
  if (block.address != nullptr) Give(block.address, block.bytes);
  block = {TakeUsed(bytes, kNone), bytes};
  *static_cast<volatile std::uint8_t*>(block.address) = 1;
}

void Empty(Set& set) {
  for (Block& block : set) {
    if (block.address != nullptr) Give(block.address, block.bytes);
    block = {};
  }
}

void Larson(benchmark::State& state) {
  const auto seed = static_cast<std::uint64_t>(state.thread_index()) + 1;
  const std::vector<std::size_t> sizes = LogUniformSizes(8192, 64, std::size_t{1} << 20, seed);
  std::mt19937_64 random(seed);
  Set set(kSet);
  std::uint64_t round = 0;
  for (auto _ : state) {
    const std::uint64_t dice = random();
    Replace(set[dice % kSet], sizes[(dice >> 32) % sizes.size()]);
    if (++round % kRoundsPerExchange == 0) exchange.Swap(set);
  }
  Empty(set);
  if (state.thread_index() == 0) {
    Set left;
    exchange.Swap(left);
    Empty(left);
  }
  state.counters["ops_per_s"] =
      benchmark::Counter(static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

BENCHMARK(Larson)->Name("larson")->UseRealTime()->ThreadRange(1, 2);

}  // namespace
}  // namespace bench
