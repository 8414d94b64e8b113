// Who is served when several wait for memory, and what ends a wait.
#include <array>
#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/sanitizers.h"
#include "heap_support.h"
#include "memory/heap_impl.h"

namespace openmatrix {
namespace {

// 12 of the host's 16 MiB are held. Turns outlast the test.
class HeapTakeTest : public SmallHeapTest {
 protected:
  HeapTakeTest() {
    {
      MutexLock lock(impl_.mutex);
      impl_.line.set_turn(std::chrono::hours(1));
    }
    for (void*& block : held_) block = Get(kHost, 4 * kMiB);
    heap_.Trim();
  }
  ~HeapTakeTest() override {
    for (void* block : held_) Free(block);
  }

  Result<void*> Allocate(View view, std::uint32_t bytes, const Wait& wait) {
    return heap_.Allocate(view, bytes, Family::kTransfer, Release::kAuto, wait);
  }
  bool Allocates(View view, std::uint32_t bytes, const Wait& wait = NoWait()) {
    const auto block = Allocate(view, bytes, wait);
    return block.ok() && Free(block.value()) == FreeVerdict::kFreed;
  }
  void AwaitWaiters(std::uint32_t number) {
    Await([&] { return impl_.waiters == number; });
  }
  void GiveBackOne() { Free(std::exchange(held_[given_back_++], nullptr)); }

  Heap::Impl& impl_ = heap_.impl();
  std::array<void*, 3> held_{};
  std::size_t given_back_ = 0;
};

TEST_F(HeapTakeTest, SmallRequestsThatComeLaterDoNotStarveALargeOne) {
  std::thread large([&] { EXPECT_TRUE(Allocates(kHost, 8 * kMiB, LongWait())); });
  AwaitWaiters(1);

  std::uint32_t overtook = 0;
  while (overtook < 100 && Allocates(kHost, 4 * kMiB)) ++overtook;
  EXPECT_EQ(overtook, WaitingLine::kLetPast);
  const auto refused = Allocate(kHost, 1, NoWait());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kNoMemory);
  EXPECT_NE(refused.error().text.find("other threads wait"), std::string::npos);
  EXPECT_FALSE(impl_.ChargeOrWait(kHost, 1, NoWait()).ok()) << "a send to the host";
  EXPECT_TRUE(Allocates(kDevice, 4 * kMiB)) << "another side's memory";

  GiveBackOne();
  large.join();
  EXPECT_TRUE(Allocates(kHost, 1));
}

TEST_F(HeapTakeTest, WaitersAreServedInTheOrderOfTheirArrival) {
  std::atomic<bool> small_served{false};
  void* block = nullptr;
  std::thread large([&] { block = Allocate(kHost, 8 * kMiB, LongWait()).value(); });
  AwaitWaiters(1);
  std::thread small([&] {
    EXPECT_TRUE(Allocates(kHost, 4 * kMiB, LongWait()));
    small_served = true;
  });
  AwaitWaiters(2);

  GiveBackOne();
  large.join();
  EXPECT_FALSE(small_served) << "there is room for the first one only";
  GiveBackOne();
  small.join();
  Free(block);
}

TEST_F(HeapTakeTest, AWaitThatIsStoppedPassesItsTurnOn) {
  StopToken stop;
  std::thread large([&] {
    const auto block = Allocate(kHost, 8 * kMiB, LongWait(&stop));
    ASSERT_FALSE(block.ok());
    EXPECT_EQ(block.error().code, Code::kPoolStopped);
  });
  AwaitWaiters(1);
  std::thread small([&] { EXPECT_TRUE(Allocates(kHost, 4 * kMiB, LongWait())); });
  AwaitWaiters(2);

  stop.Stop();  // nothing is freed: there was room for the small one all the time

  large.join();
  small.join();
}

TEST_F(HeapTakeTest, AWaitThatTimesOutPassesItsTurnOn) {
  std::thread large(
      [&] { EXPECT_FALSE(Allocates(kHost, 8 * kMiB, Wait::For(std::chrono::milliseconds(20)))); });
  std::thread small([&] { EXPECT_TRUE(Allocates(kHost, 4 * kMiB, LongWait())); });
  large.join();
  small.join();
}

TEST_F(HeapTakeTest, ManyWhoWaitForManySizesAreAllServed) {
  {
    MutexLock lock(impl_.mutex);
    impl_.line.set_turn(std::chrono::milliseconds(50));
  }
  constexpr int kRounds = 50;
  std::vector<std::thread> threads;
  for (int id = 0; id < 8; ++id) {
    threads.emplace_back([this, id] {
      const View view = id % 2 == 0 ? kHost : kDevice;
      for (int round = 0; round < kRounds; ++round) {
        const std::uint32_t bytes = id < 2 ? 4 * kMiB : kMiB + 4096u * static_cast<unsigned>(round);
        EXPECT_TRUE(Allocates(view, bytes, LongWait())) << id << " in round " << round;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(impl_.waiters, 0u);
}

#if !defined(OPENMATRIX_ASAN)  // its shadow of so many bytes would fill the memory
// Nothing is free in the window that devices see, and pages are going back to the system.
class HeapTakeWhilePurgingTest : public testing::Test {
 protected:
  static Options Large() {
    Options options = SmallHeap();
    options.device_memory = 4ull << 30;
    return options;
  }

  HeapTakeWhilePurgingTest() {
    while (const auto block = Take(kDevice, NoWait())) blocks_.push_back(block.value());
    SetPurging(1);
  }
  ~HeapTakeWhilePurgingTest() override { SetPurging(0); }

  Result<void*> Take(View view, const Wait& wait) {
    return heap_.Allocate(view, Heap::kCommonBlockBytes, Family::kTransfer, Release::kAuto, wait);
  }
  void SetPurging(std::uint32_t runs) {
    MutexLock lock(heap_.impl().mutex);
    heap_.impl().purging = runs;
  }

  Heap heap_{Large()};
  std::vector<void*> blocks_;
};

TEST_F(HeapTakeWhilePurgingTest, ATimeOutOfZeroDoesNotWait) {
  const auto block = Take(kOtherDevice, NoWait());
  ASSERT_FALSE(block.ok());
  EXPECT_EQ(block.error().code, Code::kNoMemory);
}

TEST_F(HeapTakeWhilePurgingTest, ATimeOutEndsTheWait) {
  EXPECT_FALSE(Take(kOtherDevice, Wait::For(std::chrono::milliseconds(1))).ok());
}

TEST_F(HeapTakeWhilePurgingTest, AStopEndsTheWait) {
  StopToken stop;
  std::thread waiter([&] {
    const auto block = Take(kOtherDevice, LongWait(&stop));
    ASSERT_FALSE(block.ok());
    EXPECT_EQ(block.error().code, Code::kPoolStopped);
  });
  Await([&] { return heap_.Counts().waits > 0; });
  stop.Stop();
  waiter.join();
}

TEST_F(HeapTakeWhilePurgingTest, AFreeEndsTheWait) {
  std::thread waiter([&] { EXPECT_TRUE(Take(kOtherDevice, LongWait()).ok()); });
  Await([&] { return heap_.impl().waiters > 0; });
  heap_.Free(blocks_.back(), Family::kTransfer);
  waiter.join();
}
#endif

}  // namespace
}  // namespace openmatrix
