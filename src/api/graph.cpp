// hiai::Graph: translates to the Process and the GraphImpl behind the handle.
#include "hiaiengine/graph.h"

#include <chrono>

#include "api/guard.h"
#include "api/process_instance.h"
#include "proto/graph_config.pb.h"
#include "runtime/public_access.h"
#include "runtime/side.h"

namespace openmatrix {
namespace {

using Graphs = std::vector<std::shared_ptr<GraphImpl>>;

Result<Graphs> CreateFromFile(const std::string& path) {
  const Result<hiai::GraphConfigList> config = ReadGraphConfig(path);
  if (!config.ok()) return config.error();
  return GetProcess().CreateGraphs(config.value());
}

PortAddress ToAddress(const hiai::EnginePortID& port) {
  return PortAddress{port.graph_id, port.engine_id, port.port_id};
}

HIAI_StatusT Destroy(std::uint32_t id) {
  return Guard([&] { return GetProcess().DestroyGraph(id); });
}

std::shared_ptr<hiai::Graph> Find(std::uint32_t id) {
  std::shared_ptr<hiai::Graph> handle;
  static_cast<void>(Guard([&] {
    const std::shared_ptr<GraphImpl> graph = GetProcess().FindGraph(id);
    if (graph != nullptr) handle = graph->Handle();
    return HIAI_OK;
  }));
  return handle;
}

}  // namespace
}  // namespace openmatrix

namespace hiai {

using openmatrix::GetProcess;
using openmatrix::Guard;
using openmatrix::GuardHot;
using openmatrix::PublicAccess;

HIAI_StatusT Graph::CreateGraph(const std::string& configFile) {
  return Guard([&] { return openmatrix::CreateFromFile(configFile); });
}

HIAI_StatusT Graph::CreateGraph(const std::string& configFile,
                                std::list<std::shared_ptr<Graph>>& graphList) {
  return Guard([&]() -> openmatrix::Status {
    const openmatrix::Result<openmatrix::Graphs> graphs = openmatrix::CreateFromFile(configFile);
    if (!graphs.ok()) return graphs.error();
    for (const auto& graph : graphs.value()) graphList.push_back(graph->Handle());
    return {};
  });
}

HIAI_StatusT Graph::CreateGraph(const GraphConfigList& graphConfig) {
  return Guard([&] { return GetProcess().CreateGraphs(graphConfig); });
}

HIAI_StatusT Graph::SetPublicKeyForSignatureEncryption(const std::string& publicKey) {
  return Guard([&] { return GetProcess().loader().SetPublicKey(publicKey); });
}

HIAI_StatusT Graph::ParseConfigFile(const std::string& configFile,
                                    GraphConfigList& graphConfigList) {
  return Guard([&]() -> openmatrix::Status {
    openmatrix::Result<GraphConfigList> config = openmatrix::ReadGraphConfig(configFile);
    if (!config.ok()) return config.error();
    graphConfigList.Swap(&config.value());
    return {};
  });
}

std::shared_ptr<Graph> Graph::GetInstance(const uint32_t& graphID) {
  return openmatrix::Find(graphID);
}

HIAI_StatusT Graph::DestroyGraph(const uint32_t& graphID) { return openmatrix::Destroy(graphID); }

HIAI_StatusT Graph::SetDataRecvFunctor(const EnginePortID& targetPortConfig,
                                       const std::shared_ptr<DataRecvInterface>& dataRecv) {
  const void* const caller = __builtin_return_address(0);
  return Guard([&] {
    return GetProcess().SetReceiver(openmatrix::SideOfCall(caller),
                                    openmatrix::ToAddress(targetPortConfig), dataRecv);
  });
}

HIAI_StatusT Graph::SendData(const EnginePortID& targetPortConfig, const std::string& messageName,
                             const std::shared_ptr<void>& dataPtr, const uint32_t timeOut) {
  const void* const caller = __builtin_return_address(0);
  return GuardHot([&] {
    return GetProcess().Send(
        openmatrix::SideOfCall(caller), openmatrix::ToAddress(targetPortConfig), messageName,
        dataPtr,
        openmatrix::Wait::For(std::chrono::milliseconds(timeOut), openmatrix::CurrentStop()));
  });
}

void Graph::ReleaseDataBuffer(void* ptr) {
  if (ptr == nullptr) return;
  static_cast<void>(GuardHot([&] {
    const auto verdict = GetProcess().heap().Free(ptr, openmatrix::Family::kTransfer);
    if (verdict != openmatrix::FreeVerdict::kFreed) {
      static openmatrix::OnceGate gate;
      const bool loud = gate.Enter();
      openmatrix::Log(loud ? openmatrix::LogLevel::kWarning : openmatrix::LogLevel::kDebug,
                      "ReleaseDataBuffer(%p): not the start of a live received block%s", ptr,
                      loud ? "; further ones at debug level" : "");
    }
    return HIAI_OK;
  }));
}

HIAI_StatusT Graph::RegisterEventHandle(const HIAIEvent& event,
                                        const std::function<HIAI_StatusT(void)>& callBack) {
  return Guard([&]() -> openmatrix::Status {
    const std::shared_ptr<openmatrix::GraphImpl> graph = PublicAccess::ImplOf(*this);
    if (graph == nullptr) {
      return {openmatrix::Code::kNoGraph, "RegisterEventHandle: the graph is destroyed"};
    }
    if (event != HIAI_DEVICE_DISCONNECT_EVENT) {
      return {openmatrix::Code::kInvalidValue, "RegisterEventHandle of an unknown event"};
    }
    return GetProcess().OnDisconnect(graph, callBack);
  });
}

HIAI_StatusT Graph::UpdateEngineConfig(const uint32_t& graphId, const uint32_t& engineId,
                                       const AIConfig& updateConfig, const bool& syncFlag) {
  return Guard(
      [&] { return GetProcess().UpdateConfig(graphId, engineId, updateConfig, syncFlag); });
}

HIAI_StatusT Graph::ModifyGraph(const GraphUpdateConfig& updateConfig) {
  return Guard([&]() -> openmatrix::Status {
    const std::shared_ptr<openmatrix::GraphImpl> graph = PublicAccess::ImplOf(*this);
    if (graph != nullptr) return graph->Modify(updateConfig);
    return {openmatrix::Code::kNoGraph, "ModifyGraph: the graph is destroyed"};
  });
}

std::shared_ptr<Engine> Graph::GetEngine(uint32_t engineID) {
  const void* const caller = __builtin_return_address(0);
  std::shared_ptr<Engine> engine;
  static_cast<void>(Guard([&] {
    openmatrix::Status own = GetProcess().CheckGraphsAreOwn();
    if (!own.ok()) return own;
    const std::shared_ptr<openmatrix::GraphImpl> graph = PublicAccess::ImplOf(*this);
    const std::shared_ptr<openmatrix::EngineHost> host =
        graph != nullptr ? graph->FindEngine(engineID) : nullptr;
    if (host != nullptr && host->side() == openmatrix::SideOfCall(caller)) engine = host->engine();
    return own;
  }));
  return engine;
}

uint32_t Graph::GetGraphId() const {
  const std::shared_ptr<openmatrix::GraphImpl> graph = PublicAccess::ImplOf(*this);
  return graph != nullptr ? graph->id() : 0;
}

uint32_t Graph::GetDeviceID() const {
  const std::shared_ptr<openmatrix::GraphImpl> graph = PublicAccess::ImplOf(*this);
  return graph != nullptr ? graph->device().device() : 0;
}

}  // namespace hiai

#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__))
// The first and the last header generation pass ids by value; their objects find these names.
namespace openmatrix {

HIAI_LIB_VISIBILITY HIAI_StatusT
DestroyGraphByValue(std::uint32_t id) __asm__("_ZN4hiai5Graph12DestroyGraphEj");
HIAI_StatusT DestroyGraphByValue(std::uint32_t id) { return Destroy(id); }

HIAI_LIB_VISIBILITY std::shared_ptr<hiai::Graph> GetInstanceByValue(std::uint32_t id) __asm__(
    "_ZN4hiai5Graph11GetInstanceEj");
std::shared_ptr<hiai::Graph> GetInstanceByValue(std::uint32_t id) { return Find(id); }

}  // namespace openmatrix
#endif
