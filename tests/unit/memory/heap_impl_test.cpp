// What the heap does behind its door that no call can see, but every race would.
#include "memory/heap_impl.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/sanitizers.h"
#include "heap_support.h"
#include "memory/outgoing.h"

namespace openmatrix {
namespace {

class HeapImplTest : public SmallHeapTest {
 protected:
  // The cache that issued the block. REQUIRES: it is private, and nobody changed the block yet.
  SideCache& OwnerOf(const void* block) {
    View view;
    std::uint64_t offset = 0;
    EXPECT_TRUE(heap_.impl().Locate(block, view, offset));
    const std::uint32_t owner = heap_.impl().table->Load(offset).owner();
    EXPECT_NE(owner, 0u);
    return *heap_.impl().private_caches[owner].load();
  }
};

TEST_F(HeapImplTest, ACacheStaysPrivateWhileItsOwnThreadFrees) {
  void* block = Get(kHost, 4096);
  const SideCache& cache = OwnerOf(block);

  EXPECT_EQ(Free(block), FreeVerdict::kFreed);

  EXPECT_FALSE(cache.shared());
}

TEST_F(HeapImplTest, AFreeOnAnotherThreadMakesTheOwnersCacheShared) {
  void* block = Get(kHost, 4096);
  const SideCache& cache = OwnerOf(block);

  std::thread([&] { EXPECT_EQ(Free(block), FreeVerdict::kFreed); }).join();

  EXPECT_TRUE(cache.shared());
}

TEST_F(HeapImplTest, ASendOnAnotherThreadMakesTheOwnersCacheShared) {
  void* block = Get(kHost, 4096);
  const SideCache& cache = OwnerOf(block);

  std::thread([&] {
    auto outgoing = Outgoing::Inspect(heap_, block, 4096);
    ASSERT_TRUE(outgoing);
    auto payload = outgoing.value().PrepareFor(kDevice, NoWait());
    ASSERT_TRUE(payload);
    EXPECT_TRUE(outgoing.value().Commit(&payload.value(), 1, {}));
  }).join();

  EXPECT_TRUE(cache.shared());
}

TEST_F(HeapImplTest, CachesStayClosedForAWhileAfterAWait) {
  void* block = Get(kHost, 4096);
  const SideCache& cache = OwnerOf(block);
  const Wait wait = Wait::For(std::chrono::milliseconds(1));
  EXPECT_FALSE(heap_.impl().ChargeOrWait(kHost, 16 * kMiB, wait).ok());

  EXPECT_TRUE(cache.closed());
  EXPECT_EQ(Free(block), FreeVerdict::kFreed);
  EXPECT_TRUE(cache.closed());

  for (int calls = 0; calls < 1000 && cache.closed(); ++calls) Free(Get(kHost, 4096));
  EXPECT_EQ(cache.closed(), !HasProcessBarrier());
}

TEST_F(HeapImplTest, WhatACacheMadeSinceTheLastWaitKeepsIsTakenBackToo) {
  const Wait wait = Wait::For(std::chrono::milliseconds(1));
  EXPECT_FALSE(heap_.impl().ChargeOrWait(kHost, 17 * kMiB, wait).ok());
  std::thread other([&] { EXPECT_EQ(Free(Get(kHost, kMiB)), FreeVerdict::kFreed); });
  other.join();

  EXPECT_EQ(Free(Get(kHost, 16 * kMiB)), FreeVerdict::kFreed);
}

// What a second free of the block does that comes too late: somebody has the address again.
TEST_F(HeapImplTest, AFreeThatLosesTheRaceDoesNotPoisonTheBlockIssuedAnew) {
  std::uint8_t* const first = Get(kHost, 4096);
  View view;
  std::uint64_t offset = 0;
  ASSERT_TRUE(heap_.impl().Locate(first, view, offset));
  BlockWord seen = heap_.impl().table->Load(offset);
  EXPECT_EQ(Free(first), FreeVerdict::kFreed);
  EXPECT_EQ(IsPoisoned(first), kPoisoning);
  ASSERT_EQ(Get(kHost, 4000), first);

  EXPECT_FALSE(heap_.impl().TryDrop(offset, seen, BlockWord::kOriginHold));

  EXPECT_FALSE(IsPoisoned(first));
  first[3999] = 1;
  EXPECT_EQ(seen.asked(), 4000u) << "renewed";
  EXPECT_TRUE(heap_.impl().TryDrop(offset, seen, BlockWord::kOriginHold));
  EXPECT_EQ(IsPoisoned(first), kPoisoning);
  EXPECT_EQ(At(kHost).live_blocks, 0u);
}

}  // namespace
}  // namespace openmatrix
