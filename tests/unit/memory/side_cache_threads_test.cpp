// The owner of a cache and the holder of the heap's lock at once; for the thread sanitizer, too.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>

#include "memory/side_cache.h"

namespace openmatrix {
namespace {

// As the heap does with a cache that it has stopped.
void TakeOutAndPutBack(SideCache& cache, std::uint32_t mine) {
  const std::uint32_t more = 7;
  cache.Refill(2, &more, 1);
  std::uint32_t taken;
  EXPECT_EQ(cache.Drain(2, 1, &taken), 1u);
  if (cache.CountOf(1) > 0) {  // as if to look at what it has
    EXPECT_EQ(cache.Drain(1, 1, &taken), 1u);
    EXPECT_EQ(taken, mine);
    cache.Refill(1, &taken, 1);
  } else {
    const std::uint32_t other = 5;
    cache.Refill(1, &other, 1);
    EXPECT_EQ(cache.Drain(1, 1, &taken), 1u);
    EXPECT_EQ(taken, other);
  }
}

// A closed cache belongs to the heap: its owner must not even read how full it is.
TEST(SideCacheThreads, TheOwnerGoesOnFreeingWhileTheHeapEmptiesItsCache) {
  constexpr std::uint64_t kSmallMemory = 64u << 10;
  struct alignas(kGrainBytes) Memory {
    std::uint8_t bytes[kSmallMemory];
  };
  const auto memory = std::make_unique<Memory>();
  BlockTable table(kSmallMemory);
  ASSERT_TRUE(table.GrowTo(kSmallMemory));
  SideCache cache(1, View::Host(), memory->bytes, kSmallMemory, kSmallMemory, table.words());
  const std::uint32_t mine = 3;
  cache.Refill(1, &mine, 1);
  void* block = cache.TryIssue(100, Family::kTransfer, Release::kAuto);
  ASSERT_NE(block, nullptr);

  std::atomic<bool> done{false};
  std::atomic<std::uint32_t> tries{0};  // of the owner
  std::thread heap([&] {
    for (int round = 0; round < 300; ++round) {
      cache.Close();
      ProcessBarrier();
      cache.AwaitIdle();
      TakeOutAndPutBack(cache, mine);
      // At least one whole try meets the closed cache; relaxed, so that this orders nothing.
      const std::uint32_t before = tries.load(std::memory_order_relaxed);
      while (tries.load(std::memory_order_relaxed) - before < 2) std::this_thread::yield();
      cache.Open();
    }
    done = true;
  });
  std::uint64_t frees = 0;
  while (!done) {
    if (block == nullptr) {
      block = cache.TryIssue(100, Family::kTransfer, Release::kAuto);
    } else if (cache.TryFree(block, Family::kTransfer)) {
      block = nullptr;
      ++frees;
    }
    tries.fetch_add(1, std::memory_order_relaxed);
  }
  heap.join();

  EXPECT_EQ(cache.freed().blocks, frees);
  EXPECT_EQ(cache.CountOf(1), block == nullptr ? 1u : 0u);
}

}  // namespace
}  // namespace openmatrix
