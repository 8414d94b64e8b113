// Threads that come, go, and free after their caches are gone; options that bound the heap.
#include <pthread.h>
#include <sys/mman.h>

#include <atomic>
#include <climits>
#include <cstring>
#include <vector>

#include "heap_support.h"
#include "memory/heap_impl.h"

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

#if !defined(__SANITIZE_THREAD__)  // its own records of a thread are gone in the last rounds
struct LateUse {
  Heap* heap;
  pthread_key_t key;
  int rounds;
  void* kept;
};

// In every round in which the system calls destructors, after those of older keys.
void UseLate(void* value) {
  auto* use = static_cast<LateUse*>(value);
  for (const std::uint32_t bytes : {64u, 4096u, kMiB}) {
    auto block = use->heap->Allocate(kHost, bytes, Family::kTransfer, Release::kAuto, NoWait());
    ASSERT_TRUE(block.ok()) << block.error().text;
    EXPECT_EQ(use->heap->Free(block.value(), Family::kTransfer), FreeVerdict::kFreed);
  }
  if (++use->rounds < PTHREAD_DESTRUCTOR_ITERATIONS) {
    pthread_setspecific(use->key, use);
  } else {
    use->kept =
        use->heap->Allocate(kHost, 4096, Family::kTransfer, Release::kAuto, NoWait()).value();
  }
}

TEST_F(HeapThreadsTest, ThreadsThatUseTheHeapInTheirLastDestructorsLeaveNothingBehind) {
  std::thread([&] { Free(Get(kHost, 64)); }).join();  // the heap's own key is older than this one
  pthread_key_t key;
  ASSERT_EQ(pthread_key_create(&key, UseLate), 0);
  const ViewCounts before = At(kHost);
  for (int i = 0; i < 4; ++i) {
    LateUse use{&heap_, key, 0, nullptr};
    std::thread([&] {
      if (i % 2 == 0) Free(Get(kHost, 4096));  // else the first use is a late one
      pthread_setspecific(key, &use);
    }).join();
    EXPECT_EQ(use.rounds, PTHREAD_DESTRUCTOR_ITERATIONS);
    EXPECT_EQ(At(kHost).live_blocks, before.live_blocks + 1);
    EXPECT_EQ(Free(use.kept), FreeVerdict::kFreed);
  }
  pthread_key_delete(key);

  heap_.Trim();  // this thread's own cache
  const ViewCounts after = At(kHost);
  EXPECT_EQ(after.charged_bytes, before.charged_bytes);
  EXPECT_EQ(after.live_bytes, before.live_bytes);
  EXPECT_EQ(after.allocations, before.allocations + 4 * (4 * 3 + 1) + 2);
  EXPECT_EQ(after.frees, after.allocations);
  MutexLock lock(heap_.impl().mutex);
  EXPECT_EQ(heap_.impl().threads.size(), 1u) << "this one's books";
}

#endif

TEST(HeapWithoutKeys, CachesOfEndedThreadsComeBackAllTheSame) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";  // a process of its own
  const auto charged_after_a_thread = [] {
    pthread_key_t key;
    while (pthread_key_create(&key, nullptr) == 0) {
    }
    Heap heap(SmallHeap());
    std::thread([&] {
      auto block = heap.Allocate(kHost, kMiB, Family::kTransfer, Release::kAuto, NoWait());
      heap.Free(block.value(), Family::kTransfer);
    }).join();
    return heap.Counts().views[kHost.index].charged_bytes;
  };
  EXPECT_EXIT(std::_Exit(charged_after_a_thread() == 0 ? 0 : 1), testing::ExitedWithCode(0), "");
}

TEST_F(HeapThreadsTest, MoreThreadsThanCachesCanBeNumberedAreServed) {
  Free(Get(kHost, 64));
  {
    MutexLock lock(heap_.impl().mutex);
    heap_.impl().most_caches = static_cast<std::uint32_t>(heap_.impl().caches.size());
  }
  void* mine = Get(kHost, 4096);
  std::thread([&] {
    for (const View view : {kHost, kDevice}) {
      for (const std::uint32_t bytes : {1u, 4096u, kMiB}) {
        void* block = Get(view, bytes);
        ASSERT_NE(block, nullptr);
        EXPECT_EQ(heap_.AskedBytes(block), bytes);
        EXPECT_TRUE(heap_.Contains(block, bytes));
        EXPECT_EQ(Free(block, Family::kDvpp), FreeVerdict::kWrongFamily);
        EXPECT_EQ(Free(block), FreeVerdict::kFreed);
        EXPECT_EQ(Free(block), FreeVerdict::kUnknown);
      }
    }
    void* dvpp = Get(kDevice, 4096, Release::kManual, Family::kDvpp);
    EXPECT_EQ(Free(dvpp), FreeVerdict::kWrongFamily);
    EXPECT_EQ(Free(dvpp, Family::kDvpp), FreeVerdict::kFreed);
    EXPECT_EQ(Free(mine), FreeVerdict::kFreed);
  }).join();

  EXPECT_EQ(At(kDevice).charged_bytes, 0u) << "nobody keeps what has no cache";
  EXPECT_EQ(At(kDevice).allocations, 4u);
  EXPECT_EQ(At(kDevice).live_blocks, 0u);
  EXPECT_EQ(At(kHost).live_bytes, 0u);
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
