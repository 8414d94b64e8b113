// The graph functions with C linkage.
#include "hiaiengine/c_graph.h"

#include <chrono>
#include <cstring>
#include <utility>

#include "api/guard.h"
#include "api/process_instance.h"
#include "hiaiengine/data_recv_interface.h"
#include "proto/graph_config.pb.h"
#include "runtime/graph_config.h"
#include "runtime/side.h"

namespace openmatrix {
namespace {

// As documented for HIAI_CreateGraph.
constexpr std::size_t kMaxPathBytes = 255;

class FunctionReceiver : public hiai::DataRecvInterface {
 public:
  explicit FunctionReceiver(HIAI_RecvDataCallbackT function) : function_(function) {}
  HIAI_StatusT RecvData(const std::shared_ptr<void>& message) override {
    return function_(message.get());
  }

 private:
  const HIAI_RecvDataCallbackT function_;
};

PortAddress ToAddress(const HIAI_PortID_t& port) {
  return PortAddress{port.graph_id, port.engine_id, port.port_id};
}

// The smallest of the graphs' ids that is at least `least`; false if there is none.
bool FindGraphId(std::uint64_t least, std::uint32_t& id) {
  for (const std::uint32_t candidate : GetProcess().GraphIds()) {
    if (candidate < least) continue;
    id = candidate;
    return true;
  }
  return false;
}

std::uint32_t DeviceCount() { return GetProcess().options().devices; }

// Runs a query: its value if there is one and somewhere to put it, else `failure`. The end of a
// list is no event, so nothing is logged.
template <typename Query>
HIAI_StatusT Answer(std::uint32_t* out, HIAI_StatusT failure, const Query& query) {
  if (out == nullptr) return failure;
  std::uint32_t value = 0;
  bool found = false;
  const HIAI_StatusT status = Guard([&] {
    found = query(value);
    return HIAI_OK;
  });
  if (status != HIAI_OK || !found) return failure;
  *out = value;
  return HIAI_OK;
}

// A length that counts the terminating zero is as good as one that does not.
std::string TextOf(const char* text, std::size_t bytes) {
  return std::string(text, ::strnlen(text, bytes));
}

}  // namespace
}  // namespace openmatrix

using openmatrix::Code;
using openmatrix::GetProcess;
using openmatrix::Guard;
using openmatrix::GuardHot;
using openmatrix::Status;

HIAI_StatusT HIAI_CreateGraph(const char* configFile, size_t len) {
  return Guard([&]() -> Status {
    // The one code that the manuals give for a failure of this call.
    const openmatrix::Error bad_path{Code::kConfigMalformed,
                                     "HIAI_CreateGraph: a path of 1 .. 255 bytes is needed"};
    if (configFile == nullptr || len > openmatrix::kMaxPathBytes + 1) return bad_path;
    const std::string path = openmatrix::TextOf(configFile, len);
    if (path.empty() || path.size() > openmatrix::kMaxPathBytes) return bad_path;
    const auto config = openmatrix::ReadGraphConfig(path);
    if (!config.ok()) return config.error();
    const auto graphs = GetProcess().CreateGraphs(config.value());
    return graphs.ok() ? Status() : Status(graphs.error());
  });
}

HIAI_StatusT HIAI_DestroyGraph(uint32_t graphID) {
  return Guard([&] { return GetProcess().DestroyGraph(graphID); });
}

HIAI_StatusT HIAI_C_SendData(HIAI_PortID_t targetPortConfig, const char* messageName, size_t len,
                             void* dataPtr) {
  const void* const caller = __builtin_return_address(0);
  return GuardHot([&]() -> Status {
    if (messageName == nullptr) return {Code::kInvalidValue, "SendData without a message name"};
    const std::string name =
        len != 0 ? openmatrix::TextOf(messageName, len) : std::string(messageName);
    const auto wait = openmatrix::Wait::For(std::chrono::milliseconds(0));
    return GetProcess().SendCopy(openmatrix::SideOfCall(caller),
                                 openmatrix::ToAddress(targetPortConfig), name, dataPtr, wait);
  });
}

HIAI_StatusT HIAI_SetDataRecvFunctor(HIAI_PortID_t targetPortConfig,
                                     HIAI_RecvDataCallbackT recvDataCallback) {
  const void* const caller = __builtin_return_address(0);
  return Guard([&]() -> Status {
    std::shared_ptr<hiai::DataRecvInterface> receiver;
    if (recvDataCallback != nullptr) {
      receiver = std::make_shared<openmatrix::FunctionReceiver>(recvDataCallback);
    }
    return GetProcess().SetReceiver(openmatrix::SideOfCall(caller),
                                    openmatrix::ToAddress(targetPortConfig), std::move(receiver));
  });
}

HIAI_StatusT HIAI_GetFirstGraphId(uint32_t* firstGraphId) {
  return openmatrix::Answer(firstGraphId, HIAI_GRAPH_GET_GRAPHID_ERROR,
                            [](uint32_t& id) { return openmatrix::FindGraphId(0, id); });
}

HIAI_StatusT HIAI_GetNextGraphId(const uint32_t curGraphId, uint32_t* nextGraphId) {
  return openmatrix::Answer(nextGraphId, HIAI_GRAPH_GET_GRAPHID_ERROR, [&](uint32_t& id) {
    return openmatrix::FindGraphId(std::uint64_t{curGraphId} + 1, id);
  });
}

HIAI_StatusT HIAI_GetDeviceNum(uint32_t* devCount) {
  return openmatrix::Answer(devCount, HIAI_GRAPH_GET_DEVNUM_ERROR, [](uint32_t& count) {
    count = openmatrix::DeviceCount();
    return true;
  });
}

HIAI_StatusT HIAI_GetFirstDeviceId(uint32_t* firstDevId) {
  return openmatrix::Answer(firstDevId, HIAI_GRAPH_GET_DEVID_ERROR, [](uint32_t& id) {
    id = 0;
    return openmatrix::DeviceCount() > 0;
  });
}

HIAI_StatusT HIAI_GetNextDeviceId(const uint32_t curDevId, uint32_t* nextDevId) {
  return openmatrix::Answer(nextDevId, HIAI_GRAPH_GET_DEVID_ERROR, [&](uint32_t& id) {
    id = curDevId + 1;
    return id != 0 && id < openmatrix::DeviceCount();
  });
}

HIAI_StatusT HIAI_GetPCIeInfo(const uint32_t devId, int32_t* bus, int32_t* dev, int32_t* func) {
  if (bus == nullptr || dev == nullptr || func == nullptr) return HIAI_GRAPH_GET_PCIEINFO_ERROR;
  std::uint32_t number = 0;
  const HIAI_StatusT status =
      openmatrix::Answer(&number, HIAI_GRAPH_GET_PCIEINFO_ERROR, [&](uint32_t& value) {
        value = devId + 1;
        return devId < openmatrix::DeviceCount();
      });
  if (status != HIAI_OK) return status;
  *bus = static_cast<int32_t>(number);
  *dev = 0;
  *func = 0;
  return HIAI_OK;
}

HIAI_API_VERSION HIAI_GetAPIVersion() { return HIAI_API_VERSION_V2_00; }

HIAI_StatusT HIAI_SendData(HIAI_PortID_t targetPortConfig, const std::string& messageName,
                           std::shared_ptr<void>& dataPtr, const uint32_t timeOut) {
  const void* const caller = __builtin_return_address(0);
  return GuardHot([&] {
    return GetProcess().Send(
        openmatrix::SideOfCall(caller), openmatrix::ToAddress(targetPortConfig), messageName,
        dataPtr,
        openmatrix::Wait::For(std::chrono::milliseconds(timeOut), openmatrix::CurrentStop()));
  });
}
