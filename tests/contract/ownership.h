// The columns and the calls of docs/ownership.md: types for tests that name one; values for bodies
// that run for all of them, and are so compiled once for the whole table.
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
  static constexpr bool kOurs = true;         // the library knows its size, and its end
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
  static constexpr bool kOurs = false;
  static void* Take(const Door&) { return std::malloc(kBytes); }
  static HIAI_StatusT Free(const Door&, void* data) {
    std::free(data);
    return HIAI_OK;
  }
};

// A block that a deserialize hook was given on the sender's side.
struct ReceivedBlock : Dvpp {
  static constexpr bool kShared = false;
  static constexpr void* (*Take)(const Door&) = nullptr;  // the fixture lets one arrive
  static HIAI_StatusT Free(const Door& door, void* data) { return door.c_free(data); }
};

struct Memory {
  const char* name;
  bool moves, shared, sends_again, ours;
  void* (*take)(const Door& door);
  HIAI_StatusT (*free)(const Door& door, void* data);
};
template <typename Kind>
constexpr Memory MemoryOf(const char* name) {
  return {name,        Kind::kMoves, Kind::kShared, Kind::kSendsAgain,
          Kind::kOurs, Kind::Take,   Kind::Free};
}
constexpr Memory kMemories[] = {MemoryOf<Auto>("Auto"), MemoryOf<Manual>("Manual"),
                                MemoryOf<Dvpp>("Dvpp"), MemoryOf<Foreign>("Foreign"),
                                MemoryOf<ReceivedBlock>("Received")};

// --- directions ---

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

struct Way {
  const char* name;
  std::uint32_t source, target, own_side, spare;
  const Door& (*sender)();
  const Door& (*receiver)();
  int receiver_view;
};
template <typename Direction>
constexpr Way WayOf(const char* name) {
  return {name,
          Direction::kSource,
          Direction::kTarget,
          Direction::kOwnSide,
          Direction::kSpare,
          Direction::Sender,
          Direction::Receiver,
          Direction::kReceiverView};
}
constexpr Way kWays[] = {WayOf<HostToDevice>("HostToDevice"), WayOf<DeviceToHost>("DeviceToHost")};

// --- calls ---

constexpr std::uint32_t kNoGraph = 77;

// Sends to an input port 0 of graph 1: that of the way's target, or of the sender's own side. With
// kNoGraph the sender is in none.
using SendCall = HIAI_StatusT (*)(const Way& way, const hiai::EnginePortID& to,
                                  const std::string& name, const std::shared_ptr<Message>& message);

inline HIAI_StatusT GraphSendData(const Way& way, const hiai::EnginePortID& to,
                                  const std::string& name,
                                  const std::shared_ptr<Message>& message) {
  return way.sender().graph_send(to, name, message, 0);
}
inline HIAI_StatusT HiaiSendData(const Way& way, const hiai::EnginePortID& to,
                                 const std::string& name, const std::shared_ptr<Message>& message) {
  return way.sender().hiai_send(to, name, message, 0);
}
inline HIAI_StatusT CSendData(const Way& way, const hiai::EnginePortID& to, const std::string& name,
                              const std::shared_ptr<Message>& message) {
  return way.sender().c_send(to, name, message.get());
}
inline HIAI_StatusT EngineSendData(const Way& way, const hiai::EnginePortID& to,
                                   const std::string& name,
                                   const std::shared_ptr<Message>& message) {
  const std::shared_ptr<hiai::Engine> source = to.graph_id == kNoGraph
                                                   ? way.sender().engine_outside_graphs()
                                                   : way.sender().engine(to.graph_id, way.source);
  if (source == nullptr) return HIAI_GRAPH_ENGINE_NOT_EXIST;
  return source->SendData(to.engine_id == way.own_side ? 1 : 0, name, message, 0);
}

struct Call {
  const char* name;
  SendCall send;
  HIAI_StatusT unknown;       // of a send outside any graph
  HIAI_StatusT closed;        // of one after, or while, the graph is destroyed
  HIAI_StatusT unregistered;  // of a type that nobody registered
  bool copies_on_own_side;    // C code gets an object of its own, all others the very object
};
constexpr Call kCalls[] = {
    {"GraphSendData", GraphSendData, HIAI_GRAPH_NOT_EXIST, HIAI_GRAPH_NOT_EXIST,
     HIAI_GRAPH_SEARFUNC_IS_NULL, false},
    {"HiaiSendData", HiaiSendData, HIAI_GRAPH_NOT_EXIST, HIAI_GRAPH_NOT_EXIST,
     HIAI_GRAPH_SEARFUNC_IS_NULL, false},
    {"CSendData", CSendData, HIAI_GRAPH_NOT_EXIST, HIAI_GRAPH_NOT_EXIST,
     HIAI_GRAPH_CONVCFUNC_IS_NULL, true},
    {"EngineSendData", EngineSendData, HIAI_GRAPH_ENGINE_NOT_EXIST, HIAI_QUEUE_STOPPED,
     HIAI_GRAPH_SEARFUNC_IS_NULL, false},
};

}  // namespace contract
