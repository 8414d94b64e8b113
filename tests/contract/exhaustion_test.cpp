// What happens at the limit. Runs with 32 MiB on each side (see CMakeLists.txt).
#include <atomic>
#include <cstring>
#include <thread>
#include <vector>

#include "entries.h"

namespace contract {
namespace {

constexpr std::uint64_t kLimit = 32u << 20;
constexpr std::uint32_t kBlock = 1u << 20;

template <typename Entry>
class ExhaustionContract : public MemoryContract {
 protected:
  void SetUp() override {
    MemoryContract::SetUp();
    ASSERT_EQ(Stats().views[Entry::Side::kView].limit_bytes, kLimit);
    waits_before_ = Stats().waits;
  }
  std::uint64_t Waits() const { return Stats().waits - waits_before_; }

  // Takes blocks of one size until there is no more.
  void Fill(std::uint32_t bytes = kBlock) {
    for (;;) {
      const Answer answer = Entry::Alloc(bytes);
      if (answer.block == nullptr) return;
      blocks_.push_back(answer.block);
      ASSERT_LE(blocks_.size() * bytes, kLimit);
    }
  }
  void FreeOne() {
    ASSERT_FALSE(blocks_.empty());
    EXPECT_EQ(Entry::Free(blocks_.back()), HIAI_OK);
    blocks_.pop_back();
  }
  void TearDown() override {
    for (void* const block : blocks_) EXPECT_EQ(Entry::Free(block), HIAI_OK);
    MemoryContract::TearDown();
  }

  std::vector<void*> blocks_;
  std::uint64_t waits_before_ = 0;
};
TYPED_TEST_SUITE(ExhaustionContract, Entries);

TYPED_TEST(ExhaustionContract, TheLimitIsUsedAndNotExceeded) {
  this->Fill();

  EXPECT_GE(this->blocks_.size() * kBlock, kLimit * 3 / 4);
  EXPECT_LE(Stats().views[TypeParam::Side::kView].peak_bytes, kLimit);
}

TYPED_TEST(ExhaustionContract, WithoutTimeAnExhaustedSideRefusesAtOnce) {
  this->Fill();

  ExpectRefused(TypeParam::Alloc(kBlock, 0), HIAI_GRAPH_NO_MEMORY);
  EXPECT_EQ(this->Waits(), 0u);
}

TYPED_TEST(ExhaustionContract, ABlockLargerThanTheLimitIsRefused) {
  ExpectRefused(TypeParam::Alloc(40u << 20, 0), HIAI_GRAPH_NO_MEMORY);
}

TYPED_TEST(ExhaustionContract, AFreeMakesRoom) {
  this->Fill();
  this->FreeOne();

  const Answer answer = TypeParam::Alloc(kBlock);

  ASSERT_NE(answer.block, nullptr);
  EXPECT_EQ(TypeParam::Free(answer.block), HIAI_OK);
}

TYPED_TEST(ExhaustionContract, TheOtherSideHasALimitOfItsOwn) {
  this->Fill();

  void* const other = TypeParam::Side::Other().c_dvpp_alloc(kBlock);

  EXPECT_NE(other, nullptr);
  EXPECT_EQ(HIAI_DVPP_DFree(other), HIAI_OK);
}

TYPED_TEST(ExhaustionContract, SmallBlocksThatWereFreedBecomeRoomForALargeOne) {
  this->Fill(5000);
  while (!this->blocks_.empty()) this->FreeOne();

  const Answer answer = TypeParam::Alloc(16u << 20);

  ASSERT_NE(answer.block, nullptr);
  EXPECT_EQ(TypeParam::Free(answer.block), HIAI_OK);
}

TYPED_TEST(ExhaustionContract, BlocksThatAnotherThreadKeepsInReserveAreTakenBack) {
  std::atomic<bool> freed{false};
  std::atomic<bool> done{false};
  std::thread idle([&] {
    for (int i = 0; i < 100; ++i) {
      void* const block = TypeParam::Alloc(100000).block;
      if (block != nullptr) {
        EXPECT_EQ(TypeParam::Free(block), HIAI_OK);
      }
    }
    std::vector<void*> blocks;
    for (void* block; (block = TypeParam::Alloc(100000).block) != nullptr;) blocks.push_back(block);
    for (void* const block : blocks) EXPECT_EQ(TypeParam::Free(block), HIAI_OK);
    freed = true;
    while (!done) std::this_thread::yield();
  });
  while (!freed) std::this_thread::yield();

  this->Fill();

  EXPECT_GE(this->blocks_.size() * kBlock, kLimit * 3 / 4);
  done = true;
  idle.join();
}

// --- waiting (transfer memory only: DVPP_DMalloc has no time-out) ---

template <typename Entry>
class WaitContract : public ExhaustionContract<Entry> {};
TYPED_TEST_SUITE(WaitContract, TransferEntries);

TYPED_TEST(WaitContract, AWaitThatEndsGivesNoMemory) {
  this->Fill();

  ExpectRefused(TypeParam::Alloc(kBlock, 1), HIAI_GRAPH_NO_MEMORY);
  EXPECT_EQ(this->Waits(), 1u);
}

TYPED_TEST(WaitContract, AFreeOfAnotherThreadWakesAWaiter) {
  this->Fill();
  Answer answer;
  std::thread waiter([&answer] { answer = TypeParam::Alloc(kBlock, kForever); });
  EXPECT_TRUE(Eventually([this] { return this->Waits() == 1; }));

  this->FreeOne();
  waiter.join();

  ASSERT_NE(answer.block, nullptr);
  EXPECT_EQ(answer.status.value_or(HIAI_OK), HIAI_OK);
  EXPECT_EQ(TypeParam::Free(answer.block), HIAI_OK);
}

TYPED_TEST(WaitContract, EveryWaiterIsWokenByItsOwnFree) {
  this->Fill();
  std::atomic<int> served{0};
  std::vector<std::thread> waiters;
  for (int i = 0; i < 4; ++i) {
    waiters.emplace_back([&served] {
      const Answer answer = TypeParam::Alloc(kBlock, kForever);
      if (answer.block != nullptr) ++served;
      EXPECT_EQ(TypeParam::Free(answer.block), HIAI_OK);
    });
  }
  EXPECT_TRUE(Eventually([this] { return this->Waits() >= 4; }));

  for (int i = 0; i < 4; ++i) this->FreeOne();
  for (std::thread& waiter : waiters) waiter.join();

  EXPECT_EQ(served, 4);
}

TYPED_TEST(WaitContract, AWaiterForALargeBlockIsWokenWhenEnoughSmallOnesAreFree) {
  this->Fill(100000);
  Answer answer;
  std::thread waiter([&answer] { answer = TypeParam::Alloc(8u << 20, kForever); });
  EXPECT_TRUE(Eventually([this] { return this->Waits() >= 1; }));

  while (!this->blocks_.empty()) this->FreeOne();
  waiter.join();

  ASSERT_NE(answer.block, nullptr);
  EXPECT_EQ(TypeParam::Free(answer.block), HIAI_OK);
}

TYPED_TEST(WaitContract, AFreeFromCodeOfTheOtherSideWakesToo) {
  this->Fill();
  Answer answer;
  std::thread waiter([&answer] { answer = TypeParam::Alloc(kBlock, kForever); });
  EXPECT_TRUE(Eventually([this] { return this->Waits() == 1; }));

  EXPECT_EQ(TypeParam::FreeFromOtherSide(this->blocks_.back()), HIAI_OK);
  this->blocks_.pop_back();
  waiter.join();

  ASSERT_NE(answer.block, nullptr);
  EXPECT_EQ(TypeParam::Free(answer.block), HIAI_OK);
}

// --- with messages ---

class ExhaustedGraph : public ContractGraph {
 protected:
  void SetUp() override { Create(/*queue_size=*/200); }
};

TEST_F(ExhaustedGraph, QuarantineIsBrokenBeforeAnybodyWaits) {
  auto inbox = Collect(2);
  std::vector<std::shared_ptr<Message>> kept;
  for (int i = 0; i < 6; ++i) {
    kept.push_back(Of(HIAI_DMalloc(kBlock, 0, MEMORY_ATTR_AUTO_FREE), kBlock));
    ASSERT_NE(kept.back()->data, nullptr);
    ASSERT_EQ(HostDoor().graph_send({1, 2, 0}, "contract.Message", kept.back(), 500), HIAI_OK);
    inbox->TakeReceived();
  }

  std::vector<void*> blocks;
  for (void* block; (block = HIAI_DMalloc(kBlock, 0, 4)) != nullptr;) blocks.push_back(block);

  EXPECT_GE(blocks.size() * kBlock, kLimit * 3 / 4);
  EXPECT_EQ(Counted().waits, 0u);
  for (void* const block : blocks) EXPECT_EQ(HIAI_DFree(block), HIAI_OK);
}

TEST_F(ExhaustedGraph, ManyMoreMessagesThanTheLimitHoldsPassThrough) {
  auto inbox = Collect(2);
  for (std::uint32_t i = 0; i < 300; ++i) {
    auto message = Of(HIAI_DMalloc(kBlock, kForever, MEMORY_ATTR_AUTO_FREE), kBlock);
    ASSERT_NE(message->data, nullptr);
    std::memcpy(message->data, &i, sizeof i);
    message->keep.reset(message->data, HIAI_DFree);  // the late free of published samples
    ASSERT_EQ(HostDoor().graph_send({1, 2, 0}, "contract.Message", message, kForever), HIAI_OK);
    message.reset();
    const auto received = inbox->TakeReceived();
    ASSERT_NE(received, nullptr);

    EXPECT_EQ(std::memcmp(received->data, &i, sizeof i), 0) << i;
  }
  EXPECT_TRUE(Eventually([] { return LiveBlocks() == 0; }));
  EXPECT_EQ(Copies(Counted()), 0u);
}

TEST_F(ExhaustedGraph, ASendWaitsForTheReceiversMemoryAndIsWokenByAFree) {
  auto inbox = Collect(2);
  std::vector<void*> blocks;
  for (void* block; (block = DeviceDoor().c_alloc(kBlock, 0, 4)) != nullptr;) {
    blocks.push_back(block);
  }
  auto message = Of(HIAI_DMalloc(kBlock, 0, MEMORY_ATTR_AUTO_FREE), kBlock);
  const std::uint64_t waits = Stats().waits;
  HIAI_StatusT status = HIAI_ERROR;
  std::thread sender([&] {
    status = HostDoor().graph_send({1, 2, 0}, "contract.Message", message, kForever);
  });
  EXPECT_TRUE(Eventually([waits] { return Stats().waits == waits + 1; }));

  EXPECT_EQ(DeviceDoor().c_free(blocks.back()), HIAI_OK);
  blocks.pop_back();
  sender.join();

  EXPECT_EQ(status, HIAI_OK);
  EXPECT_NE(inbox->TakeReceived(), nullptr);
  for (void* const block : blocks) EXPECT_EQ(DeviceDoor().c_free(block), HIAI_OK);
}

}  // namespace
}  // namespace contract
