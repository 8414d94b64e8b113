#include "base/mutex.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "cancelled.h"

namespace openmatrix {
namespace {

class Counter {
 public:
  void Add() {
    MutexLock lock(mutex_);
    ++count_;
    changed_.NotifyAll();
  }

  void WaitFor(int count) {
    MutexLock lock(mutex_);
    while (count_ < count) changed_.Wait(mutex_);
  }

  // False when the deadline passed first.
  bool WaitFor(int count, std::chrono::steady_clock::time_point deadline) {
    MutexLock lock(mutex_);
    while (count_ < count) {
      if (!changed_.WaitUntil(mutex_, deadline)) return count_ >= count;
    }
    return true;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  int count_ OPENMATRIX_GUARDED_BY(mutex_) = 0;
};

TEST(Mutex, LetsOneThreadInAtATime) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 1000;
  Counter counter;

  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < kRounds; ++n) counter.Add();
    });
  }
  counter.WaitFor(kThreads * kRounds);
  for (std::thread& thread : threads) thread.join();
}

TEST(CondVar, GivesUpWhenTheDeadlineHasPassed) {
  Counter counter;

  EXPECT_FALSE(counter.WaitFor(1, std::chrono::steady_clock::now()));
}

TEST(CondVar, LeavesTheMutexUsableAfterAWait) {
  Counter counter;
  std::thread thread([&] { counter.Add(); });

  EXPECT_TRUE(counter.WaitFor(1, std::chrono::steady_clock::time_point::max()));

  thread.join();
  counter.Add();
  counter.WaitFor(2);
}

TEST(CondVar, AThreadThatIsCancelledInAWaitLeavesAfterIt) {
  Mutex mutex;
  CondVar changed;
  bool waits = false;
  bool woken = false;
  bool outlived = false;
  CancellableThread thread([&] {
    {
      MutexLock lock(mutex);
      waits = true;
      changed.NotifyAll();
      while (!woken) changed.Wait(mutex);
      outlived = true;
    }
    pthread_testcancel();
  });

  {
    MutexLock lock(mutex);
    while (!waits) changed.Wait(mutex);
    thread.Cancel();
    woken = true;
    changed.NotifyAll();
  }

  EXPECT_TRUE(thread.EndsCancelled());
  EXPECT_TRUE(outlived);
  MutexLock lock(mutex);  // unlocked once: nobody has it, and it can be had
}

}  // namespace
}  // namespace openmatrix
