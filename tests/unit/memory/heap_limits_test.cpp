// Limits of the options and of the system that nobody meant for us: absurd, tiny, or set by a
// batch system for the whole process.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <thread>
#include <vector>

#include "base/sanitizers.h"
#include "heap_support.h"
#include "memory/heap.h"
#include "memory/outgoing.h"

namespace openmatrix {
namespace {

bool Lower(int resource, rlim_t bytes) {
  const rlimit limit{bytes, bytes};
  return setrlimit(resource, &limit) == 0;
}

bool Allocates(Heap& heap, View view) {
  const auto block = heap.Allocate(view, 4096, Family::kTransfer, Release::kAuto, NoWait());
  return block.ok() && heap.Free(block.value(), Family::kTransfer) == FreeVerdict::kFreed;
}

Options HostLimit(std::uint64_t bytes) {
  Options options = SmallHeap();
  options.host_memory = bytes;
  return options;
}

TEST(HeapLimitsTest, ALimitThatDoesNotFitInASignedNumberStillServes) {
  Heap heap(HostLimit(~std::uint64_t{0}));
  EXPECT_TRUE(Allocates(heap, kHost));
}

#if !defined(OPENMATRIX_ASAN)  // its shadow of so many bytes would fill the memory
// Blocks are numbered by 32-bit grains of 128 bytes: half a TiB. A larger pool handed out numbers
// that had wrapped, and so two live blocks at one address.
TEST(HeapLimitsTest, NoTwoBlocksOfAVastPoolShareAnAddress) {
  Heap heap(HostLimit(1ull << 40));
  std::vector<void*> blocks;
  constexpr std::uint64_t kMany = (520ull << 30) / Heap::kCommonBlockBytes;
  while (blocks.size() < kMany) {
    const auto block =
        heap.Allocate(kHost, Heap::kCommonBlockBytes, Family::kTransfer, Release::kAuto, NoWait());
    if (!block.ok()) break;  // the limit that the heap chose
    blocks.push_back(block.value());
  }
  for (void* block : blocks) {
    ASSERT_EQ(heap.Free(block, Family::kTransfer), FreeVerdict::kFreed);
  }
  EXPECT_EQ(heap.Counts().views[0].live_blocks, 0u);
}

// A small class keeps an empty span for its next block. What it is cut from must not be missing
// when a large block needs it.
TEST(HeapLimitsTest, AnEmptySpanMakesWayForALargeBlock) {
  Options options = SmallHeap();
  options.device_memory = 4ull << 30;
  Heap heap(options);
  const auto large = [&] {
    return heap
        .Allocate(kDevice, Heap::kCommonBlockBytes, Family::kTransfer, Release::kAuto, NoWait())
        .ok();
  };
  for (int i = 0; i < 15; ++i) ASSERT_TRUE(large());
  ASSERT_TRUE(Allocates(heap, kDevice));
  EXPECT_TRUE(large());
}

// A waiter that lacks room in the pool, not in its own limit, broke the quarantines of the other
// sides before it slept, and never again.
TEST(HeapLimitsTest, AWaiterForRoomInThePoolGetsWhatAnotherSideHasInQuarantine) {
  Options options = SmallHeap();
  options.host_memory = 2ull << 30;
  options.device_memory = 4ull << 30;
  Heap heap(options);
  const auto large = [&](View view, const Wait& wait) {
    return heap.Allocate(view, Heap::kCommonBlockBytes, Family::kTransfer, Release::kAuto, wait);
  };
  const auto sent = large(kHost, NoWait());
  ASSERT_TRUE(sent.ok());
  auto out = Outgoing::Inspect(heap, sent.value(), 1);
  auto payload = out.value().PrepareFor(kOtherDevice, NoWait());
  ASSERT_TRUE(out.value().Commit(&payload.value(), 1, {}).ok());
  for (int i = 0; i < 15; ++i) ASSERT_TRUE(large(kDevice, NoWait()).ok());

  std::thread waiter([&] { EXPECT_TRUE(large(kDevice, LongWait()).ok()); });
  Await([&] { return heap.Counts().waits > 0; });
  payload.value() = Payload();  // dropped: from here on only the quarantine keeps the block
  waiter.join();
}
#endif

// The limit counts for the pool's memory object too, and exceeding it is a deadly signal.
TEST(HeapLimitsTest, ALimitOnTheSizeOfFilesOnlyMakesThePoolSmaller) {
  EXPECT_TRUE(TrueInChild([] {
    if (!Lower(RLIMIT_FSIZE, 64 * kMiB)) return false;
    Heap heap(SmallHeap());
    return Allocates(heap, kHost) && Allocates(heap, kDevice);
  }));
}

#if !defined(OPENMATRIX_ASAN) && !defined(__SANITIZE_THREAD__)
// Sanitizers need terabytes of address space for themselves.
TEST(HeapLimitsTest, WithLittleAddressSpaceDevicesHaveWindowsToo) {
  for (const rlim_t gib : {6u, 14u, 24u, 40u}) {
    EXPECT_TRUE(TrueInChild([gib] {
      if (!Lower(RLIMIT_AS, gib << 30)) return false;
      Options options = SmallHeap();
      options.devices = 64;
      Heap heap(options);
      return Allocates(heap, kHost) && (gib < 14 || Allocates(heap, kDevice));
    })) << gib
        << " GiB";
  }
}

TEST(HeapLimitsTest, TheBlockTableFitsIntoALimitOnPrivateData) {
  EXPECT_TRUE(TrueInChild([] {
    if (!Lower(RLIMIT_DATA, 128 * kMiB)) return false;
    Heap heap(SmallHeap());
    return Allocates(heap, kHost);
  }));
}
#endif

}  // namespace
}  // namespace openmatrix
