// The life of graphs: messages, queues, receivers, destruction.
#include <atomic>
#include <thread>

#include "hiaiengine/c_api.h"
#include "programs/graph_fixture.h"

namespace {

Gate g_gate;
std::atomic<int> g_alive{0};
std::atomic<std::uint32_t> g_last_status{0};

std::shared_ptr<std::string> Text(const std::shared_ptr<void>& message) {
  return std::static_pointer_cast<std::string>(message);
}

class Pass : public hiai::Engine {
 public:
  Pass() { ++g_alive; }
  ~Pass() override { --g_alive; }
  HIAI_DEFINE_PROCESS(1, 2)
};
HIAI_IMPL_ENGINE_PROCESS("Pass", Pass, 1) {
  g_last_status = SendData(0, "a name that nobody registered", arg0, 100000);
  return g_last_status;
}

class Blocked : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};
HIAI_IMPL_ENGINE_PROCESS("Blocked", Blocked, 1) {
  g_gate.Wait();
  return SendData(0, "string", arg0);
}

// Counts down around a cycle and then leaves it by port 1.
class CountDown : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 2)
};
HIAI_IMPL_ENGINE_PROCESS("CountDown", CountDown, 1) {
  const int left = std::stoi(*Text(arg0));
  if (left == 0) return SendData(1, "string", arg0);
  return SendData(0, "string", std::make_shared<std::string>(std::to_string(left - 1)));
}

class Join : public hiai::Engine {
  HIAI_DEFINE_PROCESS(3, 1)
};
HIAI_IMPL_ENGINE_PROCESS("Join", Join, 3) {
  std::string seen;
  for (const auto* argument : {&arg0, &arg1, &arg2}) seen += *argument == nullptr ? "-" : "x";
  return SendData(0, "string", std::make_shared<std::string>(seen));
}

class Throwing : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};
HIAI_IMPL_ENGINE_PROCESS("Throwing", Throwing, 1) {
  if (*Text(arg0) == "throw") throw std::runtime_error("thrown by a test");
  return SendData(0, "string", arg0);
}

class BadInit : public hiai::Engine {
 public:
  HIAI_StatusT Init(const hiai::AIConfig& config,
                    const std::vector<hiai::AIModelDescription>& models) override {
    static_cast<void>(models);
    if (config.items_size() != 0) throw std::runtime_error("thrown by a test");
    return HIAI_ERROR;
  }
  HIAI_DEFINE_PROCESS(1, 1)
};
HIAI_IMPL_ENGINE_PROCESS("BadInit", BadInit, 1) {
  static_cast<void>(arg0);
  return HIAI_OK;
}

// Sends from Init, and from a thread of its own.
class Source : public hiai::Engine {
 public:
  ~Source() override {
    if (thread_.joinable()) thread_.join();
  }
  static std::atomic<HIAI_StatusT>& ThreadStatus() {
    static std::atomic<HIAI_StatusT> status{0};
    return status;
  }
  HIAI_StatusT Init(const hiai::AIConfig& config,
                    const std::vector<hiai::AIModelDescription>& models) override {
    static_cast<void>(models);
    if (config.items_size() != 0) text_ = config.items(0).value();
    return SendData(0, "string", std::make_shared<std::string>(text_));
  }
  HIAI_DEFINE_PROCESS(1, 1)

 private:
  std::string text_ = "from Init";
  std::thread thread_;
};
HIAI_IMPL_ENGINE_PROCESS("Source", Source, 1) {
  static_cast<void>(arg0);
  thread_ = std::thread([this] {
    HIAI_StatusT status = HIAI_OK;
    while (status == HIAI_OK) {
      status = SendData(0, "string", std::make_shared<std::string>("from a thread"), 100000);
    }
    ThreadStatus() = status;
  });
  return HIAI_OK;
}

class DestroyInInit : public hiai::Engine {
 public:
  HIAI_StatusT Init(const hiai::AIConfig& config,
                    const std::vector<hiai::AIModelDescription>& models) override {
    static_cast<void>(config);
    static_cast<void>(models);
    return hiai::Graph::DestroyGraph(GetGraphId());
  }
  HIAI_DEFINE_PROCESS(1, 1)
};
HIAI_IMPL_ENGINE_PROCESS("DestroyInInit", DestroyInInit, 1) {
  static_cast<void>(arg0);
  return HIAI_OK;
}

std::string Host(int id, const std::string& name, const std::string& more = "") {
  return "engines { id: " + std::to_string(id) + " engine_name: \"" + name + "\" side: HOST " +
         more + " } ";
}

std::string Edge(int from, int to, int to_port = 0) {
  return "connects { src_engine_id: " + std::to_string(from) +
         " target_engine_id: " + std::to_string(to) +
         " target_port_id: " + std::to_string(to_port) + " } ";
}

std::string OneGraph(const std::string& body, int id = 1) {
  return "graphs { graph_id: " + std::to_string(id) + " " + body + "} ";
}

class Graphs : public GraphTest {
 protected:
  void SetUp() override { g_gate.Reset(); }
  void TearDown() override {
    g_gate.Open();
    GraphTest::TearDown();
    EXPECT_EQ(g_alive, 0);
  }
};

TEST_F(Graphs, ASendOnOneSideHandsOverTheVeryObjectUnderAnyName) {
  ASSERT_EQ(CreateFromText(OneGraph(Host(1, "Pass"))), HIAI_OK);
  const auto inbox = Watch(1, 1);
  const auto message = std::make_shared<int>(5);

  ASSERT_EQ(hiai::Graph::GetInstance(1)->SendData({1, 1, 0}, "unknown too", message), HIAI_OK);

  EXPECT_EQ(inbox->WaitFor(1)[0], message);
}

TEST_F(Graphs, MessagesOfOneSenderArriveInOrder) {
  ASSERT_EQ(CreateFromText(OneGraph(Host(1, "Pass") + Host(2, "Pass") + Edge(1, 2))), HIAI_OK);
  const auto inbox = Watch(1, 2);

  for (int i = 0; i < 1000; ++i) ASSERT_EQ(SendText(1, 1, std::to_string(i)), HIAI_OK);

  const auto messages = inbox->WaitFor(1000);
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(*Text(messages[static_cast<std::size_t>(i)]), std::to_string(i));
  }
}

TEST_F(Graphs, AFullQueueSaysSoAndTakesMoreWhenItIsDrained) {
  ASSERT_EQ(CreateFromText(OneGraph(Host(1, "Blocked", "queue_size: 2"))), HIAI_OK);
  const auto inbox = Watch(1, 1);
  ASSERT_EQ(SendText(1, 1, "taken"), HIAI_OK);
  g_gate.WaitForSomebody();
  ASSERT_EQ(SendText(1, 1, "first"), HIAI_OK);
  ASSERT_EQ(SendText(1, 1, "second"), HIAI_OK);

  EXPECT_EQ(SendText(1, 1, "third", 0, 0), HIAI_QUEUE_FULL);
  EXPECT_EQ(SendText(1, 1, "third", 0, 5), HIAI_QUEUE_FULL);
  g_gate.Open();
  while (SendText(1, 1, "third") == HIAI_QUEUE_FULL) {
  }

  EXPECT_EQ(inbox->WaitForText(3), "third");
}

TEST_F(Graphs, EnginesMayFormACycle) {
  ASSERT_EQ(CreateFromText(
                OneGraph(Host(1, "CountDown") + Host(2, "CountDown") + Edge(1, 2) + Edge(2, 1))),
            HIAI_OK);
  auto inbox = std::make_shared<Inbox>();
  ASSERT_EQ(hiai::Graph::SetDataRecvFunctor({1, 1, 1}, inbox), HIAI_OK);

  ASSERT_EQ(SendText(1, 1, "100"), HIAI_OK);

  EXPECT_EQ(inbox->WaitForText(), "0");
}

TEST_F(Graphs, EachMessageRunsOnceWithTheOtherArgumentsNull) {
  ASSERT_EQ(CreateFromText(OneGraph(Host(1, "Join"))), HIAI_OK);
  const auto inbox = Watch(1, 1);

  for (std::uint32_t port : {1u, 0u, 2u, 2u}) ASSERT_EQ(SendText(1, 1, "m", port), HIAI_OK);

  inbox->WaitFor(4);
  EXPECT_EQ(inbox->WaitForText(0), "-x-");
  EXPECT_EQ(inbox->WaitForText(1), "x--");
  EXPECT_EQ(inbox->WaitForText(2), "--x");
  EXPECT_EQ(inbox->WaitForText(3), "--x");
}

TEST_F(Graphs, AnExceptionOfProcessLosesOnlyItsMessage) {
  ASSERT_EQ(CreateFromText(OneGraph(Host(1, "Throwing"))), HIAI_OK);
  const auto inbox = Watch(1, 1);

  ASSERT_EQ(SendText(1, 1, "throw"), HIAI_OK);
  ASSERT_EQ(SendText(1, 1, "next"), HIAI_OK);

  EXPECT_EQ(inbox->WaitForText(), "next");
}

TEST_F(Graphs, ASendFromInitReachesAnEngineThatStartsLater) {
  ASSERT_EQ(CreateFromText(OneGraph(Host(1, "Source") + Host(2, "Blocked") + Edge(1, 2))), HIAI_OK);
  const auto inbox = Watch(1, 2);

  g_gate.Open();

  EXPECT_EQ(inbox->WaitForText(), "from Init");
}

TEST_F(Graphs, AThreadOfAnEngineSends) {
  ASSERT_EQ(CreateFromText(OneGraph(Host(1, "Source") + Host(2, "Blocked") + Edge(1, 2))), HIAI_OK);
  const auto inbox = Watch(1, 2);
  g_gate.Open();

  ASSERT_EQ(SendText(1, 1, "go"), HIAI_OK);

  EXPECT_EQ(inbox->WaitForText(1), "from a thread");
  EXPECT_EQ(hiai::Graph::DestroyGraph(1), HIAI_OK);
  EXPECT_EQ(Source::ThreadStatus(), HIAI_QUEUE_STOPPED);
}

TEST_F(Graphs, AConnectionAndAReceiverBothGetTheMessage) {
  ASSERT_EQ(CreateFromText(OneGraph(Host(1, "Pass") + Host(2, "Pass") + Edge(1, 2))), HIAI_OK);
  const auto own = Watch(1, 1);
  const auto connected = Watch(1, 2);

  ASSERT_EQ(SendText(1, 1, "both"), HIAI_OK);

  EXPECT_EQ(own->WaitForText(), "both");
  EXPECT_EQ(connected->WaitForText(), "both");
}

TEST_F(Graphs, ASecondReceiverReplacesTheFirst) {
  ASSERT_EQ(CreateFromText(OneGraph(Host(1, "Pass"))), HIAI_OK);
  const auto first = Watch(1, 1);
  std::weak_ptr<Inbox> gone = Watch(1, 1);
  const auto last = Watch(1, 1);

  ASSERT_EQ(SendText(1, 1, "text"), HIAI_OK);

  EXPECT_EQ(last->WaitForText(), "text");
  EXPECT_TRUE(first->WaitFor(0).empty());
  EXPECT_EQ(gone.lock(), nullptr);
}

TEST_F(Graphs, WhatTheReceiverAnswersIsTheResultOfTheSend) {
  ASSERT_EQ(CreateFromText(OneGraph(Host(1, "Pass") + Host(2, "Pass") + Edge(1, 2))), HIAI_OK);
  const auto inbox = Watch(1, 1);
  const auto after = Watch(1, 2);
  constexpr HIAI_StatusT kOwnStatus = 0x12345;
  inbox->SetAnswer(kOwnStatus);
  after->SetAction([] { g_gate.Wait(); });

  ASSERT_EQ(SendText(1, 1, "text"), HIAI_OK);
  inbox->WaitFor(1);
  g_gate.Open();
  ASSERT_EQ(hiai::Graph::DestroyGraph(1), HIAI_OK);

  // Engine 2 ended with HIAI_OK or was stopped; engine 1, which ran the receiver, was there first
  // or last: run it alone to be sure.
  ASSERT_EQ(CreateFromText(OneGraph(Host(1, "Pass"))), HIAI_OK);
  ASSERT_EQ(hiai::Graph::SetDataRecvFunctor({1, 1, 0}, inbox), HIAI_OK);
  ASSERT_EQ(SendText(1, 1, "text"), HIAI_OK);
  inbox->WaitFor(2);
  ASSERT_EQ(hiai::Graph::DestroyGraph(1), HIAI_OK);
  EXPECT_EQ(g_last_status, kOwnStatus);
}

TEST_F(Graphs, TheGraphsOfOneFileMayBeConnected) {
  ASSERT_EQ(CreateFromText(OneGraph(Host(1, "Pass") + "connects { src_engine_id: 1 "
                                                      "target_graph_id: 2 target_engine_id: 9 } ") +
                           OneGraph(Host(9, "Pass"), 2)),
            HIAI_OK);
  const auto inbox = Watch(2, 9);

  ASSERT_EQ(SendText(1, 1, "across"), HIAI_OK);

  EXPECT_EQ(inbox->WaitForText(), "across");
}

TEST_F(Graphs, DestroyEndsTheWaitOfAWorkerAtAFullQueue) {
  ASSERT_EQ(
      CreateFromText(OneGraph(Host(1, "Pass") + Host(2, "Blocked", "queue_size: 1") + Edge(1, 2))),
      HIAI_OK);
  for (int i = 0; i < 5; ++i) ASSERT_EQ(SendText(1, 1, "fill"), HIAI_OK);
  g_gate.WaitForSomebody();
  std::thread opener([] {
    // Process of engine 2 is user code: nobody but the test can end it.
    while (hiai::Graph::GetInstance(1) != nullptr) std::this_thread::yield();
    g_gate.Open();
  });

  EXPECT_EQ(hiai::Graph::DestroyGraph(1), HIAI_OK);

  opener.join();
}

TEST_F(Graphs, DestroyDropsWhatIsQueued) {
  ASSERT_EQ(CreateFromText(OneGraph(Host(1, "Blocked"))), HIAI_OK);
  ASSERT_EQ(SendText(1, 1, "taken"), HIAI_OK);
  g_gate.WaitForSomebody();
  std::weak_ptr<void> queued;
  {
    const std::shared_ptr<void> message = std::make_shared<std::string>("queued");
    ASSERT_EQ(hiai::Graph::GetInstance(1)->SendData({1, 1, 0}, "string", message), HIAI_OK);
    queued = message;
  }
  std::thread opener([] {
    while (hiai::Graph::GetInstance(1) != nullptr) std::this_thread::yield();
    g_gate.Open();
  });

  EXPECT_EQ(hiai::Graph::DestroyGraph(1), HIAI_OK);

  opener.join();
  EXPECT_TRUE(queued.expired());
}

TEST_F(Graphs, AReceiverMayDestroyItsGraph) {
  ASSERT_EQ(CreateFromText(OneGraph(Host(1, "Pass"))), HIAI_OK);
  const auto inbox = Watch(1, 1);
  std::atomic<HIAI_StatusT> destroyed{0};
  inbox->SetAction([&destroyed] {
    destroyed = hiai::Graph::DestroyGraph(1);
    g_gate.Open();
  });

  ASSERT_EQ(SendText(1, 1, "text"), HIAI_OK);
  g_gate.Wait();

  EXPECT_EQ(destroyed, HIAI_OK);
  EXPECT_EQ(hiai::Graph::GetInstance(1), nullptr);
  while (g_alive != 0) std::this_thread::yield();  // the last worker destroys the engine
}

TEST_F(Graphs, DestroyWhileTheLastCallbackReturns) {
  for (int round = 0; round < 200; ++round) {
    ASSERT_EQ(CreateFromText(OneGraph(Host(1, "Pass") + Host(2, "Pass") + Edge(1, 2))), HIAI_OK);
    const auto inbox = Watch(1, 2);
    ASSERT_EQ(SendText(1, 1, "text"), HIAI_OK);
    inbox->WaitFor(1);
    ASSERT_EQ(hiai::Graph::DestroyGraph(1), HIAI_OK);
  }
}

TEST_F(Graphs, SendersReceiversAndDestroyersMayMeetAtAnyTime) {
  std::atomic<bool> over{false};
  std::vector<std::thread> senders;
  for (int i = 0; i < 3; ++i) {
    senders.emplace_back([&over] {
      while (!over) {
        static_cast<void>(SendText(1, 1, "text", 0, 1));
        static_cast<void>(hiai::Graph::SetDataRecvFunctor({1, 2, 0}, std::make_shared<Inbox>()));
      }
    });
  }
  const std::string text = OneGraph(Host(1, "Pass", "thread_num: 2 queue_size: 2") +
                                    Host(2, "Pass", "queue_size: 1") + Edge(1, 2));

  for (int round = 0; round < 300; ++round) {
    ASSERT_EQ(CreateFromText(text), HIAI_OK);
    ASSERT_EQ(hiai::Graph::DestroyGraph(1), HIAI_OK);
  }

  over = true;
  for (std::thread& sender : senders) sender.join();
}

TEST_F(Graphs, AnInitMayDestroyItsGraphAndThenCreationFails) {
  EXPECT_EQ(CreateFromText(OneGraph(Host(1, "DestroyInInit") + Host(2, "Pass"))),
            HIAI_GRAPH_NOT_EXIST);
  EXPECT_EQ(hiai::Graph::GetInstance(1), nullptr);
}

TEST_F(Graphs, AHandleOfADestroyedGraphAnswersPolitely) {
  ASSERT_EQ(CreateFromText(OneGraph(Host(1, "Pass"))), HIAI_OK);
  const auto graph = hiai::Graph::GetInstance(1);
  EXPECT_EQ(graph->GetGraphId(), 1u);
  EXPECT_EQ(graph, hiai::Graph::GetInstance(1));
  ASSERT_EQ(hiai::Graph::DestroyGraph(1), HIAI_OK);

  EXPECT_EQ(graph->SendData({1, 1, 0}, "string", std::make_shared<std::string>()),
            HIAI_GRAPH_NOT_EXIST);
  EXPECT_EQ(graph->GetEngine(1), nullptr);
  EXPECT_EQ(hiai::Graph::DestroyGraph(1), HIAI_GRAPH_NOT_EXIST);
}

TEST_F(Graphs, AnEngineThatIsHeldOutlivesItsGraph) {
  ASSERT_EQ(CreateFromText(OneGraph(Host(1, "Pass"))), HIAI_OK);
  auto engine = hiai::Graph::GetInstance(1)->GetEngine(1);
  ASSERT_NE(engine, nullptr);

  ASSERT_EQ(hiai::Graph::DestroyGraph(1), HIAI_OK);

  EXPECT_EQ(engine->GetEngineId(), 1u);
  EXPECT_NE(engine->SendData(0, "string", std::make_shared<std::string>()), HIAI_OK);
  engine.reset();
  EXPECT_EQ(g_alive, 0);
}

TEST_F(Graphs, IfOneGraphOfAFileFailsNoneExists) {
  EXPECT_EQ(CreateFromText(OneGraph(Host(1, "Pass")) + OneGraph(Host(1, "BadInit"), 2)),
            HIAI_GRAPH_ENGINE_INIT_FAILED);

  EXPECT_EQ(hiai::Graph::GetInstance(1), nullptr);
  EXPECT_EQ(hiai::Graph::GetInstance(2), nullptr);
  EXPECT_EQ(g_alive, 0);
}

TEST_F(Graphs, SendsAndReceiversNameWhatIsWrong) {
  ASSERT_EQ(CreateFromText(OneGraph(Host(1, "Pass"))), HIAI_OK);
  const auto graph = hiai::Graph::GetInstance(1);
  const auto message = std::make_shared<std::string>();
  const auto engine = graph->GetEngine(1);
  ASSERT_NE(engine, nullptr);
  const auto inbox = std::make_shared<Inbox>();

  EXPECT_EQ(graph->SendData({9, 1, 0}, "string", message), HIAI_GRAPH_NOT_EXIST);
  EXPECT_EQ(graph->SendData({1, 9, 0}, "string", message), HIAI_GRAPH_ENGINE_NOT_EXIST);
  EXPECT_EQ(graph->SendData({1, 1, 1}, "string", message), HIAI_PORT_ID_ERROR);
  EXPECT_EQ(graph->SendData({1, 1, 0}, "", message), HIAI_GRAPH_INVALID_VALUE);
  EXPECT_EQ(graph->SendData({1, 1, 0}, "string", nullptr), HIAI_GRAPH_INVALID_VALUE);
  EXPECT_EQ(engine->SendData(0, "string", nullptr), HIAI_ENGINE_NULL_POINTER);
  EXPECT_EQ(engine->SendData(0, "", message), HIAI_GRAPH_INVALID_VALUE);
  EXPECT_EQ(engine->SendData(1, "string", message), HIAI_GRAPH_SRC_PORT_NOT_EXIST);
  EXPECT_EQ(engine->SendData(2, "string", message), HIAI_PORT_ID_ERROR);
  EXPECT_EQ(hiai::Graph::SetDataRecvFunctor({9, 1, 0}, inbox), HIAI_GRAPH_NOT_EXIST);
  EXPECT_EQ(hiai::Graph::SetDataRecvFunctor({1, 9, 0}, inbox), HIAI_GRAPH_ENGINE_NOT_EXIST);
  EXPECT_EQ(hiai::Graph::SetDataRecvFunctor({1, 1, 2}, inbox), HIAI_PORT_ID_ERROR);
  EXPECT_EQ(hiai::Graph::SetDataRecvFunctor({1, 1, 0}, nullptr),
            HIAI_GRAPH_DATA_RECV_FUNCTOR_IS_NULL);
  EXPECT_EQ(HIAI_SetDataRecvFunctor({1, 1, 0}, nullptr), HIAI_GRAPH_DATA_RECV_FUNCTOR_IS_NULL);
  EXPECT_EQ(HIAI_C_SendData({1, 1, 0}, nullptr, 0, message.get()), HIAI_GRAPH_INVALID_VALUE);
  EXPECT_EQ(HIAI_C_SendData({1, 1, 0}, "never registered", 0, message.get()),
            HIAI_GRAPH_CONVCFUNC_IS_NULL);
}

std::string g_received_by_c;
HIAI_StatusT ReceiveInC(void* message) {
  g_received_by_c = *static_cast<std::string*>(message);
  g_gate.Open();
  return HIAI_OK;
}

TEST_F(Graphs, TheCFormSendsACopyOfWhatStaysTheCallers) {
  ASSERT_EQ(CreateFromText(OneGraph(Host(1, "Pass"))), HIAI_OK);
  ASSERT_EQ(HIAI_SetDataRecvFunctor({1, 1, 0}, ReceiveInC), HIAI_OK);
  {
    std::string text = "mine";
    ASSERT_EQ(HIAI_C_SendData({1, 1, 0}, "stringXYZ", 6, &text), HIAI_OK);
    text = "changed";
  }
  g_gate.Wait();

  EXPECT_EQ(g_received_by_c, "mine");
}

TEST_F(Graphs, InitTakesEveryDeviceThereIsAndNoOther) {
  EXPECT_EQ(HIAI_Init(3), HIAI_OK);
  EXPECT_EQ(HIAI_Init(64), HIAI_INIT_FAIL);
  ASSERT_EQ(CreateFromText(OneGraph(Host(1, "Pass"))), HIAI_OK);
  EXPECT_EQ(hiai::Graph::GetInstance(1)->GetDeviceID(), 3u);
  EXPECT_EQ(HIAI_Init(0), HIAI_OK);
  EXPECT_EQ(HIAI_Init(0), HIAI_OK);
}

}  // namespace
