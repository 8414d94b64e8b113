// Tests hiaiengine/multitype_queue.h. The clock is moved, never waited for.
#include "hiaiengine/multitype_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace openmatrix {

struct MultiTypeQueueClock {
  static void Advance(hiai::MultiTypeQueue& queue, std::uint64_t milliseconds) {
    queue.laterMs_ += milliseconds;
  }
};

namespace {

using hiai::MultiTypeQueue;

// Long enough that no test runs into it by itself.
constexpr std::uint32_t kLong = 1000000;

std::shared_ptr<void> Number(int value) { return std::make_shared<int>(value); }

int Value(const std::shared_ptr<void>& message) { return *static_cast<int*>(message.get()); }

TEST(MultiTypeQueue, IsFirstInFirstOut) {
  MultiTypeQueue queue(1);
  ASSERT_TRUE(queue.PushData(0, Number(1)));
  ASSERT_TRUE(queue.PushData(0, Number(2)));

  std::shared_ptr<void> message;
  ASSERT_TRUE(queue.PopData(0, message));
  EXPECT_EQ(Value(message), 1);
  ASSERT_TRUE(queue.PopData(0, message));
  EXPECT_EQ(Value(message), 2);
  EXPECT_FALSE(queue.PopData(0, message));
  EXPECT_EQ(Value(message), 2) << "a failure leaves the argument alone";
}

TEST(MultiTypeQueue, FrontShowsAndLeaves) {
  MultiTypeQueue queue(2);
  std::shared_ptr<void> message;
  EXPECT_FALSE(queue.FrontData(1, message));
  ASSERT_TRUE(queue.PushData(1, Number(5)));

  EXPECT_TRUE(queue.FrontData(1, message));
  EXPECT_TRUE(queue.FrontData(1, message));
  EXPECT_EQ(Value(message), 5);
  EXPECT_FALSE(queue.FrontData(0, message));
}

TEST(MultiTypeQueue, RefusesNullUnknownQueuesAndWhatDoesNotFit) {
  MultiTypeQueue queue(2, 1);
  std::shared_ptr<void> message;

  EXPECT_FALSE(queue.PushData(0, nullptr));
  EXPECT_FALSE(queue.PushData(2, Number(1)));
  EXPECT_FALSE(queue.FrontData(2, message));
  EXPECT_FALSE(queue.PopData(UINT32_MAX, message));
  EXPECT_TRUE(queue.PushData(0, Number(1)));
  EXPECT_FALSE(queue.PushData(0, Number(2)));
  EXPECT_TRUE(queue.PushData(1, Number(3))) << "each queue has room of its own";
}

TEST(MultiTypeQueue, HoldsWhatTheDefaultSays) {
  MultiTypeQueue queue(1);
  for (std::uint32_t i = 0; i < hiai::MULTI_QUEUE_MAX_LEN; ++i) {
    ASSERT_TRUE(queue.PushData(0, Number(0)));
  }

  EXPECT_FALSE(queue.PushData(0, Number(0)));
}

TEST(MultiTypeQueue, PopAllTakesOneOfEachOrNothing) {
  MultiTypeQueue queue(2);
  std::shared_ptr<int> number;
  std::shared_ptr<std::string> text;
  ASSERT_TRUE(queue.PushData(0, Number(7)));

  EXPECT_FALSE(queue.PopAllData(number, text));
  EXPECT_EQ(number, nullptr);

  ASSERT_TRUE(queue.PushData(1, std::make_shared<std::string>("seven")));
  ASSERT_TRUE(queue.PopAllData(number, text));
  EXPECT_EQ(*number, 7);
  EXPECT_EQ(*text, "seven");
  EXPECT_FALSE(queue.PopAllData(number, text));
}

TEST(MultiTypeQueue, PopAllWantsAsManyPointersAsQueues) {
  MultiTypeQueue queue(2);
  ASSERT_TRUE(queue.PushData(0, Number(1)));
  ASSERT_TRUE(queue.PushData(1, Number(2)));
  std::shared_ptr<int> a;
  std::shared_ptr<int> b;
  std::shared_ptr<int> c;

  EXPECT_FALSE(queue.PopAllData(a));
  EXPECT_FALSE(queue.PopAllData(a, b, c));
  EXPECT_TRUE(queue.PopAllData(a, b));
}

template <std::size_t... Index>
void TakesOneOfEach(std::index_sequence<Index...>) {
  MultiTypeQueue queue(sizeof...(Index));
  std::shared_ptr<int> messages[sizeof...(Index)];
  for (std::size_t i = 0; i < sizeof...(Index); ++i) {
    ASSERT_FALSE(queue.PopAllData(messages[Index]...));
    ASSERT_TRUE(queue.PushData(static_cast<std::uint32_t>(i), Number(static_cast<int>(i))));
  }

  ASSERT_TRUE(queue.PopAllData(messages[Index]...));

  for (std::size_t i = 0; i < sizeof...(Index); ++i) {
    EXPECT_EQ(*messages[i], static_cast<int>(i));
  }
}

TEST(MultiTypeQueue, PopAllServesOneToSixteenQueues) {
  TakesOneOfEach(std::make_index_sequence<1>());
  TakesOneOfEach(std::make_index_sequence<2>());
  TakesOneOfEach(std::make_index_sequence<3>());
  TakesOneOfEach(std::make_index_sequence<9>());
  TakesOneOfEach(std::make_index_sequence<15>());
  TakesOneOfEach(std::make_index_sequence<hiai::MULTI_QUEUE_16_QUE_NUM>());
}

TEST(MultiTypeQueue, PopDiscardsWhatIsTooOld) {
  MultiTypeQueue queue(1, 10, kLong);
  ASSERT_TRUE(queue.PushData(0, Number(1)));
  MultiTypeQueueClock::Advance(queue, kLong);
  ASSERT_TRUE(queue.PushData(0, Number(2)));

  std::shared_ptr<void> message;
  ASSERT_TRUE(queue.PopData(0, message));
  EXPECT_EQ(Value(message), 2);
}

TEST(MultiTypeQueue, YoungMessagesStay) {
  MultiTypeQueue queue(1, 10, kLong);
  ASSERT_TRUE(queue.PushData(0, Number(1)));
  MultiTypeQueueClock::Advance(queue, kLong / 2);

  std::shared_ptr<void> message;
  EXPECT_TRUE(queue.PopData(0, message));
}

TEST(MultiTypeQueue, WithoutADurationNothingGetsTooOld) {
  MultiTypeQueue queue(1);
  ASSERT_TRUE(queue.PushData(0, Number(1)));
  MultiTypeQueueClock::Advance(queue, std::uint64_t{1} << 40);

  std::shared_ptr<void> message;
  EXPECT_TRUE(queue.PopData(0, message));
}

TEST(MultiTypeQueue, FrontDoesNotCareForAge) {
  MultiTypeQueue queue(1, 10, kLong);
  ASSERT_TRUE(queue.PushData(0, Number(1)));
  MultiTypeQueueClock::Advance(queue, 2 * kLong);

  std::shared_ptr<void> message;
  EXPECT_TRUE(queue.FrontData(0, message));
  EXPECT_FALSE(queue.PopData(0, message));
  EXPECT_FALSE(queue.FrontData(0, message)) << "the pop has discarded it";
}

TEST(MultiTypeQueue, AFailedPopAllDiscardsOldMessagesOnly) {
  MultiTypeQueue queue(3, 10, kLong);
  ASSERT_TRUE(queue.PushData(1, Number(1)));
  MultiTypeQueueClock::Advance(queue, kLong);
  ASSERT_TRUE(queue.PushData(2, Number(2)));
  std::shared_ptr<int> a;
  std::shared_ptr<int> b;
  std::shared_ptr<int> c;

  EXPECT_FALSE(queue.PopAllData(a, b, c));

  std::shared_ptr<void> message;
  EXPECT_FALSE(queue.FrontData(1, message));
  EXPECT_TRUE(queue.FrontData(2, message));
}

TEST(MultiTypeQueue, KeepsMessagesAliveAndLetsThemGo) {
  std::weak_ptr<void> watch;
  {
    MultiTypeQueue queue(1);
    const std::shared_ptr<void> message = Number(1);
    watch = message;
    ASSERT_TRUE(queue.PushData(0, message));
    EXPECT_EQ(message.use_count(), 2);
  }

  EXPECT_TRUE(watch.expired());
}

// A message whose end asks the queue that held it.
struct Asker {
  explicit Asker(MultiTypeQueue& queue) : queue_(queue) {}
  ~Asker() { queue_.PushData(1, Number(1)); }
  MultiTypeQueue& queue_;
};

TEST(MultiTypeQueue, MessagesEndOutsideTheLock) {
  MultiTypeQueue queue(2, 10, kLong);
  ASSERT_TRUE(queue.PushData(0, std::make_shared<Asker>(queue)));
  MultiTypeQueueClock::Advance(queue, kLong);

  std::shared_ptr<void> message;
  EXPECT_FALSE(queue.PopData(0, message));

  EXPECT_TRUE(queue.FrontData(1, message));
}

TEST(MultiTypeQueue, WhatFrontReplacesEndsOutsideTheLock) {
  MultiTypeQueue queue(2, 10, kLong);
  ASSERT_TRUE(queue.PushData(0, Number(7)));
  std::shared_ptr<void> message = std::make_shared<Asker>(queue);

  EXPECT_TRUE(queue.FrontData(0, message));

  EXPECT_TRUE(queue.PopData(1, message));
}

TEST(MultiTypeQueue, NothingIsLostBetweenThreads) {
  constexpr int kMessages = 2000;
  MultiTypeQueue queue(2, kMessages);
  std::atomic<int> taken{0};
  std::atomic<long> sum{0};
  std::vector<std::thread> threads;
  for (std::uint32_t port = 0; port < 2; ++port) {
    threads.emplace_back([&queue, port] {
      for (int i = 1; i <= kMessages; ++i) ASSERT_TRUE(queue.PushData(port, Number(i)));
    });
  }
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      while (taken.load() < kMessages) {
        std::shared_ptr<int> a;
        std::shared_ptr<int> b;
        if (!queue.PopAllData(a, b)) {
          std::this_thread::yield();
          continue;
        }
        EXPECT_EQ(*a, *b);
        sum += *a;
        ++taken;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(taken.load(), kMessages);
  EXPECT_EQ(sum.load(), long{kMessages} * (kMessages + 1) / 2);
}

}  // namespace
}  // namespace openmatrix
