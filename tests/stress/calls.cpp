#include "calls.h"

#include <pthread.h>

#include <list>
#include <memory>
#include <string>
#include <utility>

#include "borders.h"
#include "hiaiengine/ai_tensor.h"
#include "hiaiengine/c_graph.h"
#include "hiaiengine/power_state.h"
#include "hiaiengine/profile.h"
#include "hiaiengine/status.h"
#include "openmatrix/simulator.h"
#include "proto/graph_config.pb.h"

namespace borders {

using hiai::Graph;
using hiai::HIAIMemory;

void AllocateAndFree(std::uint32_t bytes) {
  void* block = nullptr;
  HIAIMemory::HIAI_DMalloc(bytes, block);
  HIAIMemory::IsDMalloc(block, bytes);
  HIAIMemory::HIAI_DFree(block);
}

namespace {

std::vector<Call> MemoryCalls() {
  return {
      {"allocate", [] { AllocateAndFree(4096); }},
      {"allocate large", [] { AllocateAndFree(48u << 20); }},
      {"allocate too much", [] { AllocateAndFree(~0u); }},
      {"free what is not ours", [] { static_cast<void>(HIAI_DFree(&answers)); }},
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
      {"allocate for DVPP in C++",
       [] {
         void* block = nullptr;
         HIAIMemory::HIAI_DVPP_DMalloc(4096, block);
         HIAIMemory::HIAI_DVPP_DFree(block);
       }},
      {"statistics", [] { Stats(); }},
  };
}

std::vector<Call> GraphCalls(Graph& graph) {
  return {
      {"initialise", [] { HIAI_Init(0); }},
      {"create what exists", [] { Graph::CreateGraph(ConfigFile()); }},
      {"create from no file", [] { HIAI_CreateGraph("/no/such/file", 13); }},
      {"create an empty one", [] { Graph::CreateGraph(hiai::GraphConfigList()); }},
      {"parse",
       [] {
         hiai::GraphConfigList list;
         Graph::ParseConfigFile(ConfigFile(), list);
       }},
      {"destroy no graph", [] { Graph::DestroyGraph(77); }},
      {"set no key", [] { Graph::SetPublicKeyForSignatureEncryption("no key"); }},
      {"find", [] { Graph::GetInstance(kGraph); }},
      {"id", [&graph] { graph.GetGraphId(); }},
      {"device", [&graph] { graph.GetDeviceID(); }},
      {"engine", [&graph] { graph.GetEngine(kSink); }},
      {"hear of cuts",
       [&graph] {
         graph.RegisterEventHandle(hiai::HIAI_DEVICE_DISCONNECT_EVENT,
                                   [] { return HIAI_StatusT{HIAI_OK}; });
       }},
      {"update", [&graph] { graph.UpdateEngineConfig(kGraph, kGate, hiai::AIConfig(), true); }},
      {"modify", [&graph] { graph.ModifyGraph(hiai::GraphUpdateConfig()); }},
      {"cut and restore",
       [] {
         openmatrix_disconnect_device(0);
         openmatrix_reconnect_device(0);
       }},
      {"create from a file what exists, with a list",
       [] {
         std::list<std::shared_ptr<Graph>> graphs;
         Graph::CreateGraph(ConfigFile(), graphs);
       }},
      {"create and destroy another",
       [] {
         hiai::GraphConfigList list;
         Graph::ParseConfigFile(ConfigFile(), list);
         list.mutable_graphs(0)->set_graph_id(2);
         Graph::CreateGraph(list);
         Graph::DestroyGraph(2);
       }},
  };
}

std::vector<Call> CallsOfMessages(Graph& graph) {
  const hiai::EnginePortID echo{kGraph, kEcho, 0};
  return {
      {"send", [&graph, echo] { graph.SendData(echo, "stress.Frame", MakeFrame(1), kPatience); }},
      {"send null", [&graph, echo] { graph.SendData(echo, "stress.Frame", nullptr); }},
      {"send what nobody knows",
       [&graph, echo] { graph.SendData(echo, "unknown", std::make_shared<int>(1)); }},
      {"send in C",
       [] {
         int object = 1;
         HIAI_C_SendData({kGraph, kEcho, 0}, "unknown", 7, &object);
       }},
      {"receive", [echo] { Graph::SetDataRecvFunctor(echo, nullptr); }},
      {"release", [] { Graph::ReleaseDataBuffer(&answers); }},
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

std::vector<Call> CallsOfC() {
  return {
      {"create in C", [] { HIAI_CreateGraph(ConfigFile().c_str(), ConfigFile().size()); }},
      {"destroy in C", [] { HIAI_DestroyGraph(77); }},
      {"send the old way in C",
       [] {
         std::shared_ptr<void> object = std::make_shared<int>(1);
         HIAI_SendData({kGraph, kEcho, 0}, "unknown", object, 1);
       }},
      {"receive in C",
       [] {
         HIAI_SetDataRecvFunctor({kGraph, kEcho, 0}, nullptr);
       }},
  };
}

std::vector<Call> EngineCalls(Graph& graph) {
  return {
      {"ask an engine",
       [&graph] {
         const std::shared_ptr<hiai::Engine> sink = graph.GetEngine(kSink);
         sink->GetGraphId();
         sink->GetEngineId();
         sink->GetReqId();
         sink->GetJobId();
         sink->GetQueueMaxSize();
         sink->GetQueueCurrentSize(0);
       }},
      {"send as an engine",
       [&graph] {
         const std::shared_ptr<hiai::Engine> sink = graph.GetEngine(kSink);
         sink->SendData(0, "stress.Frame", MakeFrame(1));
         sink->SetDataRecvFunctor(0, nullptr);
       }},
      {"make an engine",
       [] { hiai::HIAIEngineFactory::GetInstance()->CreateEngine("BordersSink"); }},
  };
}

HIAI_StatusT Hear(std::uint32_t, hiai::PowerState::DevicePowerStateT) { return HIAI_ERROR; }

std::vector<Call> CallsOfDeviceStatesAndTimes() {
  return {
      {"hear of power",
       [] {
         hiai::PowerState* const power = hiai::PowerState::GetInstance();
         power->SubscribePowerStateEvent(Hear);
         openmatrix_notify_power_state(0, hiai::PowerState::DEVICE_POWER_STATE_S0);
         power->UnsubscribePowerStateEvent(Hear);
       }},
      {"take times",
       [] {
         hiai::ProfileStatistic* const times = hiai::ProfileStatistic::GetInstance();
         times->SetProfileSwitch(true);
         times->RegisterType(1, "a type");
         times->AddEngineID(pthread_self(), "BordersSink", kGraph);
         times->ProfileSingleEngine(1, hiai::PROFILESTATIC_START);
         times->RecordStartTime(1);
         times->RecordEndTime(1);
         times->RecordGraphStartTime(kGraph);
         times->RecordGraphEndTime(kGraph);
         times->ProfileStatisticString(kGraph);
         times->SetProfileSwitch(false);
       }},
      {"make tensors",
       [] {
         const hiai::AITensorDescription any = hiai::AISimpleTensor::BuildDescription("1");
         hiai::AITensorFactory* const factory = hiai::AITensorFactory::GetInstance();
         factory->CreateTensor(any);
         factory->CreateTensor(std::string("unknown"));
         hiai::AITensorDescriptionList all;
         factory->GetAllTensorDescription(all);
         hiai::AIContext context;
         context.AddPara("name", "value");
         context.GetPara("name");
       }},
  };
}

}  // namespace

std::vector<Call> AllCalls(Graph& graph) {
  std::vector<Call> all = MemoryCalls();
  for (const auto& some : {GraphCalls(graph), CallsOfMessages(graph), CallsOfC(),
                           EngineCalls(graph), CallsOfDeviceStatesAndTimes(), OtherCalls()}) {
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

}  // namespace borders
