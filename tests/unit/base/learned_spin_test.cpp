#include "base/learned_spin.h"

#include <gtest/gtest.h>

namespace openmatrix {
namespace {

using Time = LearnedSpin::Time;

TEST(LearnedSpin, BeginsWithTheLongestSpin) {
  EXPECT_EQ(LearnedSpin(Time(800)).now(), Time(800));
  EXPECT_EQ(LearnedSpin(Time(-1)).now(), Time(0));
}

TEST(LearnedSpin, IsFullAgainAfterASleepThatSpinningMightHaveSpared) {
  LearnedSpin spin(Time(800));
  spin.Slept(Time(3200));
  ASSERT_EQ(spin.now(), Time(400));
  spin.Slept(Time(3199));
  EXPECT_EQ(spin.now(), Time(800));
}

TEST(LearnedSpin, IsLessAfterEachLongSleepAndInTheEndNothing) {
  LearnedSpin spin(Time(800));
  for (const int less : {400, 200, 100, 0, 0}) {
    spin.Slept(Time(3200));
    EXPECT_EQ(spin.now(), Time(less));
  }
}

TEST(LearnedSpin, IsTwiceAsLongAfterItHelped) {
  LearnedSpin spin(Time(800));
  spin.Slept(Time(3200));
  spin.Slept(Time(3200));
  for (const int more : {400, 800, 800}) {
    spin.Helped(spin.now());
    EXPECT_EQ(spin.now(), Time(more));
  }
}

TEST(LearnedSpin, StaysNothingWhereItIsSwitchedOff) {
  LearnedSpin spin(Time(0));
  spin.Slept(Time(0));
  spin.Helped(Time(0));
  EXPECT_EQ(spin.now(), Time(0));
}

}  // namespace
}  // namespace openmatrix
