#include "memory/waiting_line.h"

#include <gtest/gtest.h>

#include <vector>

#include "heap_support.h"

namespace openmatrix {
namespace {

using Time = WaitingLine::Time;

// The host's limit is 10; a turn is an hour of a clock that only the tests have.
class WaitingLineTest : public testing::Test {
 protected:
  static constexpr std::chrono::hours kTurn{1};

  WaitingLineTest() {
    accounts_[kHost.index].SetLimit(10);
    accounts_[kDevice.index].SetLimit(10);
    line_.set_turn(kTurn);
  }

  // How many bytes of the host's limit are free.
  void Leave(std::uint64_t room) {
    accounts_[kHost.index].Uncharge(accounts_[kHost.index].charged());
    accounts_[kHost.index].Charge(10 - room);
  }
  bool MayTry(View view, std::uint64_t bytes, Time now) {
    return line_.Judge(view, bytes, false, now).may_try;
  }
  bool MayTry(const WaitingLine::Place& place, Time now) {
    return line_.Judge(place, false, now).may_try;
  }

  WaitingLine::Accounts accounts_;
  WaitingLine line_{accounts_};
  const Time start_{std::chrono::hours(1000)};
};

TEST_F(WaitingLineTest, WhereNobodyWaitsARequestIsTried) {
  Leave(0);
  const WaitingLine::Verdict verdict = line_.Judge(kHost, 10, false, start_);
  EXPECT_TRUE(verdict.may_try);
  EXPECT_EQ(verdict.look_again, Time::max());
}

TEST_F(WaitingLineTest, NobodyTakesWhatAWaiterLacks) {
  WaitingLine::Place large(kHost, 6);
  line_.Join(large, start_);
  Leave(5);

  EXPECT_TRUE(MayTry(large, start_));
  const WaitingLine::Verdict verdict = line_.Judge(kHost, 1, false, start_);
  EXPECT_FALSE(verdict.may_try);
  EXPECT_EQ(verdict.look_again, start_ + kTurn);

  line_.Leave(large, start_);
  EXPECT_TRUE(MayTry(kHost, 1, start_));
}

TEST_F(WaitingLineTest, WhatIsLeftBesideAllWhoWaitIsForWhoeverComes) {
  WaitingLine::Place first(kHost, 4);
  WaitingLine::Place second(kHost, 4);
  line_.Join(first, start_);
  line_.Join(second, start_);
  Leave(9);

  EXPECT_TRUE(MayTry(second, start_));
  EXPECT_TRUE(MayTry(kHost, 1, start_));
  EXPECT_FALSE(MayTry(kHost, 2, start_));
}

TEST_F(WaitingLineTest, WaitersOfOneSideGoInTheOrderOfTheirArrival) {
  WaitingLine::Place first(kHost, 4);
  WaitingLine::Place second(kHost, 4);
  line_.Join(first, start_);
  line_.Join(second, start_);
  Leave(7);

  EXPECT_TRUE(MayTry(first, start_));
  EXPECT_FALSE(MayTry(second, start_));
  line_.Leave(first, start_);
  EXPECT_TRUE(MayTry(second, start_));
}

TEST_F(WaitingLineTest, AnotherSideIsHeldUpOnlyForWantOfRoomInThePool) {
  WaitingLine::Place place(kHost, 6);
  line_.Join(place, start_);
  Leave(0);
  EXPECT_TRUE(MayTry(kDevice, 10, start_));

  place.lacks_room = true;
  EXPECT_FALSE(MayTry(kDevice, 1, start_));
  EXPECT_TRUE(MayTry(place, start_));
}

TEST_F(WaitingLineTest, AWaiterWhomNobodyCanServeHoldsTheOthersUpEverMoreRarely) {
  WaitingLine::Place place(kHost, 6);
  line_.Join(place, start_);
  Leave(1);
  const auto held_up = [&](int turns) { return !MayTry(kHost, 1, start_ + turns * kTurn); };

  std::vector<int> turns;
  for (int turn = 0; turn < 20; ++turn) {
    if (held_up(turn)) turns.push_back(turn);
  }

  EXPECT_EQ(turns, (std::vector<int>{0, 2, 5, 10, 19}));
}

TEST_F(WaitingLineTest, WhoMayGoOnLooksAgainWhenTheNextTurnAheadOfHimIsOver) {
  WaitingLine::Place large(kHost, 6);
  WaitingLine::Place small(kHost, 1);
  line_.Join(large, start_);
  line_.Join(small, start_);
  Leave(1);

  const WaitingLine::Verdict verdict = line_.Judge(small, false, start_ + kTurn);

  EXPECT_TRUE(verdict.may_try);
  EXPECT_EQ(verdict.look_again, start_ + 3 * kTurn) << "what is freed in that turn wakes him not";
}

TEST_F(WaitingLineTest, WhoCannotWaitIsLetPastAFewTimesInEachTurn) {
  WaitingLine::Place place(kHost, 6);
  line_.Join(place, start_);
  Leave(1);
  const auto let_past = [&](Time now) {
    std::uint32_t times = 0;
    while (times < 100 && line_.Judge(kHost, 1, true, now).may_try) ++times;
    return times;
  };

  EXPECT_EQ(let_past(start_), WaitingLine::kLetPast);
  EXPECT_EQ(let_past(start_), 0u);
  EXPECT_EQ(let_past(start_ + 2 * kTurn), WaitingLine::kLetPast);
}

}  // namespace
}  // namespace openmatrix
