#include "memory/heap.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <set>
#include <thread>
#include <vector>

#include "base/options.h"
#include "heap_support.h"

namespace openmatrix {
namespace {

Options SmallOptions() {
  Options options;
  options.host_memory = 16 * kMiB;
  options.device_memory = 8 * kMiB;
  options.devices = 2;
  return options;
}

Wait Now() { return Wait{std::chrono::steady_clock::now()}; }
Wait Long() { return Wait::For(std::chrono::seconds(60)); }

class HeapTest : public testing::Test {
 protected:
  void* Get(View view, std::uint32_t bytes, Family family = Family::kTransfer) {
    auto block = heap_.Allocate(view, bytes, family, Release::kAuto, Now());
    EXPECT_TRUE(block.ok()) << block.error().text;
    return block.ok() ? block.value() : nullptr;
  }
  Code Refusal(View view, std::uint32_t bytes) {
    auto block = heap_.Allocate(view, bytes, Family::kTransfer, Release::kAuto, Now());
    EXPECT_FALSE(block.ok());
    return block.ok() ? Code::kCount : block.error().code;
  }
  std::uint64_t Live(View view) { return heap_.Counts().views[view.index].live_blocks; }
  std::uint64_t Charged(View view) { return heap_.Counts().views[view.index].charged_bytes; }

  Options options_ = SmallOptions();
  Heap heap_{options_};
};

TEST_F(HeapTest, EveryBlockIsAlignedTo128BytesAndUsableToItsEnd) {
  std::vector<void*> blocks;
  for (std::uint32_t bytes : {1u, 127u, 128u, 129u, 1000u, 4096u, 65537u, 262144u, 1048577u}) {
    for (View view : {View::Host(), kDevice}) {
      void* block = Get(view, bytes);
      ASSERT_NE(block, nullptr);
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % 128, 0u);
      std::memset(block, 0x5a, bytes);
      blocks.push_back(block);
    }
  }
  for (void* block : blocks) EXPECT_EQ(heap_.Free(block, Family::kTransfer), FreeVerdict::kFreed);
  EXPECT_EQ(Live(View::Host()), 0u);
  EXPECT_EQ(Live(kDevice), 0u);
}

TEST_F(HeapTest, SizesOutsideTheRangeAreRefusedWithTheirOwnCodes) {
  EXPECT_EQ(Refusal(View::Host(), 0), Code::kInvalidValue);
  EXPECT_EQ(Refusal(View::Host(), 268435361), Code::kTooLarge);
  EXPECT_EQ(Refusal(View::Host(), 0xffffffff), Code::kTooLarge);
  EXPECT_EQ(Refusal(View::Host(), 268435360), Code::kNoMemory) << "limit of 16 MiB";
}

TEST(HeapLimits, TheLargestSizeFitsWhereTheLimitAllows) {
  Options options = SmallOptions();
  options.host_memory = options.device_memory = 256ull * kMiB;
  Heap heap(options);
  for (View view : {View::Host(), kDevice}) {
    auto block = heap.Allocate(view, 268435360, Family::kTransfer, Release::kAuto, Now());
    ASSERT_TRUE(block.ok());
    static_cast<char*>(block.value())[268435359] = 1;
    EXPECT_EQ(heap.Free(block.value(), Family::kTransfer), FreeVerdict::kFreed);
  }
}

TEST_F(HeapTest, DeviceBlocksLieInTheirDevicesOwn4GiBWindow) {
  const auto first = reinterpret_cast<std::uintptr_t>(Get(View::Device(0), 64));
  const auto again = reinterpret_cast<std::uintptr_t>(Get(View::Device(0), kMiB));
  const auto other = reinterpret_cast<std::uintptr_t>(Get(View::Device(1), 64));

  EXPECT_EQ(first >> 32, again >> 32);
  EXPECT_NE(first >> 32, other >> 32);
}

TEST_F(HeapTest, RefusedFreesSayWhyAndChangeNothing) {
  auto* block = static_cast<std::uint8_t*>(Get(View::Host(), 4096));
  auto* dvpp = static_cast<std::uint8_t*>(Get(kDevice, 4096, Family::kDvpp));
  int local = 0;

  EXPECT_EQ(heap_.Free(nullptr, Family::kTransfer), FreeVerdict::kNull);
  EXPECT_EQ(heap_.Free(&local, Family::kTransfer), FreeVerdict::kUnknown);
  EXPECT_EQ(heap_.Free(block + 1, Family::kTransfer), FreeVerdict::kInterior);
  EXPECT_EQ(heap_.Free(block + 128, Family::kTransfer), FreeVerdict::kInterior);
  EXPECT_EQ(heap_.Free(block, Family::kDvpp), FreeVerdict::kWrongFamily);
  EXPECT_EQ(heap_.Free(dvpp, Family::kTransfer), FreeVerdict::kWrongFamily);
  EXPECT_EQ(Live(View::Host()), 1u);
  EXPECT_EQ(Live(kDevice), 1u);

  EXPECT_EQ(heap_.Free(block, Family::kTransfer), FreeVerdict::kFreed);
  EXPECT_EQ(heap_.Free(block, Family::kTransfer), FreeVerdict::kUnknown);
  EXPECT_EQ(heap_.Free(block + 128, Family::kTransfer), FreeVerdict::kUnknown);
  EXPECT_EQ(heap_.Free(dvpp, Family::kDvpp), FreeVerdict::kFreed);
  EXPECT_EQ(heap_.Counts().bad_frees, 7u) << "null is not one";
}

TEST_F(HeapTest, TheOtherViewsAddressOfABlockIsUnknownToFree) {
  auto* host = static_cast<std::uint8_t*>(Get(View::Host(), 4096));
  auto* anchor = static_cast<std::uint8_t*>(Get(kDevice, 4096));
  // Both views show the same range, so their distance is that of any two blocks less offsets:
  // every multiple of 128 in the device window that is not `anchor` must be refused.
  for (std::ptrdiff_t offset = -65536; offset <= 65536; offset += 128) {
    if (offset == 0) continue;
    EXPECT_NE(heap_.Free(anchor + offset, Family::kTransfer), FreeVerdict::kFreed);
  }
  EXPECT_EQ(Live(View::Host()), 1u);
  EXPECT_EQ(heap_.Free(host, Family::kTransfer), FreeVerdict::kFreed);
  EXPECT_EQ(heap_.Free(anchor, Family::kTransfer), FreeVerdict::kFreed);
}

TEST_F(HeapTest, ContainsKnowsStartsInteriorsFamiliesAndEnds) {
  auto* block = static_cast<std::uint8_t*>(Get(View::Host(), 1000));
  auto* dvpp = static_cast<std::uint8_t*>(Get(View::Host(), 1000, Family::kDvpp));

  EXPECT_TRUE(heap_.Contains(block, 1000));
  EXPECT_TRUE(heap_.Contains(block, 0));
  EXPECT_TRUE(heap_.Contains(block + 999, 1));
  EXPECT_FALSE(heap_.Contains(block + 999, 2));
  EXPECT_FALSE(heap_.Contains(block, 1001));
  EXPECT_FALSE(heap_.Contains(dvpp, 1000));
  EXPECT_FALSE(heap_.Contains(nullptr, 1));
  ASSERT_EQ(heap_.Free(block, Family::kTransfer), FreeVerdict::kFreed);
  EXPECT_FALSE(heap_.Contains(block, 1));
  heap_.Free(dvpp, Family::kDvpp);
}

TEST_F(HeapTest, EachSideHasALimitOfItsOwn) {
  std::vector<void*> host;
  for (int i = 0; i < 16; ++i) host.push_back(Get(View::Host(), kMiB));
  EXPECT_EQ(Refusal(View::Host(), 1), Code::kNoMemory);

  std::vector<void*> device;
  for (int i = 0; i < 8; ++i) device.push_back(Get(kDevice, kMiB));
  EXPECT_EQ(Refusal(kDevice, 1), Code::kNoMemory);
  EXPECT_NE(Get(View::Device(1), kMiB), nullptr) << "each device has its own";

  EXPECT_EQ(heap_.Free(host[3], Family::kTransfer), FreeVerdict::kFreed);
  EXPECT_EQ(Refusal(View::Host(), 2 * kMiB), Code::kNoMemory);
  EXPECT_NE(Get(View::Host(), kMiB), nullptr);
}

TEST_F(HeapTest, BlocksInTheCacheOfAnotherThreadAreTakenBackWithoutWaiting) {
  void* block = Get(View::Host(), 16 * kMiB);
  std::thread other([&] { EXPECT_EQ(heap_.Free(block, Family::kTransfer), FreeVerdict::kFreed); });
  other.join();
  std::vector<void*> blocks;
  std::atomic<int> step{0};
  std::thread idle([&] {
    for (int i = 0; i < 12; ++i) blocks.push_back(Get(View::Host(), kMiB));
    for (void* one : blocks) heap_.Free(one, Family::kTransfer);
    step = 1;
    while (step != 2) std::this_thread::yield();
  });
  while (step != 1) std::this_thread::yield();

  EXPECT_NE(Get(View::Host(), 16 * kMiB), nullptr);

  step = 2;
  idle.join();
}

TEST_F(HeapTest, AWaitingAllocationIsWokenByAFreeOfAnotherThread) {
  void* all = Get(View::Host(), 16 * kMiB);
  std::thread freer([&] {
    while (heap_.Counts().waits == 0) std::this_thread::yield();
    EXPECT_EQ(heap_.Free(all, Family::kTransfer), FreeVerdict::kFreed);
  });

  auto block = heap_.Allocate(View::Host(), kMiB, Family::kTransfer, Release::kAuto, Long());

  EXPECT_TRUE(block.ok());
  freer.join();
}

TEST_F(HeapTest, AStoppedTokenEndsTheWait) {
  Get(View::Host(), 16 * kMiB);
  StopToken token;
  std::thread stopper([&] {
    while (heap_.Counts().waits == 0) std::this_thread::yield();
    token.Stop();
  });

  auto block = heap_.Allocate(View::Host(), kMiB, Family::kTransfer, Release::kAuto,
                              Wait::For(std::chrono::seconds(60), &token));

  ASSERT_FALSE(block.ok());
  EXPECT_EQ(block.error().code, Code::kPoolStopped);
  stopper.join();
}

TEST_F(HeapTest, OfManyThreadsThatFreeOneBlockExactlyOneSucceeds) {
  constexpr int kThreads = 4;
  for (int round = 0; round < 300; ++round) {
    void* block = Get(View::Host(), 4096);
    std::atomic<int> ready{0};
    std::atomic<int> freed{0};
    const auto free_it = [&] {
      ++ready;
      while (ready < kThreads) std::this_thread::yield();
      if (heap_.Free(block, Family::kTransfer) == FreeVerdict::kFreed) ++freed;
    };
    std::vector<std::thread> threads;
    for (int i = 1; i < kThreads; ++i) threads.emplace_back(free_it);
    free_it();
    for (std::thread& thread : threads) thread.join();
    ASSERT_EQ(freed, 1) << "round " << round;

    // And it comes back once: all the memory there is holds distinct blocks.
    void* one = Get(View::Host(), 4096);
    void* two = Get(View::Host(), 4096);
    ASSERT_NE(one, two);
    heap_.Free(one, Family::kTransfer);
    heap_.Free(two, Family::kTransfer);
  }
}

TEST_F(HeapTest, ThreadsThatComeAndGoLeaveNothingStranded) {
  for (int round = 0; round < 64; ++round) {
    std::thread([&] {
      std::vector<void*> blocks;
      for (int i = 0; i < 16; ++i) blocks.push_back(Get(View::Host(), kMiB));
      for (void* block : blocks) heap_.Free(block, Family::kTransfer);
    }).join();
  }

  EXPECT_EQ(Charged(View::Host()), 0u);
}

TEST_F(HeapTest, ADeviceAndAHostThreadShareOnePool) {
  void* host = Get(View::Host(), kMiB);
  ASSERT_EQ(heap_.Free(host, Family::kTransfer), FreeVerdict::kFreed);
  heap_.Trim();

  EXPECT_EQ(Charged(View::Host()), 0u);
  EXPECT_NE(Get(kDevice, 8 * kMiB), nullptr);
}

TEST_F(HeapTest, TrimGivesFreePagesBackAndTheyReadAsZeroAgain) {
  auto* block = static_cast<std::uint8_t*>(Get(View::Host(), 4 * kMiB));
  std::memset(block, 1, 4 * kMiB);
  heap_.Free(block, Family::kTransfer);

  heap_.Trim();

  EXPECT_GE(heap_.Counts().decommitted_bytes, 4u * kMiB);
  auto* again = static_cast<std::uint8_t*>(Get(View::Host(), 4 * kMiB));
  EXPECT_EQ(again[12345], 0);
  heap_.Free(again, Family::kTransfer);
}

TEST_F(HeapTest, CountsFollowLiveBlocksAndBytes) {
  void* one = Get(View::Host(), 1000);
  void* two = Get(View::Host(), 5000);
  EXPECT_EQ(heap_.Counts().views[0].live_blocks, 2u);
  EXPECT_EQ(heap_.Counts().views[0].live_bytes, 6000u);

  heap_.Free(one, Family::kTransfer);
  std::thread([&] { heap_.Free(two, Family::kTransfer); }).join();

  const ViewCounts counts = heap_.Counts().views[0];
  EXPECT_EQ(counts.live_blocks, 0u);
  EXPECT_EQ(counts.live_bytes, 0u);
  EXPECT_EQ(counts.allocations, 2u);
  EXPECT_EQ(counts.frees, 2u);
}

}  // namespace
}  // namespace openmatrix
