#include "memory/side_cache.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <thread>
#include <vector>

namespace openmatrix {
namespace {

constexpr std::uint64_t kMemory = 8ull << 20;

class SideCacheTest : public testing::Test {
 protected:
  SideCacheTest() {
    const auto at = reinterpret_cast<std::uintptr_t>(memory_.data());
    base_ = memory_.data() + (kGrainBytes - at % kGrainBytes) % kGrainBytes;
    table_.GrowTo(kMemory);
    cache_ = Make(1);
  }
  ~SideCacheTest() override { Unpoison(memory_.data(), memory_.size()); }

  std::unique_ptr<SideCache> Make(std::uint32_t id) {
    return std::make_unique<SideCache>(id, View::Host(), base_, kMemory, kMemory, table_.words());
  }
  void* Issue(std::uint32_t bytes) {
    return cache_->TryIssue(bytes, Family::kTransfer, Release::kAuto);
  }
  bool Free(void* block) { return cache_->TryFree(block, Family::kTransfer); }
  // Fills the cache with made-up blocks of the class until it takes no more; returns how many.
  std::uint32_t Fill(std::uint32_t size_class) {
    std::uint32_t count = 0;
    while (cache_->TryKeep(count, size_class)) ++count;
    return count;
  }

  std::vector<std::uint8_t> memory_ = std::vector<std::uint8_t>(kMemory + kGrainBytes);
  std::uint8_t* base_ = nullptr;
  BlockTable table_{kMemory};
  std::unique_ptr<SideCache> cache_;
};

TEST_F(SideCacheTest, TheBlockFreedLastIsIssuedFirst) {
  const std::uint32_t grains[] = {0, 8, 16};
  cache_->Refill(ClassOf(1024), grains, 3);
  void* first = Issue(1024);
  void* second = Issue(1000);
  ASSERT_TRUE(first != nullptr && second != nullptr);

  EXPECT_TRUE(Free(first));
  EXPECT_EQ(Issue(900), first);
  EXPECT_EQ(Issue(1024), base_);
  EXPECT_EQ(Issue(1024), nullptr) << "empty";
}

TEST_F(SideCacheTest, OnlyStartsOfItsOwnBlocksOfThatFamilyAreFreed) {
  const std::uint32_t grain = 8;
  cache_->Refill(ClassOf(1024), &grain, 1);
  auto* block = static_cast<std::uint8_t*>(Issue(1024));
  ASSERT_NE(block, nullptr);
  const auto other = Make(2);

  EXPECT_FALSE(Free(block + 1));
  EXPECT_FALSE(Free(block + kGrainBytes));
  EXPECT_FALSE(Free(base_ + kMemory));
  EXPECT_FALSE(Free(nullptr));
  EXPECT_FALSE(cache_->TryFree(block, Family::kDvpp));
  EXPECT_FALSE(other->TryFree(block, Family::kTransfer));
  EXPECT_TRUE(Free(block));
  EXPECT_FALSE(Free(block));
}

TEST_F(SideCacheTest, OfASmallClassItKeeps256KiBAtLeastFourAndAtMost256Blocks) {
  EXPECT_EQ(Fill(ClassOf(128)), SideCache::kMaxSlots);
  EXPECT_EQ(Fill(ClassOf(4096)), 64u);
  EXPECT_EQ(Fill(ClassOf(64 << 10)), 4u);
  EXPECT_EQ(Fill(ClassOf(224 << 10)), 4u);
}

TEST_F(SideCacheTest, ALargeClassIsWidenedByOneBlockAtATime) {
  const std::uint32_t size_class = ClassOf(1 << 20);
  EXPECT_EQ(Fill(size_class), 0u);
  EXPECT_EQ(cache_->Widen(size_class), 0u);
  EXPECT_EQ(Fill(size_class), 1u);
  EXPECT_EQ(cache_->Widen(size_class), 0u);
  EXPECT_EQ(Fill(size_class), 1u) << "one more";
}

TEST_F(SideCacheTest, LargeClassesTogetherKeep24MiB) {
  for (int time = 0; time < 100; ++time) EXPECT_EQ(cache_->Widen(ClassOf(1 << 20)), 0u);
  EXPECT_EQ(Fill(ClassOf(1 << 20)), 24u);
  EXPECT_EQ(cache_->Widen(ClassOf(2 << 20)), ClassOf(1 << 20)) << "from whom the bytes come";
  EXPECT_EQ(Fill(ClassOf(2 << 20)), 0u);
}

TEST_F(SideCacheTest, AClassThatAsksAgainAndAgainGetsItsRoomFromTheOthersInTurn) {
  const std::uint32_t first = ClassOf(1 << 20);
  const std::uint32_t second = ClassOf(10 << 20);
  const std::uint32_t third = ClassOf(12 << 20);
  for (int time = 0; time < 2; ++time) cache_->Widen(first);
  cache_->Widen(second);
  cache_->Widen(third);
  EXPECT_EQ(Fill(first) + Fill(second) + Fill(third), 4u);

  const std::uint32_t late = ClassOf(3 << 20);
  std::vector<std::uint32_t> losers;
  while (!cache_->HasRoomFor(late)) {
    if (const std::uint32_t loser = cache_->Widen(late)) {
      losers.push_back(loser);
      std::uint32_t grain;
      EXPECT_EQ(cache_->SurplusOf(loser), 1u);
      EXPECT_EQ(cache_->Drain(loser, 1, &grain), 1u);
    }
  }

  EXPECT_EQ(losers, (std::vector<std::uint32_t>{first, second}));
  EXPECT_EQ(Fill(late), 1u);
  EXPECT_EQ(cache_->CountOf(third), 1u);
}

TEST_F(SideCacheTest, OneBlockAbove24MiBIsKeptBesides) {
  const std::uint32_t first = ClassOf(kLargestBlock);
  const std::uint32_t second = ClassOf(64 << 20);
  for (int time = 0; time < 100; ++time) cache_->Widen(ClassOf(1 << 20));
  EXPECT_EQ(Fill(ClassOf(1 << 20)), 24u);
  EXPECT_EQ(cache_->Widen(first), 0u);
  EXPECT_EQ(cache_->Widen(first), 0u);
  EXPECT_EQ(Fill(first), 1u);

  std::uint32_t loser = 0;
  while (loser == 0) loser = cache_->Widen(second);
  EXPECT_EQ(loser, first);
  EXPECT_EQ(cache_->SurplusOf(first), 1u);
  cache_->Widen(second);
  EXPECT_TRUE(cache_->HasRoomFor(second));
  EXPECT_EQ(cache_->CountOf(ClassOf(1 << 20)), 24u);
}

TEST_F(SideCacheTest, AClassThatHasAllTheBytesTakesNoneFromItself) {
  for (int time = 0; time < 100; ++time) cache_->Widen(ClassOf(256 << 10));
  EXPECT_EQ(Fill(ClassOf(256 << 10)), 96u);
}

TEST_F(SideCacheTest, WhatIsSetAsideComesBackWhenItIsAskedFor) {
  const std::uint32_t size_class = ClassOf(1 << 20);
  for (int time = 0; time < 3; ++time) cache_->Widen(size_class);
  EXPECT_EQ(Fill(size_class), 3u);
  cache_->SetAside(size_class);
  EXPECT_EQ(cache_->CountOf(size_class), 0u);
  EXPECT_FALSE(cache_->HasRoomFor(size_class)) << "the bound counts what is aside";

  cache_->Restore(size_class);
  EXPECT_EQ(cache_->CountOf(size_class), 3u);
  std::uint32_t grains[3];
  EXPECT_EQ(cache_->TakeCold(size_class, grains), 0u);
}

TEST_F(SideCacheTest, OnlyWhatIsStillAsideIsCold) {
  const std::uint32_t size_class = ClassOf(1 << 20);
  for (int time = 0; time < 5; ++time) cache_->Widen(size_class);
  const std::uint32_t older[] = {1, 2};
  const std::uint32_t newer[] = {3, 4, 5};
  cache_->Refill(size_class, older, 2);
  cache_->SetAside(size_class);
  cache_->Refill(size_class, newer, 3);

  std::uint32_t grains[5];
  ASSERT_EQ(cache_->TakeCold(size_class, grains), 2u);
  EXPECT_EQ(grains[0], 1u);
  EXPECT_EQ(grains[1], 2u);
  ASSERT_EQ(cache_->Drain(size_class, 5, grains), 3u);
  EXPECT_EQ(grains[0], 3u);
  EXPECT_EQ(grains[2], 5u);
}

TEST_F(SideCacheTest, AClassWhoseBlocksAreAsideCanLoseThem) {
  const std::uint32_t first = ClassOf(kLargestBlock);
  const std::uint32_t second = ClassOf(64 << 20);
  cache_->Widen(first);
  EXPECT_EQ(Fill(first), 1u);
  cache_->SetAside(first);

  std::uint32_t loser = 0;
  while (loser == 0) loser = cache_->Widen(second);
  EXPECT_EQ(loser, first);
  EXPECT_EQ(cache_->SurplusOf(first), 1u);
}

TEST_F(SideCacheTest, ABatchIsHalfTheBoundAtMost8MiBAnd32Blocks) {
  EXPECT_EQ(cache_->BatchOf(ClassOf(128)), 32u);
  EXPECT_EQ(cache_->BatchOf(ClassOf(32 << 10)), 4u);
  EXPECT_EQ(cache_->BatchOf(ClassOf(1 << 20)), 1u);
  for (int time = 0; time < 8; ++time) cache_->Widen(ClassOf(1 << 20));
  EXPECT_EQ(cache_->BatchOf(ClassOf(1 << 20)), 4u);
  for (int time = 0; time < 99; ++time) cache_->Widen(ClassOf(1 << 20));
  EXPECT_EQ(cache_->BatchOf(ClassOf(1 << 20)), 8u);
}

TEST_F(SideCacheTest, AHoldThatEndsWithoutRoomLeavesTheBlockToTheCaller) {
  const std::uint32_t large = ClassOf(300 << 10);
  auto* block = static_cast<std::uint8_t*>(
      cache_->Issue(8, 300 << 10, large, Family::kTransfer, Release::kAuto));
  EXPECT_FALSE(Free(block)) << "no room for this class";

  std::uint32_t grain = 0;
  std::uint32_t size_class = 0;
  EXPECT_FALSE(cache_->TryEndHold(block, Family::kDvpp, grain, size_class));
  EXPECT_TRUE(cache_->TryEndHold(block, Family::kTransfer, grain, size_class));
  EXPECT_EQ(grain, 8u);
  EXPECT_EQ(size_class, large);
  EXPECT_FALSE(cache_->TryEndHold(block, Family::kTransfer, grain, size_class)) << "once";
  EXPECT_EQ(cache_->freed().blocks, 1u);
  EXPECT_EQ(cache_->freed().bytes, 300u << 10);
}

TEST_F(SideCacheTest, DrainTakesTheNewestFirst) {
  const std::uint32_t grains[] = {1, 2, 3, 4};
  cache_->Refill(1, grains, 4);
  std::uint32_t taken[4];

  EXPECT_EQ(cache_->Drain(1, 2, taken), 2u);
  EXPECT_EQ(taken[0], 3u);
  EXPECT_EQ(taken[1], 4u);
  EXPECT_EQ(cache_->Drain(1, 4, taken), 2u);
  EXPECT_EQ(taken[0], 1u);
  EXPECT_EQ(taken[1], 2u);
  EXPECT_EQ(cache_->CountOf(1), 0u);
}

TEST_F(SideCacheTest, AClosedCacheServesNobodyUntilItOpens) {
  const std::uint32_t grains[] = {0, 1};
  cache_->Refill(1, grains, 2);
  void* block = Issue(128);
  cache_->Close();
  EXPECT_EQ(Issue(128), nullptr);
  EXPECT_FALSE(Free(block));
  EXPECT_FALSE(cache_->TryKeep(7, 1));
  cache_->Open();
  EXPECT_TRUE(Free(block));
}

TEST_F(SideCacheTest, ASharedCacheWorksAsBefore) {
  const std::uint32_t grain = 0;
  cache_->Refill(1, &grain, 1);
  cache_->Share();
  EXPECT_TRUE(cache_->shared());
  void* block = Issue(100);
  ASSERT_NE(block, nullptr);
  EXPECT_TRUE(Free(block));
  EXPECT_FALSE(Free(block));
  EXPECT_EQ(cache_->issued().blocks, 1u);
  EXPECT_EQ(cache_->freed().bytes, 100u);
}

// The owner's plain store and a foreign compare-and-swap: Share orders them.
TEST_F(SideCacheTest, OfTheOwnersFreeAndAForeignOneAtOnceExactlyOneSucceeds) {
  for (std::uint32_t round = 1; round <= 300; ++round) {
    cache_ = Make(round);
    const std::uint32_t grain = 0;
    cache_->Refill(1, &grain, 1);
    void* block = Issue(128);
    ASSERT_NE(block, nullptr);
    bool foreign = false;
    std::atomic<bool> go{false};
    std::thread other([&] {
      go = true;
      BlockWord seen = table_.Load(0);
      if (!seen.live()) return;
      cache_->Share();
      foreign = table_.Change(0, seen, BlockWord{});
    });
    while (!go) {
    }
    const bool own = Free(block);
    other.join();
    ASSERT_NE(own, foreign) << "round " << round;
  }
}

}  // namespace
}  // namespace openmatrix
