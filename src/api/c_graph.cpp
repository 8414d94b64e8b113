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

// A length that counts the terminating zero is as good as one that does not.
std::string TextOf(const char* text, std::size_t bytes) {
  return std::string(text, ::strnlen(text, bytes));
}

}  // namespace
}  // namespace openmatrix

using openmatrix::Code;
using openmatrix::GetProcess;
using openmatrix::Guard;
using openmatrix::Status;

HIAI_StatusT HIAI_CreateGraph(const char* configFile, size_t len) {
  return Guard([&]() -> Status {
    if (configFile == nullptr || len == 0 || len > openmatrix::kMaxPathBytes + 1) {
      return {Code::kInvalidValue, "HIAI_CreateGraph: a path of 1 .. 255 bytes is needed"};
    }
    const auto config = openmatrix::ReadGraphConfig(openmatrix::TextOf(configFile, len));
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
  return Guard([&]() -> Status {
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

HIAI_StatusT HIAI_SendData(HIAI_PortID_t targetPortConfig, const std::string& messageName,
                           std::shared_ptr<void>& dataPtr, const uint32_t timeOut) {
  const void* const caller = __builtin_return_address(0);
  return Guard([&] {
    return GetProcess().Send(
        openmatrix::SideOfCall(caller), openmatrix::ToAddress(targetPortConfig), messageName,
        dataPtr,
        openmatrix::Wait::For(std::chrono::milliseconds(timeOut), openmatrix::CurrentStop()));
  });
}
