#include "base/wake_list.h"

#include <gtest/gtest.h>

#include "counted.h"

namespace openmatrix {
namespace {

TEST(WakeList, WakesAllWhoAreOnIt) {
  WakeList list;
  Counted first;
  Counted second;
  list.Add(first);
  list.Add(second);

  list.WakeAll();

  EXPECT_EQ(first.wakes, 1);
  EXPECT_EQ(second.wakes, 1);
}

TEST(WakeList, ForgetsOneOfSeveralThreadsThatWaitOnTheSame) {
  WakeList list;
  Counted waitable;
  list.Add(waitable);
  list.Add(waitable);
  list.Remove(waitable);

  list.WakeAll();
  EXPECT_EQ(waitable.wakes, 1);

  list.Remove(waitable);
  list.WakeAll();
  EXPECT_EQ(waitable.wakes, 1);
}

TEST(WakeList, RemovingWhoIsNotOnItDoesNothing) {
  WakeList list;
  Counted on_it;
  Counted stranger;
  list.Add(on_it);

  list.Remove(stranger);

  list.WakeAll();
  EXPECT_EQ(on_it.wakes, 1);
  list.Remove(on_it);
}

}  // namespace
}  // namespace openmatrix
