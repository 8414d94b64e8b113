#include "memory/page_runs.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "memory/pool.h"

namespace openmatrix {
namespace {

using Clock = std::chrono::steady_clock;
using PageRun = Run;  // a test fixture has a Run of its own

constexpr std::uint32_t kUnits = 64;  // the first half is the window
constexpr std::uint64_t kBytes = std::uint64_t{kUnits} << kUnitShift;
constexpr Clock::time_point kForEver = Clock::time_point::max();

class PageRunsTest : public testing::Test {
 protected:
  PageRun* Get(std::uint32_t units, bool window_only = true) {
    return runs_.Allocate(units, window_only, Run::Kind::kBlock, 1);
  }
  void Put(PageRun* run, Clock::time_point now = {}) { runs_.Release(run, now); }

  PageRuns runs_{kBytes, kBytes / 2};
};

TEST_F(PageRunsTest, RunsAreCutFromTheLowestAddressUp) {
  PageRun* first = Get(3);
  PageRun* second = Get(5);

  EXPECT_EQ(first->start, 0u);
  EXPECT_EQ(second->start, 3u);
  EXPECT_EQ(second->units, 5u);
  EXPECT_EQ(runs_.high_water(), 8u * kUnitBytes);
}

TEST_F(PageRunsTest, WhatIsOutIsInUse) {
  PageRun* first = Get(3);
  PageRun* second = Get(5);
  EXPECT_EQ(runs_.used_bytes(), 8u * kUnitBytes);
  Put(first);
  EXPECT_EQ(runs_.used_bytes(), 5u * kUnitBytes);
  Put(second);
  EXPECT_EQ(runs_.used_bytes(), 0u);
}

TEST_F(PageRunsTest, EveryOffsetOfARunFindsItAndFreeOnesFindNoBlock) {
  PageRun* run = Get(3);
  EXPECT_EQ(runs_.At(0), run);
  EXPECT_EQ(runs_.At(kUnitBytes + 5), run);
  EXPECT_EQ(runs_.At(3 * kUnitBytes - 1), run);
  const PageRun* free = runs_.At(10 * kUnitBytes);
  EXPECT_TRUE(free == nullptr || free->kind == PageRun::Kind::kFree);
  EXPECT_EQ(runs_.At(kBytes), nullptr) << "outside the pool";
}

TEST_F(PageRunsTest, FreedNeighboursBecomeOneRun) {
  PageRun* runs[4];
  for (PageRun*& run : runs) run = Get(8);
  ASSERT_EQ(Get(1), nullptr) << "the window is full";

  Put(runs[1]);
  Put(runs[3]);
  EXPECT_EQ(Get(16), nullptr) << "two holes of 8";
  Put(runs[2]);

  PageRun* joined = Get(24);
  ASSERT_NE(joined, nullptr);
  EXPECT_EQ(joined->start, 8u);
}

TEST_F(PageRunsTest, TheTightestHoleIsTakenAndOfEqualOnesTheOneFreedLast) {
  PageRun* runs[8];
  const std::uint32_t units[8] = {6, 1, 3, 1, 3, 1, 4, 13};
  for (int i = 0; i < 8; ++i) runs[i] = Get(units[i]);
  for (int hole : {6, 4, 2, 0}) Put(runs[hole]);

  EXPECT_EQ(Get(3)->start, 7u);
  EXPECT_EQ(Get(3)->start, 11u);
  EXPECT_EQ(Get(4)->start, 15u);
  EXPECT_EQ(Get(5)->start, 0u);
}

TEST_F(PageRunsTest, BeyondTheWindowOnlyWhereThatIsAllowed) {
  PageRun* window = Get(kUnits / 2);
  ASSERT_NE(window, nullptr);
  EXPECT_TRUE(runs_.InWindow(*window));

  EXPECT_EQ(Get(1), nullptr);
  PageRun* beyond = Get(1, false);
  ASSERT_NE(beyond, nullptr);
  EXPECT_FALSE(runs_.InWindow(*beyond));
}

TEST_F(PageRunsTest, NoRunCrossesTheEndOfTheWindow) {
  EXPECT_EQ(Get(kUnits / 2 + 1, false), nullptr);

  PageRun* last = Get(kUnits / 2);
  PageRun* next = Get(kUnits / 2, false);
  Put(last);
  Put(next);

  EXPECT_EQ(Get(kUnits / 2 + 1, false), nullptr) << "free neighbours, but of two zones";
}

TEST_F(PageRunsTest, PagesThatAreCommittedAlreadyAreUsedFirst) {
  PageRun* low = Get(4);
  PageRun* keep = Get(1);
  PageRun* high = Get(4);
  Put(low);
  Put(high);
  PageRun* purged = runs_.BeginPurge(kForEver, 4);
  ASSERT_NE(purged, nullptr);
  ASSERT_EQ(purged->start, 0u);
  runs_.EndPurge(purged);
  EXPECT_EQ(runs_.dirty_bytes(), 4u * kUnitBytes);

  EXPECT_EQ(Get(4)->start, 5u) << "dirty before clean, though the clean one is lower";
  EXPECT_EQ(Get(4)->start, 0u);
  Put(keep);
}

TEST_F(PageRunsTest, CleanAndDirtyNeighboursJoinWhenNothingElseFits) {
  PageRun* all = Get(kUnits / 2);
  Put(all);
  PageRun* purged = runs_.BeginPurge(kForEver, 16);
  ASSERT_NE(purged, nullptr);
  runs_.EndPurge(purged);
  ASSERT_EQ(runs_.dirty_bytes(), 16u * kUnitBytes);

  EXPECT_NE(Get(kUnits / 2), nullptr);
}

TEST_F(PageRunsTest, OnlyRunsThatAreOldEnoughArePurged) {
  const Clock::time_point start{std::chrono::seconds(100)};
  PageRun* old = Get(4);
  PageRun* between = Get(1);
  PageRun* young = Get(4);
  Put(old, start);
  Put(young, start + std::chrono::seconds(10));

  PageRun* purged = runs_.BeginPurge(start + std::chrono::seconds(5), 64);

  ASSERT_EQ(purged, old);
  EXPECT_EQ(runs_.BeginPurge(start + std::chrono::seconds(5), 64), nullptr);
  runs_.EndPurge(purged);
  Put(between);
}

TEST_F(PageRunsTest, ARunThatIsBeingPurgedIsOutOfReach) {
  Put(Get(kUnits / 2));
  PageRun* purged = runs_.BeginPurge(kForEver, 30);
  ASSERT_NE(purged, nullptr);

  EXPECT_EQ(Get(3), nullptr);
  EXPECT_NE(Get(2), nullptr);
  runs_.EndPurge(purged);
  EXPECT_NE(Get(30), nullptr);
}

// Against a model that is only a map of what is out.
TEST(PageRuns, RandomOperationsKeepRunsApartAndLoseNothing) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto below = [&](std::uint32_t bound) {
    return static_cast<std::uint32_t>(random() % bound);
  };
  PageRuns runs(kBytes, kBytes / 2);
  std::map<std::uint32_t, PageRun*> out;
  std::uint32_t units_out = 0;
  for (int step = 0; step < 20000; ++step) {
    const unsigned choice = below(100);
    if (choice < 50) {
      const std::uint32_t units = 1 + below(9);
      const bool window_only = below(2) == 0;
      PageRun* run = runs.Allocate(units, window_only, Run::Kind::kBlock, 1);
      if (run == nullptr) continue;
      ASSERT_EQ(run->units, units);
      ASSERT_TRUE(!window_only || runs.InWindow(*run));
      const auto next = out.lower_bound(run->start);
      ASSERT_TRUE(next == out.end() || run->start + units <= next->first);
      ASSERT_TRUE(next == out.begin() ||
                  std::prev(next)->first + std::prev(next)->second->units <= run->start);
      out[run->start] = run;
      units_out += units;
    } else if (choice < 95 && !out.empty()) {
      auto victim = out.lower_bound(below(kUnits));
      if (victim == out.end()) victim = out.begin();
      ASSERT_EQ(runs.At(victim->second->offset() + victim->second->bytes() - 1), victim->second);
      units_out -= victim->second->units;
      runs.Release(victim->second, Clock::time_point{});
      out.erase(victim);
    } else if (PageRun* run = runs.BeginPurge(kForEver, 1 + below(8))) {
      runs.EndPurge(run);
    }
    ASSERT_LE(runs.dirty_bytes() + units_out * std::uint64_t{kUnitBytes}, kBytes);
  }
  for (const auto& [start, run] : out) runs.Release(run, Clock::time_point{});
  EXPECT_NE(runs.Allocate(kUnits / 2, true, Run::Kind::kBlock, 1), nullptr);
  EXPECT_NE(runs.Allocate(kUnits / 2, false, Run::Kind::kBlock, 1), nullptr);
}

}  // namespace
}  // namespace openmatrix
