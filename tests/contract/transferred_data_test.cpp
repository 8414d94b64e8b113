// What arrives: types, control bytes, data of every form, and the release of received blocks.
#include <algorithm>
#include <vector>

#include "ownership.h"

namespace contract {
namespace {

// As each half of the application has it (see door_impl.h).
struct SamePlain {
  std::uint32_t number = 0;
  std::string text;
};

class TransferredData : public TransferGraph {};

TEST_F(TransferredData, StringsCrossBothWaysWithoutRegistration) {
  const auto device = Collect(2);
  const auto host = Collect(3);
  std::string text("with\0zero", 9);
  const auto sent = std::make_shared<std::string>(text);

  ASSERT_EQ(ToDevice("string", sent), HIAI_OK);
  ASSERT_EQ(DeviceDoor().graph_send({1, 3, 0}, "string", sent, 0), HIAI_OK);

  for (const auto& inbox : {device, host}) {
    const auto received = std::static_pointer_cast<std::string>(inbox->Take());
    ASSERT_NE(received, nullptr);
    EXPECT_EQ(*received, text);
    EXPECT_NE(received, sent);
  }
}

TEST_F(TransferredData, CerealTypesCrossAndTakeNoBlocksWithThem) {
  const auto inbox = Collect(2);
  const auto sent = std::make_shared<SamePlain>();
  sent->number = 77;
  sent->text = std::string(100000, 'x');

  ASSERT_EQ(ToDevice("contract.Plain", sent), HIAI_OK);

  const auto received = std::static_pointer_cast<SamePlain>(inbox->Take());
  ASSERT_NE(received, nullptr);
  EXPECT_EQ(received->number, 77u);
  EXPECT_EQ(received->text, sent->text);
  EXPECT_EQ(Counted().shared_sends + Copies(Counted()), 0u);
}

TEST_F(TransferredData, ControlBytesArriveUnchangedAndAlignedForEveryLength) {
  const auto inbox = Collect(2);
  for (const std::size_t length : {1u, 2u, 15u, 16u, 17u, 63u, 64u, 65u, 1000u, 100000u}) {
    const auto message = Of(nullptr, 0);
    for (std::size_t i = 0; i < length; ++i) message->control.push_back(static_cast<char>(i % 5));

    ASSERT_EQ(ToDevice("contract.Message", message, 500), HIAI_OK);

    const auto received = inbox->TakeReceived();
    ASSERT_NE(received, nullptr);
    EXPECT_EQ(received->control, message->control);
    EXPECT_TRUE(received->control_was_aligned) << length;
    EXPECT_FALSE(received->control_was_null);
  }
}

TEST_F(TransferredData, WithoutControlBytesTheHookGetsNull) {
  const auto inbox = Collect(2);

  ASSERT_EQ(ToDevice("contract.Message", Of(nullptr, 0)), HIAI_OK);

  const auto received = inbox->TakeReceived();
  ASSERT_NE(received, nullptr);
  EXPECT_TRUE(received->control_was_null);
}

TEST_F(TransferredData, EndOfStreamMessagesHaveNoData) {
  const auto inbox = Collect(2);
  std::uint8_t byte = 0;
  for (const auto& message : {Of(nullptr, 0), Of(&byte, 0), Of(nullptr, 10)}) {
    message->control = "end";

    ASSERT_EQ(ToDevice("contract.Message", message, 500), HIAI_OK);

    const auto received = inbox->TakeReceived();
    ASSERT_NE(received, nullptr);
    EXPECT_EQ(received->control, "end");
    EXPECT_EQ(received->data, nullptr);
    EXPECT_EQ(received->bytes, 0u);
  }
  hiai::Graph::ReleaseDataBuffer(nullptr);
}

TEST_F(TransferredData, AnAutomaticBlockWithLengthZeroIsNotSent) {
  const auto inbox = Collect(2);
  void* const data = Auto::Take(HostDoor());
  ASSERT_NE(data, nullptr);

  ASSERT_EQ(ToDevice("contract.Message", Of(data, 0)), HIAI_OK);

  EXPECT_NE(inbox->Take(), nullptr);
  EXPECT_EQ(HIAI_DFree(data), HIAI_OK);
}

TEST_F(TransferredData, TheExactLengthSentArrives) {
  const auto inbox = Collect(2);
  for (const std::uint32_t bytes : {1u, 127u, 4999u, kBytes}) {
    void* const data = Auto::Take(HostDoor());
    ASSERT_NE(data, nullptr);

    ASSERT_EQ(ToDevice("contract.Message", Of(data, bytes), 500), HIAI_OK);

    const auto received = inbox->TakeReceived();
    ASSERT_NE(received, nullptr);
    EXPECT_EQ(received->bytes, bytes);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(received->data) % 128, 0u);
  }
}

TEST_F(TransferredData, TwoLogicalBuffersTravelInOneBlock) {
  const auto inbox = Collect(2);
  auto* const data = static_cast<std::uint8_t*>(Auto::Take(HostDoor()));
  ASSERT_NE(data, nullptr);
  data[0] = 11;
  data[3000] = 22;

  ASSERT_EQ(ToDevice("contract.Message", Of(data, kBytes)), HIAI_OK);

  const auto received = inbox->TakeReceived();
  ASSERT_NE(received, nullptr);
  const std::shared_ptr<std::uint8_t> second(received->data + 3000, [](std::uint8_t*) {});
  EXPECT_EQ(received->data[0], 11);
  EXPECT_EQ(*second, 22);
  EXPECT_EQ(HIAI_DFree(received->data + 3000), HIAI_GRAPH_NOT_FOND_MEMORY);
  hiai::Graph::ReleaseDataBuffer(received->data + 3000);
  EXPECT_TRUE(HIAI_DFree(received->data) == HIAI_OK);
  received->block.reset();  // a second free: answered, harmless
}

TEST_F(TransferredData, DataThatBeginsInsideABlockIsCopied) {
  const auto inbox = Collect(2);
  auto* const data = static_cast<std::uint8_t*>(Manual::Take(HostDoor()));
  ASSERT_NE(data, nullptr);
  data[3000] = 33;

  ASSERT_EQ(ToDevice("contract.Message", Of(data + 3000, 2000)), HIAI_OK);

  const auto received = inbox->TakeReceived();
  ASSERT_NE(received, nullptr);
  EXPECT_EQ(received->data[0], 33);
  EXPECT_EQ(Counted().copies[OPENMATRIX_COPY_INTERIOR], 1u);
  EXPECT_EQ(HIAI_DFree(data), HIAI_OK);
}

TEST_F(TransferredData, AForeignBufferMayBeFreedRightAfterTheSend) {
  const auto inbox = Collect(2);
  std::vector<std::uint8_t> data(kBytes);
  Write(data.data());
  ASSERT_EQ(ToDevice("contract.Message", Of(data.data(), kBytes)), HIAI_OK);

  std::fill(data.begin(), data.end(), std::uint8_t{0});
  data = {};

  const auto received = inbox->TakeReceived();
  ASSERT_NE(received, nullptr);
  EXPECT_TRUE(Unchanged(received->data));
  EXPECT_EQ(Counted().copies[OPENMATRIX_COPY_FOREIGN], 1u);
}

TEST_F(TransferredData, ReceivedBlocksAreReleasedByEitherFunction) {
  for (const DeserializeMode mode : {DeserializeMode::kDFree, DeserializeMode::kReleaseBuffer}) {
    DeviceDoor().set_modes(SerializeMode::kNormal, mode);
    const auto inbox = Collect(2);
    ASSERT_EQ(ToDevice("contract.Message", Of(Auto::Take(HostDoor()), kBytes), 500), HIAI_OK);
    auto received = inbox->TakeReceived();
    ASSERT_NE(received, nullptr);
    EXPECT_EQ(LiveBlocks(), 1u);

    received.reset();

    EXPECT_TRUE(Eventually([] { return LiveBlocks() == 0; }));  // the worker may hold it too
  }
  EXPECT_EQ(Counted().bad_frees, 0u);
}

TEST_F(TransferredData, AReceivedBlockOutlivesItsGraph) {
  const auto inbox = Collect(2);
  void* const data = Auto::Take(HostDoor());
  ASSERT_NE(data, nullptr);
  Write(data);
  ASSERT_EQ(ToDevice("contract.Message", Of(data, kBytes)), HIAI_OK);
  auto received = inbox->TakeReceived();
  ASSERT_NE(received, nullptr);

  Destroy();

  EXPECT_TRUE(Unchanged(received->data));
}

TEST_F(TransferredData, SerializationHappensOncePerSendData) {
  const auto engine = HostDoor().engine(1, 1);
  ASSERT_NE(engine, nullptr);
  const auto first = Collect(2);
  const auto second = Collect(4);
  const int before = HostDoor().serialize_calls();

  ASSERT_EQ(engine->SendData(2, "contract.Message", Of(nullptr, 0)), HIAI_OK);

  EXPECT_NE(first->Take(), nullptr);
  EXPECT_NE(second->Take(), nullptr);
  EXPECT_EQ(HostDoor().serialize_calls(), before + 1);
}

}  // namespace
}  // namespace contract
