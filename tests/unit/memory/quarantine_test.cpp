#include "memory/quarantine.h"

#include <gtest/gtest.h>

namespace openmatrix {
namespace {

constexpr std::uint32_t kBlock = 1u << 20;

class QuarantineTest : public testing::Test {
 protected:
  // Enters one block and returns the offsets that left.
  std::vector<std::uint64_t> Enter(std::uint64_t offset, std::uint64_t now,
                                   std::weak_ptr<void> message = {}) {
    std::vector<Quarantine::Entry> leaving;
    early_ = quarantine_.Enter(offset, kBlock, now, std::move(message), leaving);
    return OffsetsOf(leaving);
  }
  static std::vector<std::uint64_t> OffsetsOf(const std::vector<Quarantine::Entry>& entries) {
    std::vector<std::uint64_t> offsets;
    for (const Quarantine::Entry& entry : entries) offsets.push_back(entry.offset);
    return offsets;
  }
  using Offsets = std::vector<std::uint64_t>;

  Quarantine quarantine_{4 * 100ull * kBlock};
  std::uint64_t early_ = 0;
};

TEST_F(QuarantineTest, ABlockLeavesOnlyAfter64LaterSends) {
  EXPECT_EQ(Enter(1, 1), Offsets{});
  for (std::uint64_t now = 2; now < 1 + Quarantine::kSends; ++now) {
    EXPECT_EQ(Enter(now, now), Offsets{}) << "send " << now;
  }

  EXPECT_EQ(Enter(65, 1 + Quarantine::kSends), Offsets{1});
  EXPECT_EQ(early_, 0u);
  EXPECT_EQ(quarantine_.blocks(), Quarantine::kSends);
  EXPECT_EQ(quarantine_.bytes(), Quarantine::kSends * kBlock);
}

TEST_F(QuarantineTest, ABlockStaysAsLongAsItsMessageLives) {
  auto message = std::make_shared<int>(1);
  Enter(1, 1, message);
  EXPECT_EQ(Enter(2, 1000), Offsets{});
  EXPECT_EQ(quarantine_.blocks(), 2u);

  message.reset();

  EXPECT_EQ(Enter(3, 1000 + Quarantine::kSends), (Offsets{2, 1}));
}

TEST_F(QuarantineTest, AMessageThatIsKeptDoesNotHoldUpTheOthers) {
  auto message = std::make_shared<int>(1);
  Enter(1, 1, message);
  Enter(2, 1);

  EXPECT_EQ(Enter(3, 1000), Offsets{2});
  EXPECT_EQ(early_, 0u);
}

TEST_F(QuarantineTest, AboveAQuarterOfTheLimitTheOldestLeaves) {
  for (std::uint64_t offset = 0; offset < 100; ++offset) EXPECT_EQ(Enter(offset, 1), Offsets{});
  EXPECT_EQ(Enter(100, 1), Offsets{0});
  EXPECT_EQ(early_, 1u);
  EXPECT_EQ(quarantine_.bytes(), 100u * kBlock);
}

TEST_F(QuarantineTest, AboveAQuarterABlockStaysWhileItsMessageLivesIfOthersCanLeave) {
  const auto message = std::make_shared<int>(0);
  std::vector<Quarantine::Entry> leaving;
  quarantine_.Enter(0, kBlock, 1, message, leaving);
  for (std::uint64_t offset = 1; offset < 100; ++offset) Enter(offset, 1);
  ASSERT_TRUE(leaving.empty());

  EXPECT_EQ(Enter(100, 1), Offsets{1}) << "the oldest whose message is gone, not the oldest";
}

TEST_F(QuarantineTest, ABlockOfMoreThanAQuarterDoesNotStay) {
  Quarantine small(4 * (kBlock - 1ull));
  std::vector<Quarantine::Entry> leaving;
  EXPECT_EQ(small.Enter(7, kBlock, 1, {}, leaving), 1u);
  EXPECT_EQ(OffsetsOf(leaving), Offsets{7});
  EXPECT_EQ(small.blocks(), 0u);
  EXPECT_EQ(small.bytes(), 0u);
}

TEST_F(QuarantineTest, BreakTakesWhatIsWantedOldestFirstAndLeavesTheRest) {
  for (std::uint64_t offset = 0; offset < 6; ++offset) Enter(offset, 1);
  std::vector<Quarantine::Entry> leaving;

  quarantine_.Break([](const Quarantine::Entry& entry) { return entry.offset % 2 == 1; }, leaving);

  EXPECT_EQ(OffsetsOf(leaving), (Offsets{1, 3, 5}));
  EXPECT_EQ(quarantine_.blocks(), 3u);
  EXPECT_EQ(quarantine_.bytes(), 3u * kBlock);
}

}  // namespace
}  // namespace openmatrix
