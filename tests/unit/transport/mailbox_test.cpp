#include "transport/mailbox.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "../base/cancelled.h"
#include "forever.h"

namespace openmatrix {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr microseconds kSpin{5};

Wait Now() { return Wait::For(milliseconds(0)); }

Frame NumberFrame(std::uint64_t number) {
  Frame frame;
  frame.object = std::make_shared<std::uint64_t>(number);
  return frame;
}

std::uint64_t NumberIn(const Frame& frame) {
  return *static_cast<const std::uint64_t*>(frame.object.get());
}

Status PushNumber(Mailbox& mailbox, std::uint32_t port, std::uint64_t number, const Wait& wait) {
  Result<Mailbox::Slot> slot = mailbox.Reserve(port, wait);
  if (!slot) return std::move(slot.error());
  mailbox.Push(std::move(slot.value()), NumberFrame(number));
  return {};
}

TEST(Mailbox, HandsFramesOverInOrderOfArrivalWithTheirPorts) {
  Mailbox mailbox({4, 4}, kSpin);
  ASSERT_TRUE(PushNumber(mailbox, 1, 10, Now()));
  ASSERT_TRUE(PushNumber(mailbox, 0, 11, Now()));
  ASSERT_TRUE(PushNumber(mailbox, 1, 12, Now()));

  const std::vector<std::pair<std::uint32_t, std::uint64_t>> expected = {{1, 10}, {0, 11}, {1, 12}};
  for (const auto& [port, number] : expected) {
    Frame frame;
    ASSERT_TRUE(mailbox.Take(frame, Now()));
    EXPECT_EQ(frame.port, port);
    EXPECT_EQ(NumberIn(frame), number);
  }
  Frame none;
  EXPECT_FALSE(mailbox.Take(none, Now()));
}

TEST(Mailbox, ARecallLetsAllReceiversThatWaitComeBackWithoutAFrame) {
  Mailbox mailbox({4}, kSpin);
  const std::uint32_t seen = mailbox.recalls();
  std::atomic<int> back{0};
  std::vector<std::thread> receivers;
  for (int i = 0; i < 3; ++i) {
    receivers.emplace_back([&] {
      Frame frame;
      EXPECT_FALSE(mailbox.Take(frame, Forever(), seen));
      ++back;
    });
  }

  mailbox.Recall();

  for (std::thread& receiver : receivers) receiver.join();
  EXPECT_EQ(back, 3);
}

TEST(Mailbox, ARecallThatCameBeforeTheWaitIsNotMissedAndOneThatIsKnownIsOver) {
  Mailbox mailbox({4}, kSpin);
  const std::uint32_t before = mailbox.recalls();
  mailbox.Recall();
  Frame frame;

  EXPECT_FALSE(mailbox.Take(frame, Forever(), before));
  ASSERT_TRUE(PushNumber(mailbox, 0, 1, Now()));
  EXPECT_TRUE(mailbox.Take(frame, Forever(), mailbox.recalls()));
}

TEST(Mailbox, AFrameThatIsThereIsTakenWhateverWasRecalled) {
  Mailbox mailbox({4}, kSpin);
  const std::uint32_t before = mailbox.recalls();
  mailbox.Recall();
  ASSERT_TRUE(PushNumber(mailbox, 0, 5, Now()));
  Frame frame;

  ASSERT_TRUE(mailbox.Take(frame, Forever(), before));
  EXPECT_EQ(NumberIn(frame), 5u);
}

TEST(Mailbox, RefusesAPortThatDoesNotExist) {
  Mailbox mailbox({1}, kSpin);

  Result<Mailbox::Slot> slot = mailbox.Reserve(1, Now());

  ASSERT_FALSE(slot);
  EXPECT_EQ(slot.error().code, Code::kPortOutOfRange);
}

TEST(Mailbox, KeepsACapacityPerPort) {
  Mailbox mailbox({1, 3}, kSpin);
  EXPECT_EQ(mailbox.ports(), 2u);
  EXPECT_EQ(mailbox.Capacity(0), 1u);
  EXPECT_EQ(mailbox.Capacity(1), 3u);
  ASSERT_TRUE(PushNumber(mailbox, 0, 0, Now()));

  const Status full = PushNumber(mailbox, 0, 1, Now());

  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, Code::kQueueFull);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(PushNumber(mailbox, 1, 2, Now()));
  EXPECT_FALSE(PushNumber(mailbox, 1, 2, Now()));
  EXPECT_EQ(mailbox.Size(0), 1u);
  EXPECT_EQ(mailbox.Size(1), 3u);
}

TEST(Mailbox, ACapacityOfZeroCountsAsOne) {
  Mailbox mailbox({0}, kSpin);

  EXPECT_TRUE(PushNumber(mailbox, 0, 0, Now()));
  EXPECT_FALSE(PushNumber(mailbox, 0, 0, Now()));
}

TEST(Mailbox, TakingAFrameMakesRoomAtItsPort) {
  Mailbox mailbox({2}, kSpin);
  for (std::uint64_t round = 0; round < 100; ++round) {
    ASSERT_TRUE(PushNumber(mailbox, 0, 2 * round, Now()));
    ASSERT_TRUE(PushNumber(mailbox, 0, 2 * round + 1, Now()));
    ASSERT_FALSE(PushNumber(mailbox, 0, 0, Now()));
    for (std::uint64_t i = 0; i < 2; ++i) {
      Frame frame;
      ASSERT_TRUE(mailbox.Take(frame, Now()));
      EXPECT_EQ(NumberIn(frame), 2 * round + i);
    }
  }
}

TEST(Mailbox, ADroppedSlotIsRoomAgain) {
  Mailbox mailbox({1}, kSpin);
  {
    Result<Mailbox::Slot> slot = mailbox.Reserve(0, Now());
    ASSERT_TRUE(slot);
    EXPECT_EQ(mailbox.Size(0), 1u);
    EXPECT_FALSE(mailbox.Reserve(0, Now()));
    Mailbox::Slot moved = std::move(slot.value());
    EXPECT_EQ(moved.count(), 1u);
  }
  EXPECT_EQ(mailbox.Size(0), 0u);
  EXPECT_TRUE(mailbox.Reserve(0, Now()));
}

TEST(Mailbox, ReservesSeveralOrNone) {
  Mailbox mailbox({3}, kSpin);
  Result<Mailbox::Slot> two = mailbox.Reserve(0, Now(), 2);
  ASSERT_TRUE(two);

  EXPECT_FALSE(mailbox.Reserve(0, Now(), 2));
  Mailbox::Slot one = two.value().Split();
  mailbox.Push(std::move(one), NumberFrame(1));
  EXPECT_EQ(two.value().count(), 1u);
  EXPECT_EQ(mailbox.Size(0), 2u);
  two.value() = Mailbox::Slot();
  EXPECT_EQ(mailbox.Size(0), 1u);
  EXPECT_TRUE(mailbox.Reserve(0, Now(), 2));
}

TEST(Mailbox, MoreThanAPortEverHoldsIsFullAtTheDeadline) {
  Mailbox mailbox({1}, kSpin);

  Result<Mailbox::Slot> two = mailbox.Reserve(0, Wait::For(milliseconds(1)), 2);

  ASSERT_FALSE(two);
  EXPECT_EQ(two.error().code, Code::kQueueFull);
  EXPECT_EQ(mailbox.Size(0), 0u);
}

TEST(Mailbox, ASenderAtAFullPortGoesOnWhenAFrameIsTaken) {
  Mailbox mailbox({1}, microseconds(0));
  ASSERT_TRUE(PushNumber(mailbox, 0, 1, Now()));
  std::thread sender([&] { EXPECT_TRUE(PushNumber(mailbox, 0, 2, Forever())); });

  for (std::uint64_t expected : {1u, 2u}) {
    Frame frame;
    ASSERT_TRUE(mailbox.Take(frame));
    EXPECT_EQ(NumberIn(frame), expected);
  }
  sender.join();
}

TEST(Mailbox, ASenderThatNeedsSeveralGoesOnBesideOnesThatNeedOne) {
  Mailbox mailbox({2}, microseconds(0));
  constexpr int kEach = 3000;
  std::thread greedy([&] {
    for (int i = 0; i < kEach; ++i) {
      Result<Mailbox::Slot> two = mailbox.Reserve(0, Forever(), 2);
      ASSERT_TRUE(two);
      mailbox.Push(two.value().Split(), NumberFrame(0));
      mailbox.Push(std::move(two.value()), NumberFrame(0));
    }
  });
  std::thread modest([&] {
    for (int i = 0; i < kEach; ++i) ASSERT_TRUE(PushNumber(mailbox, 0, 1, Forever()));
  });

  for (int i = 0; i < 3 * kEach; ++i) {
    Frame frame;
    ASSERT_TRUE(mailbox.Take(frame));
  }

  greedy.join();
  modest.join();
  EXPECT_EQ(mailbox.Size(0), 0u);
}

TEST(Mailbox, CloseEndsTheWaitsOfBothSides) {
  Mailbox full({1}, microseconds(0));
  Mailbox empty({1}, microseconds(0));
  ASSERT_TRUE(PushNumber(full, 0, 1, Now()));
  std::thread sender([&] {
    const Status status = PushNumber(full, 0, 2, Forever());
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, Code::kQueueStopped);
  });
  std::thread greedy([&] {
    Result<Mailbox::Slot> slot = full.Reserve(0, Forever(), 2);
    ASSERT_FALSE(slot);
    EXPECT_EQ(slot.error().code, Code::kQueueStopped);
  });
  std::vector<std::thread> receivers;
  for (int i = 0; i < 2; ++i) {
    receivers.emplace_back([&] {
      Frame frame;
      EXPECT_FALSE(empty.Take(frame));
    });
  }

  full.Close();
  empty.Close();

  sender.join();
  greedy.join();
  for (std::thread& receiver : receivers) receiver.join();
  Frame frame;
  EXPECT_FALSE(full.Take(frame));
  Result<Mailbox::Slot> late = empty.Reserve(0, Now());
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Code::kQueueStopped);
}

TEST(Mailbox, AStoppedTokenEndsTheWaitsOfItsThreadOnly) {
  Mailbox full({1}, microseconds(0));
  Mailbox empty({1}, microseconds(0));
  ASSERT_TRUE(PushNumber(full, 0, 1, Now()));
  StopToken sending;
  StopToken receiving;
  std::thread sender([&] {
    const Status status = PushNumber(full, 0, 2, Forever(&sending));
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, Code::kQueueStopped);
  });
  std::thread receiver([&] {
    Frame frame;
    EXPECT_FALSE(empty.Take(frame, &receiving));
  });

  sending.Stop();
  receiving.Stop();

  sender.join();
  receiver.join();
  EXPECT_TRUE(PushNumber(empty, 0, 3, Now()));
  Frame frame;
  EXPECT_TRUE(empty.Take(frame));
}

TEST(Mailbox, AStoppedReceiverTakesNothing) {
  Mailbox mailbox({1}, kSpin);
  ASSERT_TRUE(PushNumber(mailbox, 0, 1, Now()));
  StopToken stop;
  stop.Stop();

  Frame frame;
  EXPECT_FALSE(mailbox.Take(frame, &stop));
  EXPECT_EQ(mailbox.Size(0), 1u);
}

TEST(Mailbox, DrainDestroysQueuedFramesAndMakesRoom) {
  Mailbox mailbox({2}, kSpin);
  auto object = std::make_shared<int>(0);
  for (int i = 0; i < 2; ++i) {
    Result<Mailbox::Slot> slot = mailbox.Reserve(0, Now());
    ASSERT_TRUE(slot);
    Frame frame;
    frame.object = object;
    mailbox.Push(std::move(slot.value()), std::move(frame));
  }
  EXPECT_EQ(object.use_count(), 3);

  mailbox.Drain();

  EXPECT_EQ(object.use_count(), 1);
  EXPECT_EQ(mailbox.Size(0), 0u);
}

TEST(Mailbox, APushAfterCloseDestroysItsFrame) {
  Mailbox mailbox({1}, kSpin);
  auto object = std::make_shared<int>(0);
  Result<Mailbox::Slot> slot = mailbox.Reserve(0, Now());
  ASSERT_TRUE(slot);
  mailbox.Close();
  mailbox.Drain();

  Frame frame;
  frame.object = object;
  mailbox.Push(std::move(slot.value()), std::move(frame));

  EXPECT_EQ(object.use_count(), 1);
}

TEST(Mailbox, DestroysWhatIsStillQueued) {
  auto object = std::make_shared<int>(0);
  {
    Mailbox mailbox({1}, kSpin);
    Result<Mailbox::Slot> slot = mailbox.Reserve(0, Now());
    ASSERT_TRUE(slot);
    Frame frame;
    frame.object = object;
    mailbox.Push(std::move(slot.value()), std::move(frame));
  }
  EXPECT_EQ(object.use_count(), 1);
}

// Small ports, random patience: everything arrives once, in order per sender and port. A lost
// wake-up ends in the test's time limit.
void Storm(std::uint32_t workers, microseconds spin) {
  const unsigned seed = std::random_device{}();
  std::printf("seed %u\n", seed);
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  constexpr std::uint32_t kSenders = 3;
  constexpr std::uint32_t kPorts = 2;
  constexpr std::uint64_t kEach = 5000;
  Mailbox mailbox({1, 3}, spin);
  std::atomic<std::uint64_t> received{0};
  std::atomic<bool> in_order{true};
  std::vector<std::thread> threads;
  for (std::uint32_t s = 0; s < kSenders; ++s) {
    threads.emplace_back([&, s] {
      std::mt19937 random(seed + s);
      for (std::uint64_t i = 1; i <= kEach;) {
        const auto port = static_cast<std::uint32_t>(random() % kPorts);
        const Wait patience{steady_clock::now() + microseconds(random() % 2000), nullptr};
        if (PushNumber(mailbox, port, s * (kEach + 1) + i, patience)) ++i;
      }
    });
  }
  std::vector<std::thread> receivers;
  for (std::uint32_t w = 0; w < workers; ++w) {
    receivers.emplace_back([&] {
      std::vector<std::uint64_t> last(kSenders * kPorts, 0);
      Frame frame;
      while (mailbox.Take(frame)) {
        const std::uint64_t sender = NumberIn(frame) / (kEach + 1);
        const std::uint64_t number = NumberIn(frame) % (kEach + 1);
        std::uint64_t& before = last[sender * kPorts + frame.port];
        if (number <= before) in_order = false;
        before = number;
        if (++received == kSenders * kEach) mailbox.Close();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::thread& thread : receivers) thread.join();

  EXPECT_TRUE(in_order);
  EXPECT_EQ(received.load(), kSenders * kEach);
  EXPECT_EQ(mailbox.Size(0) + mailbox.Size(1), 0u);
}

TEST(Mailbox, KeepsOrderPerSenderAndPortWithOneWorker) { Storm(1, microseconds(0)); }
TEST(Mailbox, KeepsOrderPerSenderAndPortWithSpinning) { Storm(1, microseconds(5)); }
TEST(Mailbox, KeepsOrderPerSenderAndPortWithManyWorkers) { Storm(3, microseconds(0)); }

TEST(Mailbox, TheDeleterOfAMessageThatComesTooLateIsNotUnwound) {
  std::atomic<int> gone{0};
  Mailbox mailbox({1}, kSpin);
  Result<Mailbox::Slot> slot = mailbox.Reserve(0, Now());
  ASSERT_TRUE(slot);
  Frame frame;
  frame.object = std::make_shared<CancelledWhenItGoes>(gone);
  mailbox.Close();

  EXPECT_TRUE(
      OutlivesItsCancellation([&] { mailbox.Push(std::move(slot.value()), std::move(frame)); }));

  EXPECT_EQ(gone, 1);
}

}  // namespace
}  // namespace openmatrix
