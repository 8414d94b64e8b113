#include "base/wake_list.h"

#include <gtest/gtest.h>

#include "counted.h"

namespace openmatrix {
namespace {

TEST(WakeList, WakesAllWhoAreOnIt) {
  WakeList list;
  Counted first;
  Counted second;
  WakeList::Entry one(first);
  WakeList::Entry other(second);
  list.Add(one);
  list.Add(other);

  list.WakeAll();

  EXPECT_EQ(first.wakes, 1);
  EXPECT_EQ(second.wakes, 1);
  list.Remove(one);
  list.Remove(other);
}

TEST(WakeList, ForgetsThoseInTheMiddleAndAtBothEnds) {
  Counted waitable;
  for (int removed = 0; removed < 3; ++removed) {
    WakeList list;
    WakeList::Entry entries[] = {WakeList::Entry(waitable), WakeList::Entry(waitable),
                                 WakeList::Entry(waitable)};
    for (WakeList::Entry& entry : entries) list.Add(entry);
    list.Remove(entries[removed]);
    waitable.wakes = 0;

    list.WakeAll();
    EXPECT_EQ(waitable.wakes, 2);

    for (WakeList::Entry& entry : entries) list.Remove(entry);
    list.WakeAll();
    EXPECT_EQ(waitable.wakes, 2);
  }
}

TEST(WakeList, RemovingWhoIsNotOnItDoesNothing) {
  WakeList list;
  Counted on_it;
  Counted stranger;
  WakeList::Entry entry(on_it);
  WakeList::Entry other(stranger);
  list.Add(entry);

  list.Remove(other);

  list.WakeAll();
  EXPECT_EQ(on_it.wakes, 1);
  list.Remove(entry);
}

}  // namespace
}  // namespace openmatrix
