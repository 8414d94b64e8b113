// What gives memory back wakes a thread that sleeps for it, each way by itself; and what is not
// given back stays out of use, however empty the caches are.
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

#include "memory/heap_impl.h"
#include "outgoing_support.h"

namespace openmatrix {
namespace {

class HeapSlowTest : public OutgoingFixture {
 protected:
  // Calls `give_back` once another thread sleeps in an allocation, and expects that it wakes.
  template <typename GiveBack>
  void ExpectToWake(View view, std::uint32_t bytes, const GiveBack& give_back) {
    std::thread waiter([&] {
      const auto block = heap_.Allocate(view, bytes, Family::kTransfer, Release::kAuto, LongWait());
      ASSERT_TRUE(block.ok()) << block.error().text;
      EXPECT_EQ(Free(block.value()), FreeVerdict::kFreed);
    });
    AwaitSleeper();
    give_back();
    waiter.join();
  }

 private:
  // A waiter counts itself with the lock, and lets go of it only to sleep.
  void AwaitSleeper() {
    Heap::Impl& impl = heap_.impl();
    Await([&] { return impl.waiters.load() == 1; });
    MutexLock lock(impl.mutex);
  }
};

TEST_F(HeapSlowTest, AFreeWakesAnAllocationThatSleeps) {
  void* all = Get(kHost, 16 * kMiB);

  ExpectToWake(kHost, kMiB, [&] { EXPECT_EQ(Free(all), FreeVerdict::kFreed); });
}

TEST_F(HeapSlowTest, TheSendersFreeOfABlockThatItsReceiverKeepsWakesToo) {
  std::uint8_t* sent = Get(kHost, 8 * kMiB, Release::kManual);
  const Payload payload = Send(sent, 8 * kMiB);
  std::uint8_t* rest = Get(kHost, 8 * kMiB);

  ExpectToWake(kHost, 8 * kMiB, [&] { EXPECT_EQ(Free(sent), FreeVerdict::kFreed); });

  Free(rest);
}

TEST_F(HeapSlowTest, ASendThatMovesABlockAwayWakesToo) {
  std::uint8_t* moving = Get(kHost, 4 * kMiB);
  std::uint8_t* rest = Get(kHost, 12 * kMiB);
  Payload payload;

  ExpectToWake(kHost, 4 * kMiB, [&] { payload = Send(moving, 4 * kMiB); });

  Free(rest);
}

TEST_F(HeapSlowTest, ASendThatIsGivenUpWakesToo) {
  std::uint8_t* block = Get(kHost, 8 * kMiB);
  Prepared prepared(heap_, block, 8 * kMiB);

  ExpectToWake(kDevice, kMiB, [&] { prepared.Drop(); });

  Free(block);
}

// Spins, where there are two cores, for longer than any test runs: never sleeps.
class HeapSpinTest : public testing::Test {
 protected:
  static Options Spinning() {
    Options options = SmallHeap();
    options.spin = std::chrono::hours(1);
    return options;
  }
  void SetUp() override { ASSERT_TRUE(impl().ChargeOrWait(kHost, 16 * kMiB, NoWait()).ok()); }
  void TearDown() override { impl().Uncharge(kHost, 16 * kMiB); }
  Heap::Impl& impl() { return heap_.impl(); }

  // How a wait for 1 MiB ends if another thread calls `end` meanwhile.
  template <typename End>
  Status StatusAfter(const Wait& wait, const End& end) {
    Status status;
    std::thread waiter([&] { status = impl().ChargeOrWait(kHost, kMiB, wait); });
    Await([&] { return impl().waiters.load() == 1; });
    end();
    waiter.join();
    return status;
  }

  Heap heap_{Spinning()};
};

TEST_F(HeapSpinTest, ARelievedChargeIsNoticed) {
  EXPECT_TRUE(StatusAfter(LongWait(), [&] { impl().Uncharge(kHost, kMiB); }).ok());
}

TEST_F(HeapSpinTest, AFreeIsNoticed) {
  impl().Uncharge(kHost, kMiB);
  const auto block = heap_.Allocate(kHost, kMiB, Family::kTransfer, Release::kAuto, NoWait());
  ASSERT_TRUE(block.ok());

  EXPECT_TRUE(StatusAfter(LongWait(), [&] {
                EXPECT_EQ(heap_.Free(block.value(), Family::kTransfer), FreeVerdict::kFreed);
              }).ok());
}

TEST_F(HeapSpinTest, AStopIsNoticed) {
  StopToken stop;

  const Status status = StatusAfter(LongWait(&stop), [&] { stop.Stop(); });

  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, Code::kPoolStopped);
}

TEST_F(HeapSpinTest, TheDeadlineIsNoticed) {
  const Status status = impl().ChargeOrWait(kHost, kMiB, Wait::For(std::chrono::milliseconds(1)));

  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, Code::kNoMemory);
}

TEST_F(HeapSlowTest, AnAddressInQuarantineIsNotIssuedAlsoWhenAllCachesAreEmpty) {
  std::uint8_t* sent = Get(kHost, 4096);
  Receive(Send(sent, 4096));
  heap_.Trim();

  // As many as the span that the block lies in has, and more.
  std::vector<std::uint8_t*> later;
  for (int i = 0; i < 1000; ++i) {
    later.push_back(Get(kHost, 4096));
    ASSERT_NE(later.back(), sent);
  }

  EXPECT_EQ(Free(sent), FreeVerdict::kUnknown);
  for (std::uint8_t* block : later) EXPECT_EQ(Free(block), FreeVerdict::kFreed);
}

}  // namespace
}  // namespace openmatrix
