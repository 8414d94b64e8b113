#include "os/process_barrier.h"

#include <gtest/gtest.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

namespace openmatrix {
namespace {

TEST(ProcessBarrier, TheAnswerOfTheKernelDoesNotChange) {
  EXPECT_EQ(HasProcessBarrier(), HasProcessBarrier());
}

// Store, fence, load on both sides: at least one of the two must see the other's store.
TEST(ProcessBarrier, OrdersAnOwnersStoreBeforeItsLoadWithoutAFenceOfItsOwn) {
  const bool asymmetric = HasProcessBarrier();
  constexpr int kRounds = 3000;
  std::atomic<int> owner_flag{0};
  std::atomic<int> other_flag{0};
  std::atomic<int> owner_saw{-1};
  std::atomic<int> round{0};
  std::thread owner([&] {
    for (int now = 1; now <= kRounds; ++now) {
      while (round.load(std::memory_order_acquire) < now) std::this_thread::yield();
      owner_flag.store(now, std::memory_order_relaxed);
      if (asymmetric) {
        OwnerFence();
      } else {
        FullFence();
      }
      owner_saw.store(other_flag.load(std::memory_order_relaxed), std::memory_order_release);
    }
  });
  int failures = 0;
  for (int now = 1; now <= kRounds; ++now) {
    owner_saw.store(-1, std::memory_order_relaxed);
    round.store(now, std::memory_order_release);
    other_flag.store(now, std::memory_order_relaxed);
    ProcessBarrier();
    const int other_saw = owner_flag.load(std::memory_order_relaxed);
    int seen;
    while ((seen = owner_saw.load(std::memory_order_acquire)) == -1) std::this_thread::yield();
    if (other_saw != now && seen != now) ++failures;
  }
  owner.join();
  EXPECT_EQ(failures, 0);
}

TEST(ProcessBarrier, AForkedChildIsRegisteredToo) {
  if (!HasProcessBarrier()) return;
  const pid_t child = fork();
  if (child == 0) {
    _exit(syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) == 0 ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace openmatrix
