#include "base/interrupts.h"

#include <gtest/gtest.h>

#include "base/stop_token.h"
#include "counted.h"

namespace openmatrix {
namespace {

TEST(Interrupts, OnlyThoseThatAreAskedForCount) {
  Interrupts interrupts;
  interrupts.Raise(63);

  EXPECT_TRUE(interrupts.raised(Interrupts::Bit(63)));
  EXPECT_TRUE(interrupts.raised(Interrupts::Bit(63) | Interrupts::Bit(0)));
  EXPECT_FALSE(interrupts.raised(Interrupts::Bit(0)));
  EXPECT_FALSE(interrupts.raised(0));
}

TEST(Interrupts, LastUntilTheyAreCleared) {
  Interrupts interrupts;
  interrupts.Raise(2);
  interrupts.Raise(3);
  interrupts.Clear(2);

  EXPECT_FALSE(interrupts.raised(Interrupts::Bit(2)));
  EXPECT_TRUE(interrupts.raised(Interrupts::Bit(3)));
}

TEST(Interrupts, StopTheWaitsThatNameThemAndNoOthers) {
  Interrupts interrupts;
  Wait wait = Wait::For(std::chrono::milliseconds(0));
  wait.interrupts = &interrupts;
  wait.interrupted_by = Interrupts::Bit(1);
  Counted waitable;
  const Wait::Registration registration(wait, waitable);

  interrupts.Raise(0);
  EXPECT_FALSE(wait.Stopped());
  interrupts.Raise(1);
  EXPECT_TRUE(wait.Stopped());
  EXPECT_TRUE(wait.Interrupted());
  EXPECT_EQ(waitable.wakes, 2);  // who is woken looks; which it was, nobody tells him
}

TEST(Interrupts, StopAWaitThatLooksOnlyAfterTheyHavePassed) {
  Interrupts interrupts;
  interrupts.Raise(1);
  interrupts.Clear(1);
  Wait wait = Wait::For(std::chrono::milliseconds(0));
  wait.interrupts = &interrupts;
  wait.interrupted_by = Interrupts::Bit(1) | Interrupts::Bit(5);
  EXPECT_FALSE(wait.Stopped()) << "what passed before the wait began";

  interrupts.Raise(0);
  interrupts.Clear(0);
  EXPECT_FALSE(wait.Stopped()) << "others";
  interrupts.Raise(5);
  interrupts.Clear(5);

  EXPECT_TRUE(wait.Stopped());
  EXPECT_TRUE(wait.Interrupted());
}

TEST(Interrupts, WakeNobodyWhoseWaitIsOver) {
  Interrupts interrupts;
  Wait wait = Wait::For(std::chrono::milliseconds(0));
  wait.interrupts = &interrupts;
  wait.interrupted_by = Interrupts::Bit(1);
  Counted waitable;
  { const Wait::Registration registration(wait, waitable); }

  interrupts.Raise(1);

  EXPECT_EQ(waitable.wakes, 0);
}

}  // namespace
}  // namespace openmatrix
