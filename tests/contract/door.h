// What a test does on one side. The program and the device library each compile door_impl.h, so a
// call through a door comes from code of that side, on whatever thread the test calls it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "hiaiengine/c_graph.h"
#include "hiaiengine/engine.h"
#include "hiaiengine/graph.h"

namespace contract {

// Runs in Process of a "Node" engine, with the side of that engine.
using Handler = std::function<HIAI_StatusT(hiai::Engine& engine, std::uint32_t port,
                                           const std::shared_ptr<void>& message)>;

// What the hooks of the message type "contract.Message" do on this side from now on.
enum class SerializeMode { kNormal, kThrow, kOverrun };
enum class DeserializeMode {
  kDFree,          // the object releases the data with HIAI_DFree
  kReleaseBuffer,  // with Graph::ReleaseDataBuffer
  kByHand,         // not at all: the test does
  kThrow,
  kReturnNull,
  kBindThenThrow,  // as kDFree, but throws with the object in its hands
};

// The sent type: control part, data, and what keeps the data alive.
struct Message {
  std::string control;
  std::uint8_t* data = nullptr;
  std::uint32_t bytes = 0;
  std::shared_ptr<void> keep;
};

// What the deserialize hook makes of it: another type than the sent one.
struct Received {
  std::string control;
  bool control_was_null = false;
  bool control_was_aligned = false;
  std::uint8_t* data = nullptr;
  std::uint32_t bytes = 0;
  std::shared_ptr<std::uint8_t> block;
};

struct Door {
  void* (*c_alloc)(std::uint32_t bytes, std::uint32_t time, std::uint32_t flag);
  HIAI_StatusT (*c_free)(void* block);
  void* (*c_dvpp_alloc)(std::uint32_t bytes);
  HIAI_StatusT (*c_dvpp_free)(void* block);
  HIAI_StatusT (*cpp_alloc)(std::uint32_t bytes, void*& block, std::uint32_t time,
                            std::uint32_t flag);
  HIAI_StatusT (*cpp_free)(void* block);
  HIAI_StatusT (*cpp_dvpp_alloc)(std::uint32_t bytes, void*& block);
  HIAI_StatusT (*cpp_dvpp_free)(void* block);
  bool (*is_dmalloc)(const void* address, std::uint32_t bytes);

  HIAI_StatusT (*graph_send)(const hiai::EnginePortID& target, const std::string& name,
                             const std::shared_ptr<void>& message, std::uint32_t time);
  HIAI_StatusT (*hiai_send)(const hiai::EnginePortID& target, const std::string& name,
                            const std::shared_ptr<void>& message, std::uint32_t time);
  HIAI_StatusT (*c_send)(const hiai::EnginePortID& target, const std::string& name, void* message);
  std::shared_ptr<hiai::Engine> (*engine)(std::uint32_t graph, std::uint32_t id);
  std::shared_ptr<hiai::Engine> (*engine_outside_graphs)();

  void (*set_handler)(std::uint32_t engine, Handler handler);
  void (*set_modes)(SerializeMode serialize, DeserializeMode deserialize);
  int (*serialize_calls)();
};

// Of the program: the host's.
const Door& HostDoor();
// Of the library that a graph with a device engine loads: the device's. Loads it if need be.
const Door& DeviceDoor();

}  // namespace contract
