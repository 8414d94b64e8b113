#include "runtime/quiet_period.h"

#include <gtest/gtest.h>

namespace openmatrix {
namespace {

using std::chrono::milliseconds;

const Clock::Time kStart{std::chrono::hours(1)};
Clock::Time At(int time) { return kStart + milliseconds(time); }

TEST(QuietPeriod, OfNoLengthIsOff) {
  EXPECT_FALSE(QuietPeriod(milliseconds(0), true).enabled());
  EXPECT_TRUE(QuietPeriod(milliseconds(1), false).enabled());
}

TEST(QuietPeriod, IsNotDueBeforeTheFirstMessage) {
  QuietPeriod quiet(milliseconds(10), false);
  quiet.Start(At(0));

  EXPECT_EQ(quiet.due(), Clock::Never());
  EXPECT_FALSE(quiet.Claim(At(1000)));
}

TEST(QuietPeriod, ThatRepeatsIsDueBeforeTheFirstMessageToo) {
  QuietPeriod quiet(milliseconds(10), true);
  quiet.Start(At(0));

  EXPECT_EQ(quiet.due(), At(10));
  EXPECT_FALSE(quiet.Claim(At(9)));
  EXPECT_TRUE(quiet.Claim(At(10)));
}

TEST(QuietPeriod, BeginsWithTheFirstWorkerAndNotWithEach) {
  QuietPeriod quiet(milliseconds(10), true);
  quiet.Start(At(0));
  quiet.Start(At(5));

  EXPECT_EQ(quiet.due(), At(10));
}

TEST(QuietPeriod, BringsOneCallPerPeriodWhoeverComes) {
  QuietPeriod quiet(milliseconds(10), false);
  quiet.Start(At(0));
  quiet.Received(At(3));

  EXPECT_TRUE(quiet.Claim(At(13)));
  EXPECT_FALSE(quiet.Claim(At(13)));
  EXPECT_FALSE(quiet.Claim(At(1000)));
  EXPECT_EQ(quiet.due(), Clock::Never());
}

TEST(QuietPeriod, BeginsAnewWithEachMessage) {
  QuietPeriod quiet(milliseconds(10), false);
  quiet.Received(At(0));
  quiet.Received(At(8));

  EXPECT_FALSE(quiet.Claim(At(10)));
  EXPECT_TRUE(quiet.Claim(At(18)));
}

TEST(QuietPeriod, ThatRepeatsCountsFromTheCallAndMakesUpForNothing) {
  QuietPeriod quiet(milliseconds(10), true);
  quiet.Received(At(0));

  EXPECT_TRUE(quiet.Claim(At(35)));
  EXPECT_FALSE(quiet.Claim(At(35)));
  EXPECT_EQ(quiet.due(), At(45));
}

TEST(QuietPeriod, SaysWhenOthersMayBeWaitingForEver) {
  QuietPeriod quiet(milliseconds(10), false);

  EXPECT_TRUE(quiet.Received(At(0)));
  EXPECT_FALSE(quiet.Received(At(1)));
  EXPECT_TRUE(quiet.Claim(At(11)));
  EXPECT_TRUE(quiet.Received(At(12)));
}

}  // namespace
}  // namespace openmatrix
