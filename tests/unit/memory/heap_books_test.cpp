// What the statistics and the janitor may not do while threads are at work.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "heap_support.h"
#include "memory/heap.h"

namespace openmatrix {
namespace {

// Allocations were read before frees: a block that came and went in between counted as -1, and
// the statistics said 18446744073709551615 live blocks.
TEST(HeapBooksTest, LiveBlocksAreNeverFewerThanNone) {
  Heap heap(SmallHeap());
  std::atomic<bool> done{false};
  std::thread worker([&] {
    while (!done) {
      auto block = heap.Allocate(kHost, 4096, Family::kTransfer, Release::kAuto, NoWait());
      EXPECT_TRUE(block.ok());
      if (block.ok()) heap.Free(block.value(), Family::kTransfer);
    }
  });
  for (int look = 0; look < 100000; ++look) {
    const ViewCounts counts = heap.Counts().views[0];
    EXPECT_LT(counts.live_blocks, 1ull << 63);
    EXPECT_LT(counts.live_bytes, 1ull << 63);
    if (HasFailure()) break;
  }
  done = true;
  worker.join();
}

// Each notice that more pages are free than the retention limit allows also made the janitor look
// for idle caches: microseconds after the last look everybody was idle.
TEST(HeapBooksTest, ReturningPagesAboveTheRetentionLimitLeavesCachesAlone) {
  Options options = SmallHeap();
  options.host_memory = 64 * kMiB;
  options.retain = 0;
  options.decay = std::chrono::hours(1);
  Heap heap(options);
  const auto get = [&](View view, std::uint32_t bytes) {
    return heap.Allocate(view, bytes, Family::kTransfer, Release::kAuto, LongWait()).value();
  };
  heap.Free(get(kDevice, 4096), Family::kTransfer);
  const std::uint64_t cached = heap.Counts().views[kDevice.index].charged_bytes;
  ASSERT_GT(cached, 0u);

  // Five blocks of 6 MiB do not fit into one cache: one goes to the pool, and its pages back.
  for (std::uint64_t returned = 0; returned < 20; ++returned) {
    const std::uint64_t before = heap.Counts().decommitted_bytes;
    void* blocks[5];
    for (void*& block : blocks) block = get(kHost, 6 * kMiB);
    for (void* block : blocks) heap.Free(block, Family::kTransfer);
    Await([&] { return heap.Counts().decommitted_bytes > before; });
  }
  EXPECT_EQ(heap.Counts().views[kDevice.index].charged_bytes, cached);
}

}  // namespace
}  // namespace openmatrix
