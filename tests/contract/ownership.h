// The columns and the calls of docs/ownership.md as types.
#pragma once

#include <cstdlib>
#include <cstring>

#include "hiaiengine/ai_memory.h"
#include "support.h"

namespace contract {

constexpr std::uint32_t kBytes = 5000;

inline std::uint8_t Pattern(std::uint32_t index) {
  return static_cast<std::uint8_t>(index * 7 + index / 256);
}
inline void Write(void* data) {
  for (std::uint32_t i = 0; i < kBytes; ++i) static_cast<std::uint8_t*>(data)[i] = Pattern(i);
}
inline bool Unchanged(const void* data) {
  for (std::uint32_t i = 0; i < kBytes; ++i) {
    if (static_cast<const std::uint8_t*>(data)[i] != Pattern(i)) return false;
  }
  return true;
}

// --- kinds of memory: the columns ---

struct Auto {
  static constexpr bool kMoves = true;        // a successful cross-side send takes it
  static constexpr bool kShared = true;       // the receiver gets the same pages
  static constexpr bool kSendsAgain = false;  // a second cross-side send is fine
  static void* Take(const Door& door) { return door.c_alloc(kBytes, 0, MEMORY_ATTR_AUTO_FREE); }
  static HIAI_StatusT Free(const Door& door, void* data) { return door.c_free(data); }
};

struct Manual : Auto {
  static constexpr bool kMoves = false;
  static void* Take(const Door& door) { return door.c_alloc(kBytes, 0, MEMORY_ATTR_MANUAL_FREE); }
};

struct Dvpp : Auto {
  static constexpr bool kMoves = false;
  static constexpr bool kSendsAgain = true;
  static void* Take(const Door& door) { return door.c_dvpp_alloc(kBytes); }
  static HIAI_StatusT Free(const Door& door, void* data) { return door.c_dvpp_free(data); }
};

struct Foreign : Dvpp {
  static constexpr bool kShared = false;
  static void* Take(const Door&) { return std::malloc(kBytes); }
  static HIAI_StatusT Free(const Door&, void* data) {
    std::free(data);
    return HIAI_OK;
  }
};

// A block that a deserialize hook was given on the sender's side; made by the fixture.
struct ReceivedBlock : Dvpp {
  static constexpr bool kShared = false;
  static HIAI_StatusT Free(const Door& door, void* data) { return door.c_free(data); }
};

// --- directions and calls ---

struct HostToDevice {
  static constexpr std::uint32_t kSource = 1, kTarget = 2, kOwnSide = 3, kSpare = 4;
  static const Door& Sender() { return HostDoor(); }
  static const Door& Receiver() { return DeviceDoor(); }
  static constexpr int kReceiverView = 1;
};
struct DeviceToHost {
  static constexpr std::uint32_t kSource = 2, kTarget = 3, kOwnSide = 4, kSpare = 1;
  static const Door& Sender() { return DeviceDoor(); }
  static const Door& Receiver() { return HostDoor(); }
  static constexpr int kReceiverView = 0;
};

// Each call sends to input port 0 of `engine`, which is kTarget or kOwnSide.
template <typename Way>
struct GraphSendData : Way {
  static constexpr HIAI_StatusT kUnknown = HIAI_GRAPH_NOT_EXIST;
  static constexpr HIAI_StatusT kClosed = HIAI_GRAPH_NOT_EXIST;
  static constexpr HIAI_StatusT kUnregistered = HIAI_GRAPH_SEARFUNC_IS_NULL;
  static constexpr bool kWaits = true;
  static HIAI_StatusT Send(std::uint32_t engine, const std::string& name,
                           const std::shared_ptr<Message>& message, std::uint32_t time = 0) {
    return Way::Sender().graph_send({1, engine, 0}, name, message, time);
  }
  static HIAI_StatusT SendWithoutGraph(const std::shared_ptr<Message>& message) {
    return Way::Sender().graph_send({77, 1, 0}, "contract.Message", message, 0);
  }
};

template <typename Way>
struct HiaiSendData : GraphSendData<Way> {
  static HIAI_StatusT Send(std::uint32_t engine, const std::string& name,
                           const std::shared_ptr<Message>& message, std::uint32_t time = 0) {
    return Way::Sender().hiai_send({1, engine, 0}, name, message, time);
  }
  static HIAI_StatusT SendWithoutGraph(const std::shared_ptr<Message>& message) {
    return Way::Sender().hiai_send({77, 1, 0}, "contract.Message", message, 0);
  }
};

template <typename Way>
struct CSendData : GraphSendData<Way> {
  static constexpr HIAI_StatusT kUnregistered = HIAI_GRAPH_CONVCFUNC_IS_NULL;
  static HIAI_StatusT Send(std::uint32_t engine, const std::string& name,
                           const std::shared_ptr<Message>& message, std::uint32_t = 0) {
    return Way::Sender().c_send({1, engine, 0}, name, message.get());
  }
  static HIAI_StatusT SendWithoutGraph(const std::shared_ptr<Message>& message) {
    return Way::Sender().c_send({77, 1, 0}, "contract.Message", message.get());
  }
};

template <typename Way>
struct EngineSendData : GraphSendData<Way> {
  static constexpr HIAI_StatusT kUnknown = HIAI_GRAPH_ENGINE_NOT_EXIST;
  static constexpr HIAI_StatusT kClosed = HIAI_QUEUE_STOPPED;
  static HIAI_StatusT Send(std::uint32_t engine, const std::string& name,
                           const std::shared_ptr<Message>& message, std::uint32_t time = 0) {
    const std::shared_ptr<hiai::Engine> source = Way::Sender().engine(1, Way::kSource);
    if (source == nullptr) return HIAI_GRAPH_ENGINE_NOT_EXIST;
    return source->SendData(engine == Way::kTarget ? 0 : 1, name, message, time);
  }
  static HIAI_StatusT SendWithoutGraph(const std::shared_ptr<Message>& message) {
    return Way::Sender().engine_outside_graphs()->SendData(0, "contract.Message", message, 0);
  }
};

using Calls = testing::Types<GraphSendData<HostToDevice>, GraphSendData<DeviceToHost>,
                             HiaiSendData<HostToDevice>, HiaiSendData<DeviceToHost>,
                             CSendData<HostToDevice>, CSendData<DeviceToHost>,
                             EngineSendData<HostToDevice>, EngineSendData<DeviceToHost>>;

}  // namespace contract
