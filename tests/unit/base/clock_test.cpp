// Tests src/base/clock.h, and the clock that other tests put in its place.
#include "base/clock.h"

#include <gtest/gtest.h>

#include "base/stop_token.h"
#include "counted.h"
#include "manual_clock.h"

namespace openmatrix {
namespace {

TEST(Clock, NoneIsTheSteadyClockOfTheSystem) {
  const auto before = std::chrono::steady_clock::now();
  const Clock::Time now = NowOf(nullptr);

  EXPECT_LE(before, now);
  EXPECT_LE(now, std::chrono::steady_clock::now());
}

TEST(Clock, OneThatIsSetByHandWakesWhoWaitsByItOnEachChange) {
  ManualClock clock;
  const Clock::Time start = NowOf(&clock);
  Wait wait{start + std::chrono::milliseconds(5)};
  wait.clock = &clock;
  Counted waitable;
  {
    const Wait::Registration registration(wait, waitable);
    clock.AwaitSleepers(1, wait.deadline);
    clock.Advance(std::chrono::milliseconds(2));
    clock.Advance(std::chrono::milliseconds(2));
  }
  clock.Advance(std::chrono::milliseconds(2));

  EXPECT_EQ(waitable.wakes, 2);
  EXPECT_EQ(NowOf(&clock), start + std::chrono::milliseconds(6));
}

}  // namespace
}  // namespace openmatrix
