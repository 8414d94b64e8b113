// Large blocks that one thread frees and another one allocates go round without the heap's lock,
// and are never lost, doubled or in a waiter's way.
#include "memory/handover.h"

#include <atomic>
#include <vector>

#include "heap_support.h"
#include "memory/heap_impl.h"

namespace openmatrix {
namespace {

constexpr std::uint32_t kOneMiB = ClassOf(kMiB);
constexpr std::uint32_t kTwoMiB = ClassOf(2 * kMiB);

// Puts a block that must displace none.
bool Put(Handover& handover, std::uint32_t grain, std::uint32_t size_class) {
  Handover::Entry displaced;
  const bool put = handover.TryPut({grain, size_class}, displaced);
  EXPECT_EQ(displaced.size_class, 0u);
  return put;
}

TEST(Handover, WhoAsksForASizeGetsABlockOfIt) {
  Handover handover;
  std::uint32_t grain = 0;
  EXPECT_FALSE(handover.TryTake(kOneMiB, grain)) << "there is none";
  EXPECT_TRUE(Put(handover, 0, kOneMiB));
  EXPECT_TRUE(Put(handover, 8, kTwoMiB));

  EXPECT_TRUE(handover.MayHave(kTwoMiB));
  EXPECT_TRUE(handover.TryTake(kTwoMiB, grain));
  EXPECT_EQ(grain, 8u);
  EXPECT_FALSE(handover.TryTake(kTwoMiB, grain)) << "once";
  EXPECT_FALSE(handover.MayHave(kTwoMiB));
  EXPECT_TRUE(handover.TryTake(kOneMiB, grain));
  EXPECT_EQ(grain, 0u) << "the first grain of the pool, too";
}

TEST(Handover, TheLargerABlockTheFewerPlacesItHas) {
  const auto fill = [](std::uint32_t size_class) {
    Handover handover;
    std::uint32_t count = 0;
    while (Put(handover, count, size_class)) ++count;
    return count;
  };
  EXPECT_EQ(fill(kOneMiB), Handover::kPlaces);
  EXPECT_EQ(fill(ClassOf(12 * kMiB)), 5u);
  EXPECT_EQ(fill(ClassOf(64 * kMiB)), 1u);
  EXPECT_EQ(fill(ClassOf(65 * kMiB)), 0u);
}

TEST(Handover, ABlockThatNobodyAskedForMakesRoomForOneOfAnotherSize) {
  Handover handover;
  for (std::uint32_t grain = 0; grain < Handover::kPlaces; ++grain) Put(handover, grain, kOneMiB);
  Handover::Entry displaced;
  EXPECT_TRUE(handover.TryPut({99, kTwoMiB}, displaced));
  EXPECT_EQ(displaced.size_class, kOneMiB);
  EXPECT_EQ(displaced.grain, 0u);

  std::uint32_t grain = 0;
  EXPECT_TRUE(handover.TryTake(kTwoMiB, grain));
  EXPECT_EQ(grain, 99u);
}

TEST(Handover, OfManyThreadsEachBlockHasOneOwner) {
  constexpr std::uint32_t kBlocks = 2 * Handover::kPlaces;
  Handover handover;
  std::vector<std::atomic<int>> owners(kBlocks);
  const auto pass_on = [&](std::uint32_t first) {
    std::vector<std::uint32_t> mine;
    for (std::uint32_t grain = first; grain < kBlocks; grain += 2) mine.push_back(grain);
    for (const std::uint32_t grain : mine) ++owners[grain];
    for (int round = 0; round < 20000; ++round) {
      if (!mine.empty()) {
        --owners[mine.back()];
        if (Put(handover, mine.back(), kOneMiB)) {
          mine.pop_back();
        } else {
          ++owners[mine.back()];
        }
      }
      std::uint32_t grain;
      if (round % 3 == 0 && handover.TryTake(kOneMiB, grain)) {
        EXPECT_EQ(++owners[grain], 1);
        mine.push_back(grain);
      }
    }
    for (const std::uint32_t grain : mine) EXPECT_EQ(owners[grain], 1);
  };
  std::thread other([&] { pass_on(1); });
  pass_on(0);
  other.join();

  Handover::Entry block;
  std::uint32_t owned = 0;
  while (handover.TryTakeAny(block)) {
    ++owned;
    EXPECT_EQ(owners[block.grain], 0);
  }
  for (const auto& owner : owners) owned += static_cast<std::uint32_t>(owner);
  EXPECT_EQ(owned, kBlocks);
}

class HandoverOfHeap : public SmallHeapTest {
 protected:
  // Frees on a thread of its own, that does nothing else.
  void FreeElsewhere(void* block) {
    std::thread([&] { EXPECT_EQ(Free(block), FreeVerdict::kFreed); }).join();
  }
};

TEST_F(HandoverOfHeap, WhatAnotherThreadFreesComesBackAndIsChargedOnceOnly) {
  std::uint8_t* const block = Get(kHost, kMiB);
  const std::uint64_t charged = At(kHost).charged_bytes;
  FreeElsewhere(block);
  EXPECT_TRUE(heap_.impl().handover.MayHave(kOneMiB)) << "not in the pool";
  EXPECT_EQ(At(kHost).charged_bytes, charged - kMiB);
  EXPECT_EQ(Get(kHost, kMiB), block);
  EXPECT_EQ(At(kHost).charged_bytes, charged);
}

TEST_F(HandoverOfHeap, AnotherSideMayGetIt) {
  std::uint8_t* const block = Get(kHost, kMiB);
  FreeElsewhere(block);
  EXPECT_TRUE(heap_.impl().handover.MayHave(kOneMiB));
  std::uint8_t* const other = Get(kDevice, kMiB);
  EXPECT_FALSE(heap_.impl().handover.MayHave(kOneMiB));
  View view;
  ASSERT_TRUE(heap_.FindView(other, view));
  EXPECT_EQ(view, kDevice);
  EXPECT_EQ(At(kHost).charged_bytes, 0u);
  EXPECT_EQ(At(kDevice).live_blocks, 1u);
}

TEST_F(HandoverOfHeap, ASideAtItsLimitGetsNone) {
  std::uint8_t* const block = Get(kHost, kMiB);
  FreeElsewhere(block);
  std::vector<void*> all;
  for (int count = 0; count < 8; ++count) all.push_back(Get(kDevice, kMiB));
  EXPECT_FALSE(heap_.Allocate(kDevice, kMiB, Family::kTransfer, Release::kAuto, NoWait()).ok());
  FreeElsewhere(all.back());
  EXPECT_NE(Get(kDevice, kMiB), nullptr);
}

TEST_F(HandoverOfHeap, TrimGivesItBackToTheSystem) {
  std::uint8_t* const block = Get(kHost, kMiB);
  std::fill_n(block, kMiB, std::uint8_t{1});
  FreeElsewhere(block);
  heap_.Trim();
  EXPECT_EQ(heap_.Counts().decommitted_bytes, kMiB);
  EXPECT_FALSE(heap_.impl().handover.MayHave(kOneMiB));
}

TEST_F(HandoverOfHeap, ABlockThatIsDisplacedGoesBackToThePool) {
  std::vector<std::uint8_t*> blocks;
  for (std::uint32_t count = 0; count < Handover::kPlaces; ++count) {
    blocks.push_back(Get(kHost, kMiB));
  }
  blocks.push_back(Get(kHost, 2 * kMiB));
  for (std::uint8_t* block : blocks) std::fill_n(block, kMiB, std::uint8_t{1});
  std::thread([&] {
    for (std::uint8_t* block : blocks) EXPECT_EQ(Free(block), FreeVerdict::kFreed);
  }).join();
  EXPECT_TRUE(heap_.impl().handover.MayHave(kTwoMiB));
  heap_.Trim();
  MutexLock lock(heap_.impl().mutex);
  EXPECT_EQ(heap_.impl().pool->runs().used_bytes(), 0u);
}

TEST_F(HandoverOfHeap, AWaiterIsServedByAForeignFree) {
  std::uint8_t* const first = Get(kHost, 8 * kMiB);
  std::uint8_t* const second = Get(kHost, 8 * kMiB);
  std::thread other([&] {
    Await([&] { return heap_.Counts().waits > 0; });
    EXPECT_EQ(Free(first), FreeVerdict::kFreed);
  });
  auto block = heap_.Allocate(kHost, 5 * kMiB, Family::kTransfer, Release::kAuto, LongWait());
  other.join();
  EXPECT_TRUE(block.ok()) << "of another size than what was freed";
  EXPECT_EQ(Free(second), FreeVerdict::kFreed);
}

TEST(HandoverDecay, ABlockThatNobodyAsksForGoesBackByAge) {
  Options options = SmallHeap();
  options.decay = std::chrono::milliseconds(4);
  Heap heap(options);
  auto block = heap.Allocate(kHost, kMiB, Family::kTransfer, Release::kAuto, NoWait());
  ASSERT_TRUE(block.ok());
  std::fill_n(static_cast<std::uint8_t*>(block.value()), kMiB, std::uint8_t{1});
  std::thread([&] { heap.Free(block.value(), Family::kTransfer); }).join();
  Await([&] { return heap.Counts().decommitted_bytes >= kMiB; });
}

TEST(HandoverDecay, AHeapMayGoWhileItsJanitorTakesBlocksBack) {
  Options options = SmallHeap();
  options.decay = std::chrono::milliseconds(1);
  for (int round = 0; round < 100; ++round) {
    Heap heap(options);
    std::vector<void*> blocks;
    for (int count = 0; count < 8; ++count) {
      auto block = heap.Allocate(kHost, kMiB, Family::kTransfer, Release::kAuto, NoWait());
      ASSERT_TRUE(block.ok());
      blocks.push_back(block.value());
    }
    std::thread([&] {
      for (void* block : blocks) heap.Free(block, Family::kTransfer);
    }).join();
    for (int look = 0; look < round * 20; ++look) (void)heap.Counts();  // other moments each time
  }
}

}  // namespace
}  // namespace openmatrix
