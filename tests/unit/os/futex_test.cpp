#include "os/futex.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace openmatrix {
namespace {

using std::chrono::steady_clock;

TEST(Futex, DoesNotSleepWhenTheWordHasChanged) {
  FutexWord word{1};

  EXPECT_TRUE(FutexWait(word, 0, steady_clock::time_point::max()));
}

TEST(Futex, ReportsAPassedDeadline) {
  FutexWord word{0};

  EXPECT_FALSE(FutexWait(word, 0, steady_clock::now()));
  EXPECT_FALSE(FutexWait(word, 0, steady_clock::time_point::min()));
}

TEST(Futex, WakesASleeper) {
  FutexWord word{0};
  std::thread sleeper([&] {
    while (word.load() == 0) FutexWait(word, 0, steady_clock::time_point::max());
  });

  word.store(1);
  FutexWake(word, 1);

  sleeper.join();
}

}  // namespace
}  // namespace openmatrix
