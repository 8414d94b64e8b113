// A device that goes away: what still works, what fails with which status, and what comes back.
#include <future>
#include <thread>

#include "openmatrix/simulator.h"
#include "ownership.h"

namespace contract {
namespace {

class Disconnect : public TransferGraph {
 protected:
  void TearDown() override {
    EXPECT_EQ(openmatrix_reconnect_device(0), 0);
    TransferGraph::TearDown();
  }

  static std::shared_ptr<std::string> Text() { return std::make_shared<std::string>("text"); }

  // A send to engine 2 in a thread of its own, that waits for a slot or for memory.
  template <typename Send>
  static std::future<HIAI_StatusT> SendThatWaits(const Send& send) {
    const int calls = HostDoor().serialize_calls();
    std::future<HIAI_StatusT> status = std::async(std::launch::async, send);
    // The hook comes after the first look at the link: only the wait can end the send now.
    EXPECT_TRUE(Eventually([calls] { return HostDoor().serialize_calls() > calls; }));
    return status;
  }
};

TEST_F(Disconnect, EveryFormOfASendToTheDeviceFails) {
  const auto engine = HostDoor().engine(1, 1);
  ASSERT_NE(engine, nullptr);
  ASSERT_EQ(openmatrix_disconnect_device(0), 0);

  EXPECT_EQ(HostDoor().graph_send({1, 2, 0}, "string", Text(), kForever), HIAI_HDC_SESSION_DEAD);
  EXPECT_EQ(HostDoor().hiai_send({1, 2, 0}, "string", Text(), kForever), HIAI_HDC_SESSION_DEAD);
  EXPECT_EQ(HostDoor().c_send({1, 2, 0}, "string", Text().get()), HIAI_HDC_SESSION_DEAD);
  EXPECT_EQ(engine->SendData(0, "string", Text(), kForever), HIAI_HDC_SESSION_DEAD);
  EXPECT_EQ(engine->SendData(2, "string", Text(), kForever), HIAI_HDC_SESSION_DEAD);
}

TEST_F(Disconnect, SendsFromTheDeviceFail) {
  const auto engine = DeviceDoor().engine(1, 2);
  ASSERT_NE(engine, nullptr);
  ASSERT_EQ(openmatrix_disconnect_device(0), 0);

  EXPECT_EQ(engine->SendData(0, "string", Text(), kForever), HIAI_HDC_SESSION_DEAD);
  EXPECT_EQ(DeviceDoor().graph_send({1, 3, 0}, "string", Text(), kForever), HIAI_HDC_SESSION_DEAD);
}

TEST_F(Disconnect, SendsWithinASideGoOn) {
  const auto host = Collect(3);
  const auto device = Collect(4);
  const auto from_host = HostDoor().engine(1, 1);
  const auto from_device = DeviceDoor().engine(1, 2);
  ASSERT_EQ(openmatrix_disconnect_device(0), 0);

  const auto message = Text();
  EXPECT_EQ(from_host->SendData(1, "string", message), HIAI_OK);
  EXPECT_EQ(from_device->SendData(1, "string", message), HIAI_OK);

  EXPECT_EQ(host->Take(), message);
  EXPECT_EQ(device->Take(), message);
}

TEST_F(Disconnect, AnotherDevicesLinkDoesNotMatter) {
  const auto inbox = Collect(2);
  ASSERT_EQ(openmatrix_disconnect_device(1), 0);

  EXPECT_EQ(ToDevice("string", Text(), kForever), HIAI_OK);

  EXPECT_NE(inbox->Take(), nullptr);
  EXPECT_EQ(openmatrix_reconnect_device(1), 0);
}

TEST_F(Disconnect, ASenderThatWaitsForASlotComesBack) {
  const auto inbox = std::make_shared<Inbox>();
  const auto gate = Hold(2, inbox);
  ASSERT_EQ(ToDevice("contract.Message", Of(nullptr, 0), kForever), HIAI_OK);
  gate->WaitForSomebody();
  ASSERT_EQ(ToDevice("contract.Message", Of(nullptr, 0), kForever), HIAI_OK);
  auto main = SendThatWaits([] { return ToDevice("contract.Message", Of(nullptr, 0), kForever); });
  const auto engine = HostDoor().engine(1, 1);
  auto thread_of_engine = SendThatWaits(
      [engine] { return engine->SendData(0, "contract.Message", Of(nullptr, 0), kForever); });

  ASSERT_EQ(openmatrix_disconnect_device(0), 0);

  EXPECT_EQ(main.get(), HIAI_HDC_SESSION_DEAD);
  EXPECT_EQ(thread_of_engine.get(), HIAI_HDC_SESSION_DEAD);
}

TEST_F(Disconnect, ABlockWhoseSendFailedStaysTheSenders) {
  for (const std::uint32_t flag :
       {std::uint32_t{HIAI_MEMORY_ATTR_AUTO_FREE}, std::uint32_t{HIAI_MEMORY_ATTR_MANUAL_FREE}}) {
    void* const block = HostDoor().c_alloc(4096, 0, flag);
    ASSERT_NE(block, nullptr);
    ASSERT_EQ(openmatrix_disconnect_device(0), 0);
    EXPECT_EQ(ToDevice("contract.Message", Of(block, 4096)), HIAI_HDC_SESSION_DEAD);
    EXPECT_EQ(openmatrix_reconnect_device(0), 0);
    EXPECT_EQ(HostDoor().c_free(block), HIAI_OK);
  }
}

TEST_F(Disconnect, WhatWasAcceptedArrivesAndIsFreedAndTheGraphCanBeDestroyed) {
  const auto inbox = std::make_shared<Inbox>();
  const auto gate = Hold(2, inbox);
  void* const block = HostDoor().c_alloc(4096, 0, HIAI_MEMORY_ATTR_AUTO_FREE);
  ASSERT_NE(block, nullptr);
  ASSERT_EQ(ToDevice("contract.Message", Of(block, 4096)), HIAI_OK);
  ASSERT_EQ(openmatrix_disconnect_device(0), 0);
  gate->Open();

  auto received = inbox->TakeReceived();
  ASSERT_NE(received, nullptr);
  received.reset();
  EXPECT_TRUE(Eventually([] { return LiveBlocks() == 0; }));
  EXPECT_EQ(hiai::Graph::DestroyGraph(1), HIAI_OK);
}

TEST_F(Disconnect, LastsUntilTheDeviceIsBack) {
  const auto inbox = Collect(2);
  ASSERT_EQ(openmatrix_disconnect_device(0), 0);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ToDevice("string", Text()), HIAI_HDC_SESSION_DEAD);

  ASSERT_EQ(openmatrix_reconnect_device(0), 0);

  EXPECT_EQ(ToDevice("string", Text(), kForever), HIAI_OK);
  EXPECT_NE(inbox->Take(), nullptr);
}

TEST_F(Disconnect, AGraphThatIsCreatedMeanwhileHasNoLinkEither) {
  Destroy();
  ASSERT_EQ(openmatrix_disconnect_device(0), 0);
  Create(/*queue_size=*/1);

  EXPECT_EQ(ToDevice("string", Text()), HIAI_HDC_SESSION_DEAD);
}

}  // namespace
}  // namespace contract
