#include "os/backoff.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>

#include <atomic>
#include <cerrno>
#include <thread>

namespace openmatrix {
namespace {

// How often this thread gave its processor away because it had nothing to do. A yield does not
// count: who yields still wants it.
long SleepsOfThisThread() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_nvcsw;
}

TEST(Backoff, GivesWayAFewTimesAndSleepsThen) {
  Backoff backoff;
  for (std::uint32_t i = 0; i < Backoff::kYields; ++i) backoff.Pause();
  const long before = SleepsOfThisThread();

  for (int i = 0; i < 5; ++i) backoff.Pause();

  EXPECT_GE(SleepsOfThisThread(), before + 5);
}

TEST(Backoff, KeepsErrno) {
  Backoff backoff;
  errno = 42;
  for (std::uint32_t i = 0; i < Backoff::kYields + 2; ++i) backoff.Pause();
  EXPECT_EQ(errno, 42);
}

// Where the system grants no real-time priority both are equal, and the test shows less.
TEST(Backoff, AThreadOfRealTimePriorityLetsALowerOneOfItsProcessorGoOn) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<unsigned>(sched_getcpu()), &one);
  std::atomic<bool> waiting{false};
  std::atomic<bool> done{false};
  std::thread lower([&] {
    pthread_setaffinity_np(pthread_self(), sizeof one, &one);
    while (!waiting) sched_yield();
    done = true;
  });
  std::thread higher([&] {
    pthread_setaffinity_np(pthread_self(), sizeof one, &one);
    sched_param priority{};
    priority.sched_priority = 1;
    pthread_setschedparam(pthread_self(), SCHED_FIFO, &priority);
    waiting = true;
    for (Backoff backoff; !done;) backoff.Pause();
  });
  higher.join();
  lower.join();
  EXPECT_TRUE(done);
}

}  // namespace
}  // namespace openmatrix
