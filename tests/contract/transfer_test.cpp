// SendData beyond ownership: statuses, same and other side, order, fan-out.
#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "ownership.h"

namespace contract {
namespace {

class Transfer : public TransferGraph {};

// --- statuses ---

TEST_F(Transfer, UnknownGraphEngineAndPortHaveStatusesOfTheirOwn) {
  const auto message = Of(nullptr, 0);
  const auto graph = hiai::Graph::GetInstance(1);
  ASSERT_NE(graph, nullptr);

  EXPECT_EQ(graph->SendData({9, 1, 0}, "contract.Message", message), HIAI_GRAPH_NOT_EXIST);
  EXPECT_EQ(HostDoor().hiai_send({9, 1, 0}, "contract.Message", message, 0), HIAI_GRAPH_NOT_EXIST);
  EXPECT_EQ(HostDoor().c_send({9, 1, 0}, "contract.Message", message.get()), HIAI_GRAPH_NOT_EXIST);
  for (const std::uint32_t engine : {0u, 9u, 0xFFFFFFFFu}) {
    EXPECT_EQ(graph->SendData({1, engine, 0}, "contract.Message", message),
              HIAI_GRAPH_ENGINE_NOT_EXIST);
    EXPECT_EQ(HostDoor().hiai_send({1, engine, 0}, "contract.Message", message, 0),
              HIAI_GRAPH_ENGINE_NOT_EXIST);
  }
  for (const std::uint32_t port : {2u, 16u, 0xFFFFFFFFu}) {
    EXPECT_EQ(graph->SendData({1, 2, port}, "contract.Message", message), HIAI_PORT_ID_ERROR);
    EXPECT_EQ(graph->SendData({1, 3, port}, "contract.Message", message), HIAI_PORT_ID_ERROR);
  }
}

TEST_F(Transfer, AnOutputPortMayLeadNowhereOrNotExist) {
  const auto engine = HostDoor().engine(1, 1);
  ASSERT_NE(engine, nullptr);

  EXPECT_EQ(engine->SendData(4, "contract.Message", Of(nullptr, 0)), HIAI_GRAPH_SRC_PORT_NOT_EXIST);
  EXPECT_EQ(engine->SendData(8, "contract.Message", Of(nullptr, 0)), HIAI_PORT_ID_ERROR);
}

TEST_F(Transfer, NullMessagesAndEmptyNamesAreRefusedByEachForm) {
  const auto engine = HostDoor().engine(1, 1);
  ASSERT_NE(engine, nullptr);
  const auto message = Of(nullptr, 0);

  EXPECT_EQ(ToDevice("contract.Message", nullptr), HIAI_GRAPH_INVALID_VALUE);
  EXPECT_EQ(HostDoor().hiai_send({1, 2, 0}, "contract.Message", nullptr, 0),
            HIAI_GRAPH_INVALID_VALUE);
  EXPECT_EQ(HostDoor().c_send({1, 2, 0}, "contract.Message", nullptr), HIAI_GRAPH_INVALID_VALUE);
  EXPECT_EQ(engine->SendData(0, "contract.Message", nullptr), HIAI_ENGINE_NULL_POINTER);
  EXPECT_EQ(ToDevice("", message), HIAI_GRAPH_INVALID_VALUE);
  EXPECT_EQ(HostDoor().hiai_send({1, 2, 0}, "", message, 0), HIAI_GRAPH_INVALID_VALUE);
  EXPECT_EQ(HostDoor().c_send({1, 2, 0}, "", message.get()), HIAI_GRAPH_INVALID_VALUE);
  EXPECT_EQ(engine->SendData(0, "", message), HIAI_GRAPH_INVALID_VALUE);
  EXPECT_EQ(HIAI_C_SendData({1, 2, 0}, nullptr, 0, message.get()), HIAI_GRAPH_INVALID_VALUE);
}

TEST_F(Transfer, ANameThatOnlyTheOtherSideKnowsIsUnregistered) {
  EXPECT_EQ(ToDevice("contract.DeviceOnly", Of(nullptr, 0)), HIAI_GRAPH_SEARFUNC_IS_NULL);
  EXPECT_EQ(DeviceDoor().graph_send({1, 3, 0}, "contract.HostOnly", Of(nullptr, 0), 0),
            HIAI_GRAPH_SEARFUNC_IS_NULL);
}

TEST_F(Transfer, ANameThatTheReceiverDoesNotKnowIsAcceptedAndDropped) {
  void* const data = Auto::Take(HostDoor());
  ASSERT_NE(data, nullptr);

  EXPECT_EQ(ToDevice("contract.HostOnly", Of(data, kBytes)), HIAI_OK);

  EXPECT_TRUE(Eventually([] { return LiveBlocks() == 0; }));
}

TEST_F(Transfer, AFullQueueSaysSoAndClearsWhenItIsDrained) {
  auto inbox = std::make_shared<Inbox>();
  const auto gate = Hold(2, inbox);
  ASSERT_EQ(ToDevice("contract.Message", Of(nullptr, 0)), HIAI_OK);
  gate->WaitForSomebody();
  ASSERT_EQ(ToDevice("contract.Message", Of(nullptr, 0)), HIAI_OK);

  EXPECT_EQ(ToDevice("contract.Message", Of(nullptr, 0), 0), HIAI_QUEUE_FULL);
  EXPECT_EQ(ToDevice("contract.Message", Of(nullptr, 0), 1), HIAI_QUEUE_FULL);
  EXPECT_EQ(HostDoor().graph_send({1, 2, 1}, "contract.Message", Of(nullptr, 0), 0), HIAI_OK)
      << "each port has a queue of its own";
  gate->Open();

  EXPECT_EQ(ToDevice("contract.Message", Of(nullptr, 0), kForever), HIAI_OK);
  for (int i = 0; i < 4; ++i) EXPECT_NE(inbox->Take(), nullptr);
}

TEST_F(Transfer, DestroyEndsTheWaitOfASenderAtAFullQueue) {
  auto inbox = std::make_shared<Inbox>();
  const auto gate = Hold(2, inbox);
  ASSERT_EQ(ToDevice("contract.Message", Of(nullptr, 0)), HIAI_OK);
  gate->WaitForSomebody();
  ASSERT_EQ(ToDevice("contract.Message", Of(nullptr, 0)), HIAI_OK);
  void* const data = Auto::Take(HostDoor());
  ASSERT_NE(data, nullptr);
  std::atomic<bool> sending{false};
  HIAI_StatusT status = HIAI_ERROR;
  const auto engine = HostDoor().engine(1, 1);
  ASSERT_NE(engine, nullptr);
  std::thread sender([&] {
    sending = true;
    status = engine->SendData(0, "contract.Message", Of(data, kBytes), kForever);
  });
  while (!sending) std::this_thread::yield();

  std::thread destroyer([] { EXPECT_EQ(hiai::Graph::DestroyGraph(1), HIAI_OK); });
  sender.join();
  gate->Open();
  destroyer.join();

  EXPECT_EQ(status, HIAI_QUEUE_STOPPED);
  EXPECT_EQ(HIAI_DFree(data), HIAI_OK);
}

// --- same side ---

TEST_F(Transfer, TheSameSideGetsTheVeryObjectUnderAnyName) {
  const auto host = Collect(3);
  const auto device = Collect(4);
  const auto message = Of(nullptr, 0);
  const int serialized = HostDoor().serialize_calls();

  ASSERT_EQ(HostDoor().graph_send({1, 3, 0}, "never registered", message, 0), HIAI_OK);
  ASSERT_EQ(DeviceDoor().graph_send({1, 4, 0}, "never registered", message, 0), HIAI_OK);

  EXPECT_EQ(host->Take(), message);
  EXPECT_EQ(device->Take(), message);
  EXPECT_EQ(HostDoor().serialize_calls(), serialized);
}

TEST_F(Transfer, RepeatedSendsToTheSameSideLeaveABlockAsItIs) {
  const auto inbox = Collect(3);
  void* const data = Manual::Take(HostDoor());
  ASSERT_NE(data, nullptr);
  const auto message = Of(data, kBytes);

  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(HostDoor().graph_send({1, 3, 0}, "any", message, 500), HIAI_OK);
    EXPECT_EQ(inbox->Take(), message);
  }

  EXPECT_EQ(HIAI_DFree(data), HIAI_OK);
}

TEST_F(Transfer, ABlockMayGoThroughItsOwnSideAndThenCross) {
  const auto own = Collect(3);
  const auto other = Collect(2);
  void* const data = Auto::Take(HostDoor());
  ASSERT_NE(data, nullptr);
  const auto message = Of(data, kBytes);
  ASSERT_EQ(HostDoor().graph_send({1, 3, 0}, "contract.Message", message, 500), HIAI_OK);
  ASSERT_EQ(own->Take(), message);

  ASSERT_EQ(ToDevice("contract.Message", message), HIAI_OK);

  EXPECT_NE(other->Take(), nullptr);
  EXPECT_EQ(Copies(Counted()), 0u);
  EXPECT_EQ(HIAI_DFree(data), HIAI_GRAPH_NOT_FOND_MEMORY);
}

// --- order and fan-out ---

TEST_F(Transfer, EachSenderAndPortKeepsItsOrder) {
  constexpr std::uint32_t kMessages = 500;
  struct Seen {
    std::mutex mutex;
    std::map<std::uint32_t, std::vector<std::uint32_t>> numbers;  // by sender and port
    std::uint32_t count = 0;
  };
  auto seen = std::make_shared<Seen>();
  DeviceDoor().set_handler(
      2, [seen](hiai::Engine&, std::uint32_t port, const std::shared_ptr<void>& message) {
        const std::string text = *std::static_pointer_cast<std::string>(message);
        const std::lock_guard<std::mutex> lock(seen->mutex);
        const auto sender = static_cast<std::uint32_t>(text[0] - 'a');
        seen->numbers[sender * 2 + port].push_back(
            static_cast<std::uint32_t>(std::stoul(text.substr(1))));
        ++seen->count;
        return HIAI_StatusT{HIAI_OK};
      });
  std::vector<std::thread> senders;
  for (char sender = 'a'; sender < 'd'; ++sender) {
    senders.emplace_back([sender] {
      for (std::uint32_t i = 0; i < kMessages; ++i) {
        const auto text = std::make_shared<std::string>(sender + std::to_string(i));
        EXPECT_EQ(HostDoor().graph_send({1, 2, i % 2}, "string", text, kForever), HIAI_OK);
      }
    });
  }
  for (std::thread& sender : senders) sender.join();

  ASSERT_TRUE(Eventually([&] {
    const std::lock_guard<std::mutex> lock(seen->mutex);
    return seen->count == 3 * kMessages;
  }));
  for (const auto& entry : seen->numbers) {
    EXPECT_EQ(entry.second.size(), kMessages / 2);
    EXPECT_TRUE(std::is_sorted(entry.second.begin(), entry.second.end())) << entry.first;
  }
}

TEST_F(Transfer, AFanOutToBothSidesGivesEachItsOwn) {
  const auto engine = HostDoor().engine(1, 1);
  ASSERT_NE(engine, nullptr);
  const auto own = Collect(3);
  const auto first = Collect(2);
  const auto second = Collect(4);
  void* const data = Manual::Take(HostDoor());
  ASSERT_NE(data, nullptr);
  Write(data);
  const auto message = Of(data, kBytes);

  ASSERT_EQ(engine->SendData(3, "contract.Message", message), HIAI_OK);

  EXPECT_EQ(own->Take(), message);
  const auto a = first->TakeReceived();
  const auto b = second->TakeReceived();
  ASSERT_NE(a, nullptr);
  ASSERT_NE(b, nullptr);
  EXPECT_NE(a->data, b->data);
  EXPECT_TRUE(Unchanged(a->data));
  EXPECT_TRUE(Unchanged(b->data));
  EXPECT_EQ(Counted().shared_sends, 1u);
  EXPECT_EQ(Counted().copies[OPENMATRIX_COPY_FAN_OUT], 1u);
  EXPECT_EQ(HIAI_DFree(data), HIAI_OK);
}

TEST_F(Transfer, AFanOutGoesToAllOrToNobody) {
  const auto engine = HostDoor().engine(1, 1);
  ASSERT_NE(engine, nullptr);
  const auto first = Collect(2);
  auto inbox = std::make_shared<Inbox>();
  const auto gate = Hold(4, inbox);
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(HostDoor().graph_send({1, 4, 0}, "string", std::make_shared<std::string>(), 0),
              HIAI_OK);
    if (i == 0) gate->WaitForSomebody();
  }
  void* const data = Auto::Take(HostDoor());
  ASSERT_NE(data, nullptr);

  EXPECT_EQ(engine->SendData(2, "contract.Message", Of(data, kBytes), 0), HIAI_QUEUE_FULL);

  EXPECT_EQ(HIAI_DFree(data), HIAI_OK);
  ASSERT_EQ(ToDevice("string", std::make_shared<std::string>("marker")), HIAI_OK);
  const auto marker = std::static_pointer_cast<std::string>(first->Take());
  ASSERT_NE(marker, nullptr);
  EXPECT_EQ(*marker, "marker") << "nothing of the fan-out came before it";
}

// --- the receiver's side of a call is that of its code ---

TEST_F(Transfer, CodeInAnEngineIsOfTheSideOfTheEngine) {
  auto addresses = std::make_shared<Inbox>();
  for (const std::uint32_t engine : {2u, 3u}) {
    DoorOf(engine).set_handler(
        engine, [addresses](hiai::Engine&, std::uint32_t, const std::shared_ptr<void>&) {
          addresses->Put(0, std::shared_ptr<void>(HIAI_DMalloc(100, 0, 4), [](void* block) {
                           EXPECT_EQ(HIAI_DFree(block), HIAI_OK);
                         }));
          return HIAI_StatusT{HIAI_OK};
        });
  }
  ASSERT_EQ(ToDevice("string", std::make_shared<std::string>()), HIAI_OK);
  ASSERT_NE(addresses->Take(), nullptr);
  const std::uint64_t device = Counted().views[1].allocations;
  const std::uint64_t host = Counted().views[0].allocations;

  ASSERT_EQ(HostDoor().graph_send({1, 3, 0}, "string", std::make_shared<std::string>(), 0),
            HIAI_OK);
  ASSERT_NE(addresses->Take(), nullptr);

  EXPECT_EQ(device, 1u);
  EXPECT_EQ(host, 0u);
  EXPECT_EQ(Counted().views[0].allocations, 1u);
  EXPECT_TRUE(Eventually([] { return LiveBlocks() == 0; }));
}

// --- settings of a connection ---

// receive_memory_without_dvpp: blocks for receivers lie where a DVPP sees them whatever it says, so
// both values are taken and change nothing.
TEST_F(Transfer, BothKindsOfReceiveMemoryOfAConnectionAreAcceptedAndDeliver) {
  Destroy();
  for (const std::string value : {"0", "1", "true", "false"}) {
    ASSERT_EQ(CreateFromText("graphs { graph_id: 1 engines { id: 1 engine_name: \"Node\" side: HOST"
                             " } engines { id: 2 engine_name: \"Node\" " +
                             DeviceLibrary() +
                             "} connects { src_engine_id: 1 target_engine_id: 2 "
                             "receive_memory_without_dvpp: " +
                             value + " } }"),
              HIAI_OK);
    const auto inbox = Collect(2);
    void* const block = HostDoor().c_alloc(4096, 0, HIAI_MEMORY_ATTR_MANUAL_FREE);
    ASSERT_NE(block, nullptr);
    EXPECT_EQ(HostDoor().engine(1, 1)->SendData(0, "contract.Message", Of(block, 4096)), HIAI_OK);
    const auto received = inbox->TakeReceived();
    ASSERT_NE(received, nullptr);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(received->data) % 128, 0u);
    EXPECT_EQ(HostDoor().c_free(block), HIAI_OK);
    Destroy();
  }
}

}  // namespace
}  // namespace contract
