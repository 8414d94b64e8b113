#include "transport/object_turns.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

#include "transport/codec.h"

namespace openmatrix {
namespace {

// The first hook stays inside until the other thread has had every chance to come in, too.
TEST(ObjectTurns, NoSecondHookOfAnObjectStartsWhileTheFirstIsInside) {
  std::atomic<int> inside{0};
  std::atomic<bool> overlapped{false};
  std::atomic<bool> other_has_come{false};
  TypeHooks hooks;
  hooks.common_out = [&](void*, std::string& out) {
    if (++inside != 1) overlapped = true;
    while (!other_has_come) std::this_thread::yield();
    for (int i = 0; i < 1000 && !overlapped; ++i) std::this_thread::yield();
    out = "x";
    --inside;
  };
  TypeRegistry registry([&](TypeTable& table) { table["T"] = hooks; });
  int object = 0;

  std::thread first([&] { EXPECT_TRUE(Encode(registry, "T", &object)); });
  while (inside == 0) std::this_thread::yield();
  std::thread second([&] {
    other_has_come = true;
    EXPECT_TRUE(Encode(registry, "T", &object));
  });
  first.join();
  second.join();

  EXPECT_FALSE(overlapped);
}

TEST(ObjectTurns, OneObjectAlwaysGetsTheSameLock) {
  ObjectTurns turns;
  int object = 0;

  EXPECT_EQ(&turns.For(&object), &turns.For(&object));
}

TEST(ObjectTurns, NeighboursSpreadOverManyLocks) {
  ObjectTurns turns;
  alignas(16) char objects[64 * 16];
  int same = 0;
  for (int i = 1; i < 64; ++i) {
    if (&turns.For(&objects[i * 16]) == &turns.For(&objects[0])) ++same;
  }

  EXPECT_LT(same, 8);
}

}  // namespace
}  // namespace openmatrix
