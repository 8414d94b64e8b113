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

TEST(Deadline, OneThatIsCountedBeginsAtTheFirstLook) {
  using std::chrono::hours;
  const Deadline deadline = Deadline::After(hours(1));
  const auto looked = std::chrono::steady_clock::now();

  const Clock::Time at = deadline.at();

  EXPECT_GE(at, looked + hours(1));
  EXPECT_EQ(deadline.at(), at) << "and stays";
}

TEST(Deadline, ACopyThatWasLookedAtHandsItsCountBack) {
  const Deadline deadline = Deadline::After(std::chrono::hours(1));
  const Deadline copy = deadline;
  const Clock::Time at = copy.at();

  deadline.GoOnAs(copy);

  EXPECT_EQ(deadline.at(), at);
}

TEST(Deadline, ATimeIsThatTime) {
  const Clock::Time at = std::chrono::steady_clock::now();
  EXPECT_EQ(Deadline(at).at(), at);
  EXPECT_EQ(Deadline(Clock::Never()).at(), Clock::Never());
}

}  // namespace
}  // namespace openmatrix
