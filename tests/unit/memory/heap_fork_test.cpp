// What a forked child finds: a heap of its own with the payloads of the parent.
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <thread>
#include <vector>

#include "heap_support.h"
#include "memory/outgoing.h"

namespace openmatrix {
namespace {

// The thread sanitizer allows no new threads after the fork of a process with several.
#if defined(__SANITIZE_THREAD__)
constexpr bool kThreadsInChild = false;
#else
constexpr bool kThreadsInChild = true;
#endif

class HeapForkTest : public SmallHeapTest {};

TEST_F(HeapForkTest, AProcessMayForkBeforeItFreedAnything) {
  std::uint8_t* block = Get(kHost, 4096);
  block[0] = 7;

  EXPECT_TRUE(TrueInChild([&] { return block[0] == 7; }));

  EXPECT_EQ(Free(block), FreeVerdict::kFreed);
}

TEST_F(HeapForkTest, PayloadsOfEveryViewStayReadableInTheChild) {
  std::uint8_t* host = Get(kHost, kMiB);
  std::uint8_t* device = Get(kDevice, kMiB);
  std::memset(host, 1, kMiB);
  std::memset(device, 2, kMiB);

  EXPECT_TRUE(TrueInChild([&] {
    return host[0] == 1 && host[kMiB - 1] == 1 && device[0] == 2 && device[kMiB - 1] == 2;
  }));
}

TEST_F(HeapForkTest, WhatTheChildWritesDoesNotReachTheParent) {
  std::uint8_t* host = Get(kHost, kMiB);
  std::uint8_t* device = Get(kDevice, kMiB);
  std::memset(host, 1, kMiB);
  std::memset(device, 2, kMiB);

  EXPECT_TRUE(TrueInChild([&] {
    std::memset(host, 9, kMiB);
    std::memset(device, 9, kMiB);
    return host[5] == 9 && device[5] == 9;
  }));

  EXPECT_EQ(host[5], 1);
  EXPECT_EQ(device[5], 2);
}

TEST_F(HeapForkTest, TheChildAllocatesFreesAndExhaustsByItself) {
  std::uint8_t* inherited = Get(kHost, kMiB);
  EXPECT_TRUE(TrueInChild([&] {
    if (Free(inherited) != FreeVerdict::kFreed) return false;
    void* all = Get(kHost, 16 * kMiB);
    if (all == nullptr) return false;
    std::memset(all, 3, 16 * kMiB);
    if (heap_.Allocate(kHost, 1, Family::kTransfer, Release::kAuto, NoWait()).ok()) return false;
    return Free(all) == FreeVerdict::kFreed && At(kHost).live_blocks == 0;
  }));

  EXPECT_EQ(At(kHost).live_blocks, 1u) << "the parent still has it";
  EXPECT_EQ(Free(inherited), FreeVerdict::kFreed);
}

TEST_F(HeapForkTest, PagesThatTheChildGivesBackStayInTheParent) {
  std::uint8_t* block = Get(kHost, 4 * kMiB);
  std::memset(block, 0x5a, 4 * kMiB);

  EXPECT_TRUE(TrueInChild([&] {
    if (Free(block) != FreeVerdict::kFreed) return false;
    heap_.Trim();
    return heap_.Counts().decommitted_bytes >= 4 * kMiB;
  }));

  EXPECT_EQ(block[0], 0x5a);
  EXPECT_EQ(block[4 * kMiB - 1], 0x5a);
}

TEST_F(HeapForkTest, AViewThatTheChildUsesFirstIsPrivateToo) {
  std::uint8_t* block = Get(kHost, kMiB);
  std::memset(block, 0x5a, kMiB);

  EXPECT_TRUE(TrueInChild([&] {
    if (Free(block) != FreeVerdict::kFreed) return false;
    heap_.Trim();
    std::uint8_t* all = Get(kOtherDevice, 8 * kMiB);  // the parent's pages among them
    if (all == nullptr) return false;
    std::memset(all, 9, 8 * kMiB);
    return true;
  }));

  EXPECT_EQ(block[0], 0x5a);
  EXPECT_EQ(block[kMiB - 1], 0x5a);
}

TEST_F(HeapForkTest, TheChildHasNoLinkButMaySendNothing) {
  std::uint8_t* block = Get(kHost, 4096);
  EXPECT_TRUE(TrueInChild([&] {
    auto refused = Outgoing::Inspect(heap_, block, 4096);
    return !refused.ok() && refused.error().code == Code::kLinkFailed &&
           Outgoing::Inspect(heap_, nullptr, 0).ok();
  }));
  EXPECT_TRUE(Outgoing::Inspect(heap_, block, 4096).ok()) << "the parent may";
  Free(block);
}

TEST_F(HeapForkTest, AChildOfAChildSeesWhatTheChildWrote) {
  std::uint8_t* inherited = Get(kHost, kMiB);
  std::memset(inherited, 1, kMiB);

  EXPECT_TRUE(TrueInChild([&] {
    std::memset(inherited, 2, kMiB);
    std::uint8_t* own = Get(kHost, kMiB);
    std::memset(own, 3, kMiB);
    return TrueInChild(
        [&] { return inherited[5] == 2 && own[5] == 3 && Free(own) == FreeVerdict::kFreed; });
  }));

  EXPECT_EQ(inherited[5], 1);
}

TEST_F(HeapForkTest, AChildThatKeepsItsLinksSendsAndSoDoesItsChild) {
  heap_.KeepLinksInChild(true);
  std::uint8_t* inherited = Get(kHost, kMiB);
  std::memset(inherited, 1, kMiB);

  const auto sends = [&](std::uint8_t content) {
    std::uint8_t* block = Get(kHost, 4096);
    block[7] = content;
    auto out = Outgoing::Inspect(heap_, block, 4096);
    if (!out.ok()) return false;
    auto payload = out.value().PrepareFor(kDevice, NoWait());
    if (!payload.ok() || !out.value().Commit(&payload.value(), 1, {}).ok()) return false;
    const std::uint8_t* received = payload.value().address();
    payload.value().Deliver();
    return received != block && received[7] == content &&
           heap_.Free(const_cast<std::uint8_t*>(received), Family::kTransfer) ==
               FreeVerdict::kFreed;
  };
  EXPECT_TRUE(TrueInChild([&] {
    if (inherited[kMiB - 1] != 1 || !sends(4)) return false;
    inherited[0] = 9;
    return TrueInChild([&] { return inherited[0] == 9 && sends(5); });
  }));

  EXPECT_EQ(inherited[0], 1);
  EXPECT_TRUE(sends(6));
}

// fork and exec would pay for the copy, too.
TEST(HeapForkOfMuch, AChildOfAParentWithMuchLiveMemoryHasNoLinkAndCopiesNothing) {
  Options options = SmallHeap();
  options.host_memory = 600 * kMiB;
  Heap heap(options);
  heap.KeepLinksInChild(true);
  void* blocks[2];
  for (void*& block : blocks) {
    block = heap.Allocate(kHost, 200 * kMiB, Family::kTransfer, Release::kAuto, NoWait()).value();
    *static_cast<char*>(block) = 7;
  }

  EXPECT_TRUE(TrueInChild([&] {
    auto refused = Outgoing::Inspect(heap, blocks[0], 1);
    return *static_cast<char*>(blocks[1]) == 7 && !refused.ok() &&
           refused.error().code == Code::kLinkFailed;
  }));
}

TEST_F(HeapForkTest, ThePayloadsSurviveAProgramThatClosedAllDescriptors) {
  std::uint8_t* block = Get(kHost, kMiB);
  std::memset(block, 1, kMiB);

  EXPECT_TRUE(TrueInChild([&] {
    for (int fd = 3; fd < 1024; ++fd) close(fd);
    block[0] = 2;
    const bool child_of_child = TrueInChild([&] { return block[0] == 2 && block[1] == 1; });
    return child_of_child && Free(block) == FreeVerdict::kFreed;
  }));

  EXPECT_EQ(block[0], 1);
}

TEST_F(HeapForkTest, AChildOfAWaitingParentWaitsAndWakesAsUsual) {
  std::uint8_t* all = Get(kHost, 16 * kMiB);
  std::thread waiter([&] {
    auto block = heap_.Allocate(kHost, kMiB, Family::kTransfer, Release::kAuto, LongWait());
    ASSERT_TRUE(block.ok());
    Free(block.value());
  });
  Await([&] { return heap_.Counts().waits == 1; });

  EXPECT_TRUE(TrueInChild([&] {
    for (int i = 0; i < 3; ++i) {
      const auto soon = Wait::For(std::chrono::milliseconds(1));
      if (heap_.Allocate(kHost, kMiB, Family::kTransfer, Release::kAuto, soon).ok()) return false;
    }
    heap_.WakeAll();
    bool woken = true;
    const std::uint64_t waits = heap_.Counts().waits;
    std::thread sleeper;
    if (kThreadsInChild) {
      sleeper = std::thread([&] {
        woken = heap_.Allocate(kHost, 1, Family::kTransfer, Release::kAuto, LongWait()).ok();
      });
      Await([&] { return heap_.Counts().waits == waits + 1; });
    }
    if (Free(all) != FreeVerdict::kFreed) return false;
    heap_.WakeAll();
    if (kThreadsInChild) sleeper.join();
    return woken && Get(kHost, 8 * kMiB) != nullptr;
  }));

  EXPECT_EQ(Free(all), FreeVerdict::kFreed);
  waiter.join();
}

// A thread that is caught with its cache open or with a block half way must not leave the
// child's, or its own, caches in disorder.
TEST_F(HeapForkTest, ForkingWhileThreadsAllocateHarmsNeitherSide) {
  std::atomic<bool> stop{false};
  std::atomic<int> errors{0};
  std::vector<std::thread> threads;
  for (int id = 0; id < 2; ++id) {
    threads.emplace_back([&, id] {
      std::vector<std::uint8_t*> mine;
      mine.reserve(300);  // so that no fork meets a lock of a sanitizer's allocator
      for (unsigned step = 0; !stop; ++step) {
        const std::uint32_t bytes = 128u << (step % 3);
        std::uint8_t* block = Get(kHost, bytes);
        std::memset(block, id + 1, bytes);
        mine.push_back(block);
        if (mine.size() < 300) continue;  // more than a cache's slots of one class
        for (std::uint8_t* one : mine) {
          if (one[0] != id + 1 || one[127] != id + 1) ++errors;
          if (Free(one) != FreeVerdict::kFreed) ++errors;
        }
        mine.clear();
      }
      for (std::uint8_t* one : mine) Free(one);
    });
  }

  for (int round = 0; round < 60; ++round) {
    EXPECT_TRUE(TrueInChild([&] {
      for (int i = 0; i < 100; ++i) {
        if (Free(Get(kHost, 128)) != FreeVerdict::kFreed) return false;
      }
      heap_.Trim();  // waits for every cache to be idle
      return true;
    })) << "round "
        << round;
  }

  stop = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(errors, 0);
  EXPECT_EQ(At(kHost).live_blocks, 0u);
}

}  // namespace
}  // namespace openmatrix
