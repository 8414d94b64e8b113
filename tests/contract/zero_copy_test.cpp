// Proofs, not counts: the receiver sees the sender's pages, and no address comes back too early.
#include <algorithm>
#include <atomic>
#include <set>
#include <vector>

#include "ownership.h"

namespace contract {
namespace {

template <typename Way>
class ZeroCopy : public ContractGraph {
 protected:
  void SetUp() override {
    ContractGraph::SetUp();
    Way::Receiver().set_modes(SerializeMode::kNormal, DeserializeMode::kByHand);
    inbox_ = Collect(Way::kTarget);
  }
  void TearDown() override {
    ContractGraph::TearDown();
    EXPECT_EQ(LiveBlocks(), 0u);
  }

  static HIAI_StatusT Send(const std::shared_ptr<Message>& message) {
    return Way::Sender().graph_send({1, Way::kTarget, 0}, "contract.Message", message, 500);
  }
  // Sends something and releases it at the receiver.
  void SendSomething() {
    void* const block = Way::Sender().c_alloc(kBytes, 0, MEMORY_ATTR_AUTO_FREE);
    ASSERT_NE(block, nullptr);
    ASSERT_EQ(Send(Of(block, kBytes)), HIAI_OK);
    const auto received = inbox_->TakeReceived();
    ASSERT_NE(received, nullptr);
    ASSERT_EQ(HIAI_DFree(received->data), HIAI_OK);
  }

  std::shared_ptr<Inbox> inbox_;
};
using Ways = testing::Types<HostToDevice, DeviceToHost>;
TYPED_TEST_SUITE(ZeroCopy, Ways);

TYPED_TEST(ZeroCopy, TheReceiverSeesALateWriteOfAManualSender) {
  auto* const data = static_cast<std::uint8_t*>(Manual::Take(TypeParam::Sender()));
  ASSERT_NE(data, nullptr);
  Write(data);
  ASSERT_EQ(this->Send(this->Of(data, kBytes)), HIAI_OK);
  const auto received = this->inbox_->TakeReceived();
  ASSERT_NE(received, nullptr);
  ASSERT_NE(received->data, data);
  ASSERT_TRUE(Unchanged(received->data));

  data[0] = 201;
  data[kBytes - 1] = 202;

  EXPECT_EQ(received->data[0], 201);
  EXPECT_EQ(received->data[kBytes - 1], 202);
  EXPECT_EQ(HIAI_DFree(received->data), HIAI_OK);
  EXPECT_EQ(HIAI_DFree(data), HIAI_OK);
}

TYPED_TEST(ZeroCopy, ADvppSenderSeesWhatTheReceiverWrites) {
  auto* const data = static_cast<std::uint8_t*>(Dvpp::Take(TypeParam::Sender()));
  ASSERT_NE(data, nullptr);
  ASSERT_EQ(this->Send(this->Of(data, kBytes)), HIAI_OK);
  const auto received = this->inbox_->TakeReceived();
  ASSERT_NE(received, nullptr);

  received->data[17] = 203;

  EXPECT_EQ(data[17], 203);
  EXPECT_EQ(HIAI_DFree(received->data), HIAI_OK);
  EXPECT_EQ(HIAI_DVPP_DFree(data), HIAI_OK);
}

TYPED_TEST(ZeroCopy, TheLargestBlockCrossesWithoutACopy) {
  auto* const data =
      static_cast<std::uint8_t*>(TypeParam::Sender().c_alloc(kMaxBytes, 0, MEMORY_ATTR_AUTO_FREE));
  ASSERT_NE(data, nullptr);
  data[kMaxBytes - 1] = 99;

  ASSERT_EQ(this->Send(this->Of(data, kMaxBytes)), HIAI_OK);

  const auto received = this->inbox_->TakeReceived();
  ASSERT_NE(received, nullptr);
  EXPECT_EQ(received->data[kMaxBytes - 1], 99);
  EXPECT_EQ(this->Counted().shared_bytes, kMaxBytes);
  EXPECT_EQ(Copies(this->Counted()), 0u);
  EXPECT_EQ(HIAI_DFree(received->data), HIAI_OK);
}

// Each view of a block answers for its own holds only.
TYPED_TEST(ZeroCopy, AFreeThroughADeadViewIsNotFoundWhileTheOtherViewLives) {
  void* const data = Manual::Take(TypeParam::Sender());
  ASSERT_NE(data, nullptr);
  Write(data);
  ASSERT_EQ(this->Send(this->Of(data, kBytes)), HIAI_OK);
  const auto received = this->inbox_->TakeReceived();
  ASSERT_NE(received, nullptr);
  ASSERT_EQ(HIAI_DFree(received->data), HIAI_OK);

  EXPECT_EQ(HIAI_DFree(received->data), HIAI_GRAPH_NOT_FOND_MEMORY);
  EXPECT_EQ(TypeParam::Sender().c_free(received->data), HIAI_GRAPH_NOT_FOND_MEMORY);

  EXPECT_TRUE(Unchanged(data));
  EXPECT_EQ(HIAI_DFree(data), HIAI_OK);
}

TYPED_TEST(ZeroCopy, AReceivedDvppBlockIsTransferMemoryOfTheReceiver) {
  void* const data = Dvpp::Take(TypeParam::Sender());
  ASSERT_NE(data, nullptr);
  ASSERT_EQ(this->Send(this->Of(data, kBytes)), HIAI_OK);
  const auto received = this->inbox_->TakeReceived();
  ASSERT_NE(received, nullptr);

  EXPECT_TRUE(TypeParam::Receiver().is_dmalloc(received->data, kBytes));
  EXPECT_EQ(HIAI_DVPP_DFree(received->data), HIAI_GRAPH_WRONG_MEMORY_TYPE);
  EXPECT_EQ(HIAI_DFree(received->data), HIAI_OK);
  EXPECT_EQ(HIAI_DFree(data), HIAI_GRAPH_WRONG_MEMORY_TYPE);
  EXPECT_EQ(HIAI_DVPP_DFree(data), HIAI_OK);
}

// The late free of published samples: an automatic block with a DFree deleter.
TYPED_TEST(ZeroCopy, ALateFreeByDeleterNeverHitsALaterBlock) {
  for (int round = 0; round < 3; ++round) {
    void* const data = Auto::Take(TypeParam::Sender());
    ASSERT_NE(data, nullptr);
    auto message = this->Of(data, kBytes);
    std::atomic<int> late{0};
    message->keep = std::shared_ptr<void>(data, [&late](void* block) {
      EXPECT_EQ(HIAI_DFree(block), HIAI_GRAPH_NOT_FOND_MEMORY);
      ++late;
    });
    ASSERT_EQ(this->Send(message), HIAI_OK);
    const auto received = this->inbox_->TakeReceived();
    ASSERT_NE(received, nullptr);
    ASSERT_EQ(HIAI_DFree(received->data), HIAI_OK);
    // More than the 64 sends that alone would end the quarantine: the message object lives.
    for (int i = 0; i < 100; ++i) this->SendSomething();
    std::vector<void*> later;
    for (int i = 0; i < 300; ++i) {
      later.push_back(Manual::Take(TypeParam::Sender()));
      ASSERT_NE(later.back(), nullptr);
      Write(later.back());
      EXPECT_NE(later.back(), data);
    }

    message.reset();

    EXPECT_EQ(late, 1);
    for (void* const block : later) {
      EXPECT_TRUE(Unchanged(block));
      EXPECT_EQ(HIAI_DFree(block), HIAI_OK);
    }
  }
}

TYPED_TEST(ZeroCopy, TheAddressStaysOutOfUseFor64SendsAfterItsMessageIsGone) {
  void* const data = Auto::Take(TypeParam::Sender());
  ASSERT_NE(data, nullptr);
  ASSERT_EQ(this->Send(this->Of(data, kBytes)), HIAI_OK);
  const auto received = this->inbox_->TakeReceived();
  ASSERT_NE(received, nullptr);
  ASSERT_EQ(HIAI_DFree(received->data), HIAI_OK);

  for (int i = 0; i < 63; ++i) {
    void* const block = Auto::Take(TypeParam::Sender());
    ASSERT_NE(block, nullptr);
    EXPECT_NE(block, data) << i;
    ASSERT_EQ(HIAI_DFree(block), HIAI_OK);
    this->SendSomething();
  }

  EXPECT_EQ(HIAI_DFree(data), HIAI_GRAPH_NOT_FOND_MEMORY);
}

TYPED_TEST(ZeroCopy, TheAddressComesBackInTheEnd) {
  constexpr std::uint64_t kMost = 65 + 8;  // 64 sends, and some that are looked at later
  const std::uint64_t before = Stats().quarantined_blocks;
  for (int i = 0; i < 1000; ++i) this->SendSomething();

  EXPECT_LE(Stats().quarantined_blocks, before + kMost);
}

// Which flags are automatic shows only after a send.
TYPED_TEST(ZeroCopy, FlagsOfOldGenerationsAreAutomaticAndBitTwoIsManual) {
  for (const std::uint32_t flag : {0u, 1u, 2u, 3u, 8u, 0x80000000u, 4u, 5u, 6u, 12u}) {
    const bool manual = (flag & 4u) != 0;
    void* const data = TypeParam::Sender().c_alloc(kBytes, 0, flag);
    ASSERT_NE(data, nullptr);
    ASSERT_EQ(this->Send(this->Of(data, kBytes)), HIAI_OK);
    const auto received = this->inbox_->TakeReceived();
    ASSERT_NE(received, nullptr);

    EXPECT_EQ(HIAI_DFree(data), manual ? HIAI_OK : HIAI_GRAPH_NOT_FOND_MEMORY) << flag;
    EXPECT_EQ(HIAI_DFree(received->data), HIAI_OK);
  }
}

}  // namespace
}  // namespace contract
