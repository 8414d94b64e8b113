// Threads of the program that are cancelled in the library: each exported function, asked to end
// before the call, and those that wait, asked to end meanwhile. Only the thread ends, after the
// call.
#include <gtest/gtest.h>

#include "../unit/base/cancelled.h"
#include "borders.h"
#include "hiaiengine/c_graph.h"
#include "hiaiengine/status.h"
#include "openmatrix/simulator.h"
#include "proto/graph_config.pb.h"

namespace {

using borders::Await;
using borders::Stats;
using hiai::Graph;
using hiai::HIAIMemory;
using openmatrix::CancellableThread;
using openmatrix::OutlivesItsCancellation;

class Cancellation : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(Graph::CreateGraph(borders::ConfigFile()), HIAI_OK);
    graph_ = Graph::GetInstance(borders::kGraph);
    ASSERT_NE(graph_, nullptr);
  }
  void TearDown() override {
    borders::shut = false;
    Graph::DestroyGraph(borders::kGraph);
    borders::AwaitNothingLive();
  }

  HIAI_StatusT SendToGate() {
    return graph_->SendData({borders::kGraph, borders::kGate, 0}, "any", std::make_shared<int>(1),
                            kPatience);
  }

  std::shared_ptr<Graph> graph_;
};

struct Call {
  const char* name;
  std::function<void()> call;
};

void AllocateAndFree(std::uint32_t bytes) {
  void* block = nullptr;
  HIAIMemory::HIAI_DMalloc(bytes, block);
  HIAIMemory::IsDMalloc(block, bytes);
  HIAIMemory::HIAI_DFree(block);
}

std::vector<Call> MemoryCalls() {
  return {
      {"allocate", [] { AllocateAndFree(4096); }},
      {"allocate large", [] { AllocateAndFree(48u << 20); }},
      {"allocate too much", [] { AllocateAndFree(~0u); }},
      {"free what is not ours", [] { static_cast<void>(HIAI_DFree(&borders::answers)); }},
      {"allocate in C", [] { HIAI_DFree(HIAI_DMalloc(4096, 0, 0)); }},
      {"allocate for DVPP", [] { HIAI_DVPP_DFree(HIAI_DVPP_DMalloc(4096)); }},
      {"wait in vain",
       [] {
         void* block = nullptr;
         void* other = nullptr;
         HIAIMemory::HIAI_DMalloc(48u << 20, block);
         HIAIMemory::HIAI_DMalloc(48u << 20, other, 1);
         HIAIMemory::HIAI_DFree(block);
       }},
      {"statistics", [] { Stats(); }},
  };
}

std::vector<Call> GraphCalls(Graph& graph) {
  const hiai::EnginePortID echo{borders::kGraph, borders::kEcho, 0};
  return {
      {"initialise", [] { HIAI_Init(0); }},
      {"create what exists", [] { Graph::CreateGraph(borders::ConfigFile()); }},
      {"create from no file", [] { HIAI_CreateGraph("/no/such/file", 13); }},
      {"create an empty one", [] { Graph::CreateGraph(hiai::GraphConfigList()); }},
      {"parse",
       [] {
         hiai::GraphConfigList list;
         Graph::ParseConfigFile(borders::ConfigFile(), list);
       }},
      {"destroy no graph", [] { Graph::DestroyGraph(77); }},
      {"set no key", [] { Graph::SetPublicKeyForSignatureEncryption("no key"); }},
      {"find", [] { Graph::GetInstance(borders::kGraph); }},
      {"id", [&graph] { graph.GetGraphId(); }},
      {"device", [&graph] { graph.GetDeviceID(); }},
      {"engine", [&graph] { graph.GetEngine(borders::kSink); }},
      {"send", [&graph, echo] { graph.SendData(echo, "stress.Frame", MakeFrame(1), kPatience); }},
      {"send null", [&graph, echo] { graph.SendData(echo, "stress.Frame", nullptr); }},
      {"send what nobody knows",
       [&graph, echo] { graph.SendData(echo, "unknown", std::make_shared<int>(1)); }},
      {"send in C",
       [] {
         int object = 1;
         HIAI_C_SendData({borders::kGraph, borders::kEcho, 0}, "unknown", 7, &object);
       }},
      {"receive", [echo] { Graph::SetDataRecvFunctor(echo, nullptr); }},
      {"release", [] { Graph::ReleaseDataBuffer(&borders::answers); }},
      {"hear of cuts",
       [&graph] {
         graph.RegisterEventHandle(hiai::HIAI_DEVICE_DISCONNECT_EVENT,
                                   [] { return HIAI_StatusT{HIAI_OK}; });
       }},
      {"update",
       [&graph] {
         graph.UpdateEngineConfig(borders::kGraph, borders::kGate, hiai::AIConfig(), true);
       }},
      {"modify", [&graph] { graph.ModifyGraph(hiai::GraphUpdateConfig()); }},
      {"cut and restore",
       [] {
         openmatrix_disconnect_device(0);
         openmatrix_reconnect_device(0);
       }},
      {"create and destroy another",
       [] {
         hiai::GraphConfigList list;
         Graph::ParseConfigFile(borders::ConfigFile(), list);
         list.mutable_graphs(0)->set_graph_id(2);
         Graph::CreateGraph(list);
         Graph::DestroyGraph(2);
       }},
  };
}

std::vector<Call> OtherCalls() {
  return {
      {"log", [] { HIAI_ENGINE_LOG(HIAI_GRAPH_NOT_EXIST, "a line %d", 1); }},
      {"save a line", [] { hiai::HIAILog::GetInstance()->HIAISaveLog(1, HIAI_ERROR, "a line"); }},
      {"refresh the level", [] { hiai::HIAILog::GetInstance()->HIAIRefreshLogLevel(); }},
      {"name a status",
       [] { hiai::StatusFactory::GetInstance()->RegisterErrorNo(0x7000, "a text"); }},
      {"text of a status", [] { hiai::StatusFactory::GetInstance()->GetErrDesc(0x7000); }},
      {"register an engine",
       [] {
         hiai::HIAIEngineFactory* const factory = hiai::HIAIEngineFactory::GetInstance();
         factory->RegisterEngineCreator("null", nullptr);
         factory->CreateEngine("BordersSink");
         factory->UnRegisterEngineCreator("null");
       }},
      {"register a type",
       [] {
         HIAIDataTypeFactory* const factory = HIAIDataTypeFactory::GetInstance();
         factory->Register("borders", HIAI_SerializeFuncT(SerializeFrame),
                           HIAI_DeserializeFuncT(DeserializeFrame));
         factory->GetSerializeFunc("borders");
         factory->UnRegister("borders", DATA_TYPE_FUNC_HANLDER);
       }},
      {"queries",
       [] {
         std::uint32_t number = 0;
         HIAI_GetFirstGraphId(&number);
         HIAI_GetNextGraphId(number, &number);
         HIAI_GetDeviceNum(&number);
         HIAI_GetFirstDeviceId(&number);
         HIAI_GetNextDeviceId(number, &number);
         std::int32_t place = 0;
         HIAI_GetPCIeInfo(0, &place, &place, &place);
         HIAI_GetAPIVersion();
       }},
  };
}

TEST_F(Cancellation, BeforeACallTakesEffectAfterIt) {
  std::vector<Call> calls = MemoryCalls();
  for (Call& call : GraphCalls(*graph_)) calls.push_back(std::move(call));
  for (Call& call : OtherCalls()) calls.push_back(std::move(call));
  for (const Call& call : calls) {
    EXPECT_TRUE(OutlivesItsCancellation(call.call)) << call.name;
  }
  borders::AwaitNothingLive();
}

TEST_F(Cancellation, InAWaitForMemoryLeavesTheHeapWhole) {
  void* most = nullptr;
  ASSERT_EQ(HIAIMemory::HIAI_DMalloc(48u << 20, most), HIAI_OK);
  const std::uint64_t waits = Stats().waits;
  HIAI_StatusT status = HIAI_ERROR;
  CancellableThread thread([&] {
    void* block = nullptr;
    status = HIAIMemory::HIAI_DMalloc(48u << 20, block, kPatience);
    HIAIMemory::HIAI_DFree(block);
    pthread_testcancel();
  });
  Await([waits] { return Stats().waits > waits; });

  thread.Cancel();
  EXPECT_EQ(HIAIMemory::HIAI_DFree(most), HIAI_OK);

  EXPECT_TRUE(thread.EndsCancelled());
  EXPECT_EQ(status, HIAI_OK);
  AllocateAndFree(48u << 20);
  EXPECT_EQ(Stats().views[0].live_blocks, 0u);
}

TEST_F(Cancellation, InASendThatWaitsForRoomLosesNoMessage) {
  borders::shut = true;
  ASSERT_EQ(SendToGate(), HIAI_OK);
  Await([] { return borders::at_gate == 1; });
  ASSERT_EQ(SendToGate(), HIAI_OK);  // fills the queue
  HIAI_StatusT status = HIAI_ERROR;
  CancellableThread thread([&] {
    status = SendToGate();
    pthread_testcancel();
  });

  thread.Cancel();
  borders::shut = false;

  EXPECT_TRUE(thread.EndsCancelled());
  EXPECT_EQ(status, HIAI_OK);
}

TEST_F(Cancellation, InADestroyThatWaitsForAWorkerDestroysAllTheSame) {
  borders::shut = true;
  ASSERT_EQ(SendToGate(), HIAI_OK);
  Await([] { return borders::at_gate == 1; });
  HIAI_StatusT status = HIAI_ERROR;
  CancellableThread thread([&] {
    status = Graph::DestroyGraph(borders::kGraph);
    pthread_testcancel();
  });
  Await([] { return Graph::GetInstance(borders::kGraph) == nullptr; });

  thread.Cancel();
  borders::shut = false;

  EXPECT_TRUE(thread.EndsCancelled());
  EXPECT_EQ(status, HIAI_OK);
  EXPECT_EQ(Graph::CreateGraph(borders::ConfigFile()), HIAI_OK);
}

TEST_F(Cancellation, InAnUpdateThatWaitsForTheEngineWaitsOn) {
  borders::shut = true;
  HIAI_StatusT status = HIAI_ERROR;
  CancellableThread thread([&] {
    status = Graph::UpdateEngineConfig(borders::kGraph, borders::kGate, hiai::AIConfig(), true);
    pthread_testcancel();
  });
  Await([] { return borders::at_gate == 1; });

  thread.Cancel();
  borders::shut = false;

  EXPECT_TRUE(thread.EndsCancelled());
  EXPECT_EQ(status, HIAI_OK);
}

// A hook is the program's code: the thread ends there, and gives back what it had reserved.
TEST_F(Cancellation, InAHookEndsTheThreadAndItsSend) {
  static std::atomic<bool> cancels{true};
  HIAIDataTypeFactory::GetInstance()->Register(
      "borders.Exits",
      HIAI_SerializeFuncT(
          [](void* object, std::string& control, std::uint8_t*& data, std::uint32_t& bytes) {
            if (cancels.exchange(false)) {
              pthread_cancel(pthread_self());
              pthread_testcancel();
            }
            SerializeFrame(object, control, data, bytes);
          }),
      HIAI_DeserializeFuncT(DeserializeFrame));
  const hiai::EnginePortID echo{borders::kGraph, borders::kEcho, 0};
  const std::shared_ptr<Frame> frame = MakeFrame(1);
  bool returned = false;
  CancellableThread thread([&] {
    graph_->SendData(echo, "borders.Exits", frame, kPatience);
    returned = true;
  });

  EXPECT_TRUE(thread.EndsCancelled());

  EXPECT_FALSE(returned);
  EXPECT_EQ(graph_->SendData(echo, "stress.Frame", frame, kPatience), HIAI_OK);
}

}  // namespace
