// Threads that come, go, and free after their caches are gone; options that bound the heap.
#include <pthread.h>
#include <sys/mman.h>

#include <atomic>
#include <cstring>
#include <vector>

#include "heap_support.h"

namespace openmatrix {
namespace {

class HeapThreadsTest : public SmallHeapTest {};

TEST_F(HeapThreadsTest, ManyThreadsHaveCachesOfBothSidesAtOnce) {
  constexpr int kThreads = 32;
  std::atomic<int> ready{0};
  std::vector<std::thread> threads;
  for (int id = 0; id < kThreads; ++id) {
    threads.emplace_back([&] {
      void* host = Get(kHost, 4096);
      void* device = Get(kDevice, 4096);
      ++ready;
      Await([&] { return ready == kThreads; });
      EXPECT_EQ(Free(host), FreeVerdict::kFreed);
      EXPECT_EQ(Free(device), FreeVerdict::kFreed);
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(At(kHost).charged_bytes, 0u) << "caches of dead threads are empty";
  EXPECT_EQ(At(kDevice).charged_bytes, 0u);
}

struct LateFree {
  Heap* heap;
  void* block;
  std::atomic<bool>* freed;
};

void FreeLate(void* value) {
  auto* late = static_cast<LateFree*>(value);
  *late->freed = late->heap->Free(late->block, Family::kTransfer) == FreeVerdict::kFreed;
}

TEST_F(HeapThreadsTest, AThreadMayFreeAfterItsCachesAreGone) {
  std::thread([&] { Free(Get(kHost, 64)); }).join();  // the heap's own key is older than this one
  pthread_key_t key;
  ASSERT_EQ(pthread_key_create(&key, FreeLate), 0);
  std::atomic<bool> freed{false};
  LateFree late{&heap_, Get(kHost, 4096), &freed};
  std::thread([&] {
    Free(Get(kHost, 4096));
    pthread_setspecific(key, &late);
  }).join();
  pthread_key_delete(key);

  EXPECT_TRUE(freed);
  heap_.Trim();
  EXPECT_EQ(At(kHost).charged_bytes, 0u);
}

TEST_F(HeapThreadsTest, OneThreadMayUseTwoHeapsInTurn) {
  Heap other(SmallHeap());
  for (int i = 0; i < 10; ++i) {
    void* mine = Get(kHost, 4096);
    auto theirs = other.Allocate(kHost, 4096, Family::kTransfer, Release::kAuto, NoWait());
    ASSERT_TRUE(theirs.ok());
    EXPECT_EQ(Free(theirs.value()), FreeVerdict::kUnknown);
    EXPECT_EQ(Free(mine), FreeVerdict::kFreed);
    EXPECT_EQ(other.Free(theirs.value(), Family::kTransfer), FreeVerdict::kFreed);
  }
}

TEST_F(HeapThreadsTest, BlocksOfOneThreadFreedByAnotherCirculateForEver) {
  constexpr int kBlocks = 3000;
  std::atomic<void*> slot{nullptr};
  std::thread consumer([&] {
    for (int i = 0; i < kBlocks; ++i) {
      void* block = nullptr;
      Await([&] { return (block = slot.exchange(nullptr)) != nullptr; });
      EXPECT_EQ(Free(block), FreeVerdict::kFreed);
    }
  });
  for (int i = 0; i < kBlocks; ++i) {
    auto block = heap_.Allocate(kHost, 3 * kMiB / 4, Family::kTransfer, Release::kAuto, LongWait());
    ASSERT_TRUE(block.ok());
    slot = block.value();
    Await([&] { return slot == nullptr; });
  }
  consumer.join();
  EXPECT_EQ(At(kHost).live_blocks, 0u);
  EXPECT_LE(At(kHost).peak_bytes, 16 * kMiB);
}

TEST(HeapOptions, ADeviceThatIsNotThereHasNoMemory) {
  Options options = SmallHeap();
  options.devices = 1;
  Heap heap(options);
  auto block = heap.Allocate(kOtherDevice, 1, Family::kTransfer, Release::kAuto, NoWait());
  ASSERT_FALSE(block.ok());
  EXPECT_EQ(block.error().code, Code::kCannotGrow);
}

TEST(HeapOptions, WithoutAChoiceLimitsFollowTheMachineAndTheWindow) {
  Options options = SmallHeap();
  options.host_memory = options.device_memory = 0;
  const Heap chosen(options);
  EXPECT_GT(chosen.limits().host_bytes, 0u);
  EXPECT_LE(chosen.limits().host_bytes, 8ull << 30);
  EXPECT_LE(chosen.limits().device_bytes, 4ull << 30);

  options.device_memory = 64ull << 30;
  const Heap capped(options);
  EXPECT_EQ(capped.limits().device_bytes, 4ull << 30);
}

TEST(HeapOptions, OnlyTheHostsLargestBlockCanBeRaised) {
  Options options = SmallHeap();
  options.max_block = 268435456;
  options.host_memory = options.device_memory = 512ull * kMiB;
  Heap heap(options);
  const auto get = [&](View view, std::uint32_t bytes) {
    auto block = heap.Allocate(view, bytes, Family::kTransfer, Release::kAuto, NoWait());
    return block.ok() ? Code::kCount : block.error().code;
  };
  EXPECT_EQ(get(kHost, 268435456), Code::kCount);
  EXPECT_EQ(get(kHost, 268435457), Code::kTooLarge);
  EXPECT_EQ(get(kDevice, 268435361), Code::kTooLarge);
  EXPECT_EQ(get(kDevice, 268435360), Code::kCount);
}

TEST(HeapOptions, PrefaultedPagesAreThereBeforeTheFirstTouch) {
  Options options = SmallHeap();
  options.prefault = 2 * kMiB;
  Heap heap(options);
  auto block = heap.Allocate(kHost, kMiB, Family::kTransfer, Release::kAuto, NoWait());
  ASSERT_TRUE(block.ok());

  std::vector<unsigned char> resident(kMiB / static_cast<std::size_t>(getpagesize()));
  ASSERT_EQ(mincore(block.value(), kMiB, resident.data()), 0);

  EXPECT_EQ(resident.front() & 1, 1);
  EXPECT_EQ(resident[kMiB / static_cast<std::size_t>(getpagesize()) - 1] & 1, 1);
}

}  // namespace
}  // namespace openmatrix
