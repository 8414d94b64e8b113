#include "memory/quarantine.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace openmatrix {
namespace {

constexpr std::uint32_t kBlock = 1u << 20;
constexpr std::uint64_t kFiller = 1000;  // offsets from here on are of no interest

class QuarantineTest : public testing::Test {
 protected:
  using Offsets = std::vector<std::uint64_t>;

  // Enters one block and returns the offsets that left.
  Offsets Enter(std::uint64_t offset, std::weak_ptr<void> message = {}) {
    Quarantine::Leavers leavers;
    early_ = quarantine_.Enter(offset, kBlock, std::move(message), leavers);
    return OffsetsOf(leavers);
  }
  // As many sends as a block has to stay, less one. Returns the offsets that left, but for theirs.
  Offsets EnterFillers(std::uint64_t count = Quarantine::kSends - 1) {
    Offsets left;
    for (std::uint64_t i = 0; i < count; ++i) {
      for (const std::uint64_t offset : Enter(kFiller + i)) {
        if (offset < kFiller) left.push_back(offset);
      }
    }
    return left;
  }
  static Offsets OffsetsOf(const Quarantine::Leavers& leavers) {
    Offsets offsets;
    leavers.ForEach([&](const Quarantine::Entry& entry) { offsets.push_back(entry.offset); });
    return offsets;
  }

  Quarantine quarantine_{4 * 100ull * kBlock};
  std::uint64_t early_ = 0;
};

TEST_F(QuarantineTest, ABlockLeavesOnlyAfter64LaterSends) {
  EXPECT_EQ(Enter(1), Offsets{});
  EXPECT_EQ(EnterFillers(), Offsets{});

  EXPECT_EQ(Enter(65), Offsets{1});
  EXPECT_EQ(early_, 0u);
  EXPECT_EQ(quarantine_.blocks(), Quarantine::kSends);
  EXPECT_EQ(quarantine_.bytes(), Quarantine::kSends * kBlock);
}

TEST_F(QuarantineTest, ABlockStaysAsLongAsItsMessageLives) {
  auto message = std::make_shared<int>(1);
  Enter(1, message);
  EXPECT_EQ(EnterFillers(1000), Offsets{});

  message.reset();

  EXPECT_EQ(EnterFillers(1000), Offsets{1});
}

TEST_F(QuarantineTest, AMessageThatIsKeptDoesNotHoldUpTheOthers) {
  auto message = std::make_shared<int>(1);
  Enter(1, message);
  Enter(2);
  EnterFillers();

  EXPECT_EQ(Enter(3), Offsets{2});
  EXPECT_EQ(early_, 0u);
}

TEST_F(QuarantineTest, AboveAQuarterOfTheLimitTheOldestLeaves) {
  Quarantine small(4 * 20ull * kBlock);
  Quarantine::Leavers none;
  for (std::uint64_t offset = 0; offset < 20; ++offset) {
    EXPECT_EQ(small.Enter(offset, kBlock, {}, none), 0u);
  }
  EXPECT_EQ(OffsetsOf(none), Offsets{});
  Quarantine::Leavers leavers;
  EXPECT_EQ(small.Enter(20, kBlock, {}, leavers), 1u);
  EXPECT_EQ(OffsetsOf(leavers), Offsets{0});
  EXPECT_EQ(small.bytes(), 20u * kBlock);
}

TEST_F(QuarantineTest, ALargeBlockSendsAsManyAwayAsItNeeds) {
  Quarantine small(4 * 20ull * kBlock);
  Quarantine::Leavers none;
  for (std::uint64_t offset = 0; offset < 20; ++offset) small.Enter(offset, kBlock, {}, none);
  Quarantine::Leavers leavers;
  EXPECT_EQ(small.Enter(20, 3 * kBlock, {}, leavers), 3u);
  EXPECT_EQ(OffsetsOf(leavers), (Offsets{0, 1, 2}));
  EXPECT_EQ(small.bytes(), 20u * kBlock);
}

TEST_F(QuarantineTest, AboveAQuarterABlockStaysWhileItsMessageLivesIfOthersCanLeave) {
  Quarantine small(4 * 20ull * kBlock);
  const auto message = std::make_shared<int>(0);
  Quarantine::Leavers leavers;
  small.Enter(0, kBlock, message, leavers);
  for (std::uint64_t offset = 1; offset <= 20; ++offset) {
    small.Enter(offset, kBlock, {}, leavers);
  }

  EXPECT_EQ(OffsetsOf(leavers), Offsets{1}) << "the oldest whose message is gone, not the oldest";
  std::vector<Quarantine::Entry> rest;
  small.Break([](const Quarantine::Entry&) { return true; }, rest);
  EXPECT_EQ(rest.front().offset, 0u) << "the others are where they were";
  EXPECT_EQ(rest[1].offset, 2u);
}

TEST_F(QuarantineTest, ABlockOfMoreThanAQuarterDoesNotStay) {
  Quarantine small(4 * (kBlock - 1ull));
  Quarantine::Leavers leavers;
  EXPECT_EQ(small.Enter(7, kBlock, {}, leavers), 1u);
  EXPECT_EQ(OffsetsOf(leavers), Offsets{7});
  EXPECT_EQ(small.blocks(), 0u);
  EXPECT_EQ(small.bytes(), 0u);
}

TEST_F(QuarantineTest, BreakTakesWhatIsWantedOldestFirstAndLeavesTheRest) {
  for (std::uint64_t offset = 0; offset < 6; ++offset) Enter(offset);
  std::vector<Quarantine::Entry> leaving;

  quarantine_.Break([](const Quarantine::Entry& entry) { return entry.offset % 2 == 1; }, leaving);

  ASSERT_EQ(leaving.size(), 3u);
  EXPECT_EQ(leaving[0].offset, 1u);
  EXPECT_EQ(leaving[1].offset, 3u);
  EXPECT_EQ(leaving[2].offset, 5u);
  EXPECT_EQ(quarantine_.blocks(), 3u);
  EXPECT_EQ(quarantine_.bytes(), 3u * kBlock);
}

TEST_F(QuarantineTest, ThreadsThatEnterAndBreakAtOnceLoseNoBlock) {
  constexpr std::uint64_t kEach = 2000;
  std::atomic<std::uint64_t> left{0};
  const auto enter = [&] {
    for (std::uint64_t i = 0; i < kEach; ++i) {
      Quarantine::Leavers leavers;
      quarantine_.Enter(i, kBlock, {}, leavers);
      leavers.ForEach([&](const Quarantine::Entry&) { ++left; });
    }
  };
  std::thread one(enter);
  std::thread two(enter);
  for (int i = 0; i < 100; ++i) {
    std::vector<Quarantine::Entry> broken;
    quarantine_.Break([](const Quarantine::Entry& entry) { return entry.offset % 3 == 0; }, broken);
    left += broken.size();
  }
  one.join();
  two.join();

  EXPECT_EQ(left + quarantine_.blocks(), 2 * kEach);
  EXPECT_EQ(quarantine_.bytes(), quarantine_.blocks() * kBlock);
}

}  // namespace
}  // namespace openmatrix
