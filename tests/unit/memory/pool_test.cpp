#include "memory/pool.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

namespace openmatrix {
namespace {

constexpr std::uint64_t kPoolBytes = 16ull << 20;
constexpr Pool::Clock::time_point kNow{};

class PoolTest : public testing::Test {
 protected:
  // Takes `count` blocks of at least `bytes`; fails the test if there are fewer.
  std::vector<std::uint32_t> Take(std::uint32_t bytes, std::uint32_t count = 1,
                                  bool window_only = false) {
    std::vector<std::uint32_t> grains(count);
    EXPECT_EQ(pool_.Take(ClassOf(bytes), count, window_only, grains.data()), count);
    return grains;
  }
  bool Put(std::uint32_t grain, std::uint32_t bytes) {
    return pool_.Put(grain, ClassOf(bytes), kNow);
  }
  static std::uint64_t OffsetOf(std::uint32_t grain) { return std::uint64_t{grain} << kGrainShift; }

  Pool pool_{kPoolBytes, kPoolBytes / 2};
};

TEST_F(PoolTest, BlocksOfEveryClassDoNotOverlap) {
  Pool pool(16ull << 30, 4ull << 30);
  std::map<std::uint64_t, std::uint64_t> ends;
  for (std::uint32_t size_class = 1; size_class < kClasses; ++size_class) {
    std::uint32_t grains[3];
    const std::uint32_t taken = pool.Take(size_class, 3, false, grains);
    ASSERT_GT(taken, 0u);
    for (std::uint32_t i = 0; i < taken; ++i) {
      ends[OffsetOf(grains[i])] = OffsetOf(grains[i]) + ClassBytes(size_class);
    }
  }
  std::uint64_t last = 0;
  for (const auto& [start, end] : ends) {
    EXPECT_GE(start, last);
    last = end;
  }
}

TEST_F(PoolTest, ABlockThatIsPutBackTwiceIsRefusedTheSecondTime) {
  for (std::uint32_t bytes : {128u, 5000u, 300000u}) {
    const std::uint32_t grain = Take(bytes)[0];
    EXPECT_TRUE(Put(grain, bytes));
    EXPECT_FALSE(Put(grain, bytes)) << bytes;
  }
}

TEST_F(PoolTest, ABlockOfAnotherClassIsRefusedAndStaysOut) {
  const std::uint32_t small = Take(1000)[0];
  const std::uint32_t large = Take(300000)[0];

  EXPECT_FALSE(Put(small, 300000));
  EXPECT_FALSE(Put(large, 1000));
  EXPECT_FALSE(Put(large, 600000));

  EXPECT_TRUE(Put(small, 1000));
  EXPECT_TRUE(Put(large, 300000));
}

TEST_F(PoolTest, WhatIsNoStartOfABlockIsRefused) {
  const std::uint32_t small = Take(1024)[0];
  const std::uint32_t large = Take(1 << 20)[0];
  EXPECT_FALSE(Put(small + 1, 1024));
  EXPECT_FALSE(Put(large + 1, 1 << 20));
  EXPECT_FALSE(Put(large + (1 << 20 >> kGrainShift) - 1, 1 << 20));
  EXPECT_FALSE(Put(0xffffffff, 1024)) << "outside the pool";
  EXPECT_TRUE(Put(small, 1024));
  EXPECT_TRUE(Put(large, 1 << 20));
}

TEST_F(PoolTest, FindTellsStartAndClassOfEveryOffsetInABlock) {
  for (std::uint32_t bytes : {128u, 1100u, 40000u, 262144u, 3000000u}) {
    const std::uint32_t grain = Take(bytes)[0];
    const std::uint32_t size_class = ClassOf(bytes);
    for (std::uint64_t distance : {0u, 1u, bytes / 2, ClassBytes(size_class) - 1}) {
      BlockPlace place;
      ASSERT_TRUE(pool_.Find(OffsetOf(grain) + distance, place)) << bytes << " + " << distance;
      EXPECT_EQ(place.start, OffsetOf(grain));
      EXPECT_EQ(place.size_class, size_class);
    }
  }
}

TEST_F(PoolTest, FindKnowsNothingOfFreeRunsAndOfTheEndsOfSpans) {
  BlockPlace place;
  EXPECT_FALSE(pool_.Find(0, place));
  EXPECT_FALSE(pool_.Find(kPoolBytes, place));
  const std::uint32_t grain = Take(1 << 20)[0];
  ASSERT_TRUE(Put(grain, 1 << 20));
  EXPECT_FALSE(pool_.Find(OffsetOf(grain), place));
  EXPECT_FALSE(pool_.Find(OffsetOf(grain) + (1 << 20) - 1, place));
}

TEST_F(PoolTest, FewerBlocksThanWantedWhenThereIsNoMoreRoom) {
  std::uint32_t grains[32];
  EXPECT_EQ(pool_.Take(ClassOf(1 << 20), 32, false, grains), 16u);
  EXPECT_EQ(pool_.Take(ClassOf(1 << 20), 1, false, grains), 0u);
  EXPECT_EQ(pool_.Take(ClassOf(128), 1, false, grains), 0u);
}

TEST_F(PoolTest, WindowBlocksLieInTheWindowAlsoWhenSpansBeyondHaveRoom) {
  Take(1 << 20, 8);                           // the window is full
  const std::uint32_t beyond = Take(128)[0];  // a span beyond it
  EXPECT_GE(OffsetOf(beyond), kPoolBytes / 2);
  std::uint32_t grain;
  EXPECT_EQ(pool_.Take(ClassOf(128), 1, true, &grain), 0u);
}

TEST_F(PoolTest, EmptySpansButOneOfAClassGoBackAtOnceAndTheLastOnDemand) {
  const std::uint32_t per_span = 64 * 1024 / 128;
  std::vector<std::uint32_t> grains = Take(128, 3 * per_span);
  for (std::uint32_t grain : grains) ASSERT_TRUE(Put(grain, 128));
  EXPECT_EQ(pool_.runs().dirty_bytes(), 2u * 64 * 1024);

  pool_.ReleaseEmptySpans(kNow);

  EXPECT_EQ(pool_.runs().dirty_bytes(), 3u * 64 * 1024);
  Take(8 << 20);  // all of the window: the free pages join the untouched ones
}

// Against a model that knows only what is out.
TEST_F(PoolTest, RandomOperationsNeverHandOutOneByteTwice) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto below = [&](std::uint32_t bound) {
    return static_cast<std::uint32_t>(random() % bound);
  };
  struct Out {
    std::uint64_t end;
    std::uint32_t size_class;
  };
  std::map<std::uint64_t, Out> out;
  for (int step = 0; step < 20000; ++step) {
    if (below(2) == 0) {
      const std::uint32_t size_class = 1 + below(ClassOf(2 << 20) - 1);
      std::uint32_t grains[8];
      const std::uint32_t wanted = 1 + below(8);
      const bool window_only = below(2) == 0;
      const std::uint32_t taken = pool_.Take(size_class, wanted, window_only, grains);
      for (std::uint32_t i = 0; i < taken; ++i) {
        const std::uint64_t start = OffsetOf(grains[i]);
        const std::uint64_t end = start + ClassBytes(size_class);
        ASSERT_LE(end, window_only ? kPoolBytes / 2 : kPoolBytes);
        const auto next = out.lower_bound(start);
        ASSERT_TRUE(next == out.end() || end <= next->first);
        ASSERT_TRUE(next == out.begin() || std::prev(next)->second.end <= start);
        out[start] = Out{end, size_class};
      }
    } else if (!out.empty()) {
      auto victim = out.lower_bound(below(kPoolBytes));
      if (victim == out.end()) victim = out.begin();
      const auto grain = static_cast<std::uint32_t>(victim->first >> kGrainShift);
      const std::uint32_t size_class = victim->second.size_class;
      ASSERT_FALSE(pool_.Put(grain, size_class + 1, kNow));
      ASSERT_TRUE(pool_.Put(grain, size_class, kNow));
      ASSERT_FALSE(pool_.Put(grain, size_class, kNow));
      out.erase(victim);
    }
  }
  for (const auto& [start, block] : out) {
    ASSERT_TRUE(
        pool_.Put(static_cast<std::uint32_t>(start >> kGrainShift), block.size_class, kNow));
  }
  pool_.ReleaseEmptySpans(kNow);
  Take(8 << 20, 2);  // all there is
}

TEST_F(PoolTest, AnExactFitTakesJustEnoughUnitsAndIsFoundAndPutBack) {
  std::uint32_t grain = 0;
  ASSERT_TRUE(pool_.TakeExact(kUnitBytes + 1, false, grain));
  EXPECT_EQ(pool_.runs().used_bytes(), 2u * kUnitBytes);

  BlockPlace place{};
  ASSERT_TRUE(pool_.Find(OffsetOf(grain) + kUnitBytes + 5, place));
  EXPECT_EQ(place.start, OffsetOf(grain));
  EXPECT_EQ(place.size_class, kExactFit);
  EXPECT_FALSE(pool_.Put(grain, ClassOf(2 * kUnitBytes), kNow)) << "of another kind";
  EXPECT_TRUE(pool_.Put(grain, kExactFit, kNow));
  EXPECT_FALSE(pool_.Put(grain, kExactFit, kNow)) << "twice";
  EXPECT_EQ(pool_.runs().used_bytes(), 0u);
}

TEST_F(PoolTest, AnExactFitLiesInTheZoneAskedFor) {
  std::uint32_t window = 0, beyond = 0, third = 0;
  ASSERT_TRUE(pool_.TakeExact(kPoolBytes / 2, false, window));
  ASSERT_TRUE(pool_.TakeExact(kPoolBytes / 2, true, beyond));

  EXPECT_EQ(OffsetOf(window), 0u);
  EXPECT_EQ(OffsetOf(beyond), kPoolBytes / 2);
  EXPECT_FALSE(pool_.TakeExact(1, false, third));
  EXPECT_FALSE(pool_.TakeExact(1, true, third));
}

TEST_F(PoolTest, TheLastLengthTakesAWholeWindow) {
  Pool pool(8ull << 30, 4ull << 30);
  std::uint32_t grain = 1;
  ASSERT_TRUE(pool.TakeExact(0xffffffff, false, grain));
  EXPECT_EQ(grain, 0u);
  EXPECT_EQ(pool.runs().used_bytes(), 4ull << 30);
  BlockPlace place{};
  ASSERT_TRUE(pool.Find(0xffffffff, place));
  EXPECT_EQ(place.start, 0u);
  EXPECT_TRUE(pool.Put(grain, kExactFit, kNow));
}

}  // namespace
}  // namespace openmatrix
