#include "transport/object_turns.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <vector>

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

TEST(ObjectTurns, AThreadMayTakeATurnInsideItsOwn) {
  ObjectTurns turns;
  int object = 0;

  const ObjectTurns::Turn outer(turns, &object);
  const ObjectTurns::Turn inner(turns, &object);

  SUCCEED() << "and not a deadlock";
}

// Once there was a lock per stripe: two threads inside hooks that sent further objects waited for
// each other for ever, if the objects happened to share stripes crosswise.
TEST(ObjectTurns, NobodyWaitsForAnotherObject) {
  ObjectTurns turns;
  constexpr int kObjects = 1000;  // many more than there are stripes
  std::vector<std::max_align_t> objects(2 * kObjects);
  std::vector<std::unique_ptr<ObjectTurns::Turn>> taken;
  for (int i = 0; i < kObjects; ++i) {
    taken.push_back(
        std::make_unique<ObjectTurns::Turn>(turns, &objects[static_cast<std::size_t>(i)]));
  }

  std::thread other([&] {
    for (int i = kObjects; i < 2 * kObjects; ++i) {
      const ObjectTurns::Turn turn(turns, &objects[static_cast<std::size_t>(i)]);
    }
  });
  other.join();

  EXPECT_EQ(taken.size(), static_cast<std::size_t>(kObjects));
}

// Few objects, so that turns are taken in every way at once: alone, beside others, after a wait.
TEST(ObjectTurns, ThreadsThatTakeTurnsAtFewObjectsNeverMeet) {
  constexpr int kThreads = 4;
  constexpr int kTurns = 20000;
  ObjectTurns turns;
  struct Object {
    alignas(16) int visits = 0;  // guarded by the turn: the thread sanitizer watches
  };
  std::vector<Object> objects(200);  // more than there are stripes

  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      std::uint32_t random = 1u + static_cast<std::uint32_t>(thread);
      const auto any = [&]() -> Object& {
        random = random * 1664525u + 1013904223u;
        const std::size_t few = random >> 31 != 0 ? 2 : objects.size();
        return objects[(random >> 8) % few];
      };
      for (int i = 0; i < kTurns; ++i) {
        Object& object = any();
        const ObjectTurns::Turn turn(turns, &object);
        ++object.visits;
        const ObjectTurns::Turn again(turns, &object);
        ++object.visits;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  int visits = 0;
  for (const Object& object : objects) visits += object.visits;
  EXPECT_EQ(visits, 2 * kThreads * kTurns);
}

TEST(ObjectTurns, AThreadThatSendsAnObjectFromInsideAnothersHookKeepsBothTurns) {
  ObjectTurns turns;
  std::max_align_t objects[2];
  std::atomic<bool> entered{false};
  std::thread other;
  {
    const ObjectTurns::Turn outer(turns, &objects[0]);
    { const ObjectTurns::Turn inner(turns, &objects[1]); }
    other = std::thread([&] {
      const ObjectTurns::Turn turn(turns, &objects[0]);
      entered = true;
    });
    for (int i = 0; i < 100; ++i) std::this_thread::yield();
    EXPECT_FALSE(entered) << "the end of the inner turn is not the end of the outer one";
  }
  other.join();
  EXPECT_TRUE(entered);
}

}  // namespace
}  // namespace openmatrix
