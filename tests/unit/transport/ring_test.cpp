#include "transport/ring.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace openmatrix {
namespace {

TEST(Ring, RoundsItsCapacityUpToAPowerOfTwo) {
  EXPECT_EQ(Ring<int>(0).capacity(), 2u);
  EXPECT_EQ(Ring<int>(1).capacity(), 2u);
  EXPECT_EQ(Ring<int>(2).capacity(), 2u);
  EXPECT_EQ(Ring<int>(3).capacity(), 4u);
  EXPECT_EQ(Ring<int>(1000).capacity(), 1024u);
}

TEST(Ring, IsEmptyAtFirstAndAgainAfterTheLastPop) {
  Ring<int> ring(4);
  int value = 7;

  EXPECT_TRUE(ring.IsEmpty());
  EXPECT_FALSE(ring.TryPop(value));
  ASSERT_TRUE(ring.TryPush(value));
  EXPECT_FALSE(ring.IsEmpty());
  ASSERT_TRUE(ring.TryPop(value));
  EXPECT_TRUE(ring.IsEmpty());
}

TEST(Ring, RefusesAPushWhenFullAndLeavesTheValue) {
  Ring<std::unique_ptr<int>> ring(2);
  for (int i = 0; i < 2; ++i) {
    auto value = std::make_unique<int>(i);
    ASSERT_TRUE(ring.TryPush(value));
    EXPECT_EQ(value, nullptr);
  }
  auto extra = std::make_unique<int>(2);

  EXPECT_FALSE(ring.TryPush(extra));
  ASSERT_NE(extra, nullptr);
  EXPECT_EQ(*extra, 2);
}

TEST(Ring, KeepsOrderOverManyRounds) {
  Ring<int> ring(4);
  int next_in = 0;
  int next_out = 0;
  for (int round = 0; round < 1000; ++round) {
    for (int i = 0; i < 1 + round % 4; ++i) {
      int value = next_in;
      ASSERT_TRUE(ring.TryPush(value));
      ++next_in;
    }
    int value = -1;
    while (ring.TryPop(value)) EXPECT_EQ(value, next_out++);
  }
  EXPECT_EQ(next_out, next_in);
}

TEST(Ring, KeepsNothingOfAPoppedValueAndDestroysWhatIsLeft) {
  auto popped = std::make_shared<int>(1);
  auto left = std::make_shared<int>(2);
  {
    Ring<std::shared_ptr<int>> ring(4);
    auto value = popped;
    ASSERT_TRUE(ring.TryPush(value));
    value = left;
    ASSERT_TRUE(ring.TryPush(value));
    ASSERT_TRUE(ring.TryPop(value));
    value.reset();

    EXPECT_EQ(popped.use_count(), 1);
    EXPECT_EQ(left.use_count(), 2);
  }
  EXPECT_EQ(left.use_count(), 1);
}

struct Item {
  std::uint32_t producer = 0;
  std::uint32_t number = 0;
};

// Every value arrives once, and each consumer sees each producer's values in order.
void Hammer(std::uint32_t producers, std::uint32_t consumers) {
  constexpr std::uint32_t kEach = 20000;
  Ring<Item> ring(8);
  std::atomic<std::uint32_t> received{0};
  std::atomic<std::uint64_t> sum{0};
  std::atomic<bool> in_order{true};
  std::vector<std::thread> threads;
  for (std::uint32_t p = 0; p < producers; ++p) {
    threads.emplace_back([&, p] {
      for (std::uint32_t i = 1; i <= kEach; ++i) {
        Item item{p, i};
        while (!ring.TryPush(item)) std::this_thread::yield();
      }
    });
  }
  for (std::uint32_t c = 0; c < consumers; ++c) {
    threads.emplace_back([&] {
      std::vector<std::uint32_t> last(producers, 0);
      Item item;
      while (received.load() < producers * kEach) {
        if (!ring.TryPop(item)) {
          std::this_thread::yield();
          continue;
        }
        if (item.number <= last[item.producer]) in_order = false;
        last[item.producer] = item.number;
        sum += item.number;
        ++received;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_TRUE(in_order);
  EXPECT_EQ(received.load(), producers * kEach);
  EXPECT_EQ(sum.load(), std::uint64_t{producers} * kEach * (kEach + 1) / 2);
}

TEST(Ring, HandsEveryValueOverOnceWithOneProducerAndOneConsumer) { Hammer(1, 1); }
TEST(Ring, HandsEveryValueOverOnceWithManyProducers) { Hammer(3, 1); }
TEST(Ring, HandsEveryValueOverOnceWithManyProducersAndConsumers) { Hammer(3, 3); }

}  // namespace
}  // namespace openmatrix
