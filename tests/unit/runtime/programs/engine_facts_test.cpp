// What an engine can ask about itself, and what its configuration does to its threads.
#include <pthread.h>
#include <sched.h>

#include <set>
#include <thread>

#include "hiaiengine/c_api.h"
#include "programs/graph_fixture.h"
#include "proto/graph_config.pb.h"

namespace {

Gate g_gate;

class Facts : public hiai::Engine {
  HIAI_DEFINE_PROCESS(2, 1)
};
// Answers what is asked for; "hold" keeps the worker at the gate first.
HIAI_IMPL_ENGINE_PROCESS("Facts", Facts, 2) {
  const auto question = std::static_pointer_cast<std::string>(arg0 != nullptr ? arg0 : arg1);
  std::string answer = "nothing arrived";
  if (question != nullptr && *question == "hold") g_gate.Wait();
  if (question != nullptr) answer = *question;
  if (answer == "request") answer = std::to_string(GetReqId());
  if (answer == "policy") {
    int policy = 0;
    sched_param parameters{};
    ::pthread_getschedparam(::pthread_self(), &policy, &parameters);
    answer = std::to_string(policy) + " " + std::to_string(parameters.sched_priority);
  }
  return SendData(0, "string", std::make_shared<std::string>(answer));
}

std::string GraphWith(const std::string& facts) {
  return "graphs { graph_id: 1 engines { id: 1 engine_name: \"Facts\" side: HOST " + facts + "} }";
}

class EngineFacts : public GraphTest {
 protected:
  void SetUp() override { g_gate.Reset(); }
  void TearDown() override {
    g_gate.Open();
    GraphTest::TearDown();
  }
  static std::shared_ptr<hiai::Engine> Engine() {
    return hiai::Graph::GetInstance(1)->GetEngine(1);
  }
};

TEST_F(EngineFacts, IsCalledWithNullsWhenNothingArrivesForAsLongAsItsConfigurationSays) {
  ASSERT_EQ(CreateFromText(GraphWith("wait_inputdata_max_time: 1")), HIAI_OK);
  const auto inbox = Watch(1, 1);

  ASSERT_EQ(SendText(1, 1, "last for a while"), HIAI_OK);

  EXPECT_EQ(inbox->WaitForText(0), "last for a while");
  EXPECT_EQ(inbox->WaitForText(1), "nothing arrived");
}

TEST_F(EngineFacts, QueuesSayHowMuchTheyHoldAndCould) {
  ASSERT_EQ(CreateFromText(GraphWith("queue_size: 5")), HIAI_OK);
  const auto engine = Engine();
  ASSERT_NE(engine, nullptr);
  EXPECT_EQ(engine->GetQueueMaxSize(), 5u);
  ASSERT_EQ(SendText(1, 1, "hold"), HIAI_OK);
  g_gate.WaitForSomebody();
  EXPECT_EQ(engine->GetQueueCurrentSize(0), 0u);

  for (int i = 0; i < 3; ++i) ASSERT_EQ(SendText(1, 1, "queued"), HIAI_OK);
  ASSERT_EQ(SendText(1, 1, "queued", 1), HIAI_OK);

  EXPECT_EQ(engine->GetQueueCurrentSize(0), 3u);
  EXPECT_EQ(engine->GetQueueCurrentSize(1), 1u);
  EXPECT_EQ(engine->GetQueueCurrentSize(2), 0u);
  EXPECT_EQ(engine->GetQueueCurrentSize(0xFFFFFFFFu), 0u);
}

TEST_F(EngineFacts, AQueueHolds200MessagesIfTheConfigurationDoesNotSay) {
  ASSERT_EQ(CreateFromText(GraphWith("")), HIAI_OK);

  EXPECT_EQ(Engine()->GetQueueMaxSize(), hiai::ENGINE_MAX_QUEUE_SIZE);
}

TEST_F(EngineFacts, EachCallOfProcessHasARequestNumberOfItsOwn) {
  ASSERT_EQ(CreateFromText(GraphWith("thread_num: 3")), HIAI_OK);
  const auto inbox = Watch(1, 1);
  constexpr std::size_t kCalls = 60;

  for (std::size_t i = 0; i < kCalls; ++i) ASSERT_EQ(SendText(1, 1, "request"), HIAI_OK);

  std::set<std::string> numbers{"0"};
  for (const auto& message : inbox->WaitFor(kCalls)) {
    numbers.insert(*std::static_pointer_cast<std::string>(message));
  }
  EXPECT_EQ(numbers.size(), 1 + kCalls);
  EXPECT_EQ(Engine()->GetReqId(), 0u);
  EXPECT_EQ(Engine()->GetJobId(), 0u);
}

TEST_F(EngineFacts, TheDumpSettingsOfTheConfigurationCanBeRead) {
  ASSERT_EQ(CreateFromText(GraphWith("oam_config { dump_path: \"/tmp/x\" dump_list { model_name: "
                                     "\"m\" is_dump_all: \"true\" layer: \"a\" layer: \"b\" } } ")),
            HIAI_OK);
  const auto engine = Engine();

  const hiai::OAMConfigDef* const oam = engine->GetOamConfig();

  ASSERT_NE(oam, nullptr);
  EXPECT_EQ(oam, engine->GetOamConfig());
  EXPECT_EQ(oam->dump_path(), "/tmp/x");
  ASSERT_EQ(oam->dump_list_size(), 1);
  EXPECT_EQ(oam->dump_list(0).model_name(), "m");
  EXPECT_EQ(oam->dump_list(0).layer_size(), 2);
}

TEST_F(EngineFacts, WithoutDumpSettingsThereAreEmptyOnesAndOutsideAGraphNone) {
  ASSERT_EQ(CreateFromText(GraphWith("")), HIAI_OK);

  ASSERT_NE(Engine()->GetOamConfig(), nullptr);
  EXPECT_EQ(Engine()->GetOamConfig()->dump_list_size(), 0);
  EXPECT_EQ(Facts().GetOamConfig(), nullptr);
  EXPECT_EQ(Facts().GetReqId(), 0u);
}

// What SCHED_RR with this priority comes to on this machine, by asking on a thread of our own.
std::string PolicyThatTheSystemAllows(int priority) {
  std::string policy;
  std::thread([&] {
    sched_param parameters{};
    parameters.sched_priority = priority;
    const int refused = ::pthread_setschedparam(::pthread_self(), SCHED_RR, &parameters);
    policy = refused == 0 ? std::to_string(SCHED_RR) + " " + std::to_string(priority)
                          : std::to_string(SCHED_OTHER) + " 0";
  }).join();
  return policy;
}

TEST_F(EngineFacts, APriorityIsAskedForAndARefusalChangesNothing) {
  for (const int priority : {1, 99}) {
    ASSERT_EQ(CreateFromText(GraphWith("thread_priority: " + std::to_string(priority))), HIAI_OK);
    const auto inbox = Watch(1, 1);

    ASSERT_EQ(SendText(1, 1, "policy"), HIAI_OK);

    EXPECT_EQ(inbox->WaitForText(), PolicyThatTheSystemAllows(priority));
    ASSERT_EQ(hiai::Graph::DestroyGraph(1), HIAI_OK);
  }
}

TEST_F(EngineFacts, NoPriorityLeavesTheThreadAsItIs) {
  ASSERT_EQ(CreateFromText(GraphWith("thread_priority: 0")), HIAI_OK);
  const auto inbox = Watch(1, 1);

  ASSERT_EQ(SendText(1, 1, "policy"), HIAI_OK);

  EXPECT_EQ(inbox->WaitForText(), std::to_string(SCHED_OTHER) + " 0");
}

TEST_F(EngineFacts, APriorityOutOfRangeIsRefused) {
  EXPECT_EQ(CreateFromText(GraphWith("thread_priority: 100")), HIAI_OUT_OF_RANGE);
  EXPECT_EQ(CreateFromText(GraphWith("thread_priority: 4294967295")), HIAI_OUT_OF_RANGE);
}

TEST_F(EngineFacts, TheDeviceOfTheLastInitThatWorkedIsTheDefault) {
  EXPECT_EQ(HIAI_Init(2), HIAI_OK);
  EXPECT_EQ(HIAI_Init(1), HIAI_OK);
  EXPECT_EQ(HIAI_Init(4), HIAI_INIT_FAIL);
  EXPECT_EQ(HIAI_Init(63), HIAI_INIT_FAIL);
  EXPECT_EQ(HIAI_Init(0xFFFFFFFFu), HIAI_INIT_FAIL);
  ASSERT_EQ(CreateFromText("graphs { graph_id: 1 } graphs { graph_id: 2 device_id: \"3\" }"),
            HIAI_OK);
  EXPECT_EQ(HIAI_Init(0), HIAI_OK);

  EXPECT_EQ(hiai::Graph::GetInstance(1)->GetDeviceID(), 1u);
  EXPECT_EQ(hiai::Graph::GetInstance(2)->GetDeviceID(), 3u);
}

TEST_F(EngineFacts, GraphIdsCanBeWalkedWhileGraphsComeAndGo) {
  std::uint32_t id = 77;
  EXPECT_EQ(HIAI_GetFirstGraphId(&id), HIAI_GRAPH_GET_GRAPHID_ERROR);
  EXPECT_EQ(HIAI_GetNextGraphId(0, &id), HIAI_GRAPH_GET_GRAPHID_ERROR);
  EXPECT_EQ(id, 77u);
  ASSERT_EQ(CreateFromText("graphs { graph_id: 4294967295 } graphs { graph_id: 2 } "
                           "graphs { graph_id: 3 }"),
            HIAI_OK);

  ASSERT_EQ(HIAI_GetFirstGraphId(&id), HIAI_OK);
  EXPECT_EQ(id, 2u);
  ASSERT_EQ(hiai::Graph::DestroyGraph(2), HIAI_OK);
  ASSERT_EQ(HIAI_GetNextGraphId(id, &id), HIAI_OK);
  EXPECT_EQ(id, 3u);
  ASSERT_EQ(HIAI_GetNextGraphId(id, &id), HIAI_OK);
  EXPECT_EQ(id, 4294967295u);
  EXPECT_EQ(HIAI_GetNextGraphId(id, &id), HIAI_GRAPH_GET_GRAPHID_ERROR);
  EXPECT_EQ(hiai::Graph::DestroyGraph(4294967295u), HIAI_OK);
}

}  // namespace
