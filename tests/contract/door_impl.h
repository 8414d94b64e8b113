// The door of one side, its engine class and its message types. Everything has internal linkage or
// is bound inside its library, as in separately built halves of an application.
#pragma once

#include <cstring>
#include <map>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "door.h"
#include "hiaiengine/ai_memory.h"
#include "hiaiengine/data_type_reg.h"

namespace contract {
namespace {

// Keeps a call from becoming a jump: the library would see the return address of our caller.
template <typename T>
T NotLast(T value) {
  __asm__ volatile("" ::: "memory");
  return value;
}

struct Side {
  std::mutex mutex;
  std::map<std::uint32_t, Handler> handlers;
  SerializeMode serialize = SerializeMode::kNormal;
  DeserializeMode deserialize = DeserializeMode::kDFree;
  int serialize_calls = 0;
};

Side& ThisSide() {
  static Side* const side = new Side;  // workers may look at it until the very end
  return *side;
}

// --- message types ---

void Serialize(void* object, std::string& control, std::uint8_t*& data, std::uint32_t& bytes) {
  Side& side = ThisSide();
  SerializeMode mode;
  {
    const std::lock_guard<std::mutex> lock(side.mutex);
    ++side.serialize_calls;
    mode = side.serialize;
  }
  const Message& message = *static_cast<const Message*>(object);
  control = message.control;
  data = message.data;
  bytes = message.bytes;
  if (mode == SerializeMode::kOverrun) ++bytes;
  if (mode == SerializeMode::kThrow) throw std::runtime_error("serialize hook of the test");
}

std::shared_ptr<void> Deserialize(const char* control, const std::uint32_t& control_bytes,
                                  const std::uint8_t* data, const std::uint32_t& bytes) {
  Side& side = ThisSide();
  DeserializeMode mode;
  {
    const std::lock_guard<std::mutex> lock(side.mutex);
    mode = side.deserialize;
  }
  if (mode == DeserializeMode::kThrow) throw std::runtime_error("deserialize hook of the test");
  if (mode == DeserializeMode::kReturnNull) return nullptr;
  auto received = std::make_shared<Received>();
  received->control_was_null = control == nullptr;
  received->control_was_aligned = reinterpret_cast<std::uintptr_t>(control) % 16 == 0;
  if (control != nullptr) received->control.assign(control, control_bytes);
  received->data = const_cast<std::uint8_t*>(data);
  received->bytes = bytes;
  if (mode == DeserializeMode::kReleaseBuffer) {
    received->block.reset(received->data, hiai::Graph::ReleaseDataBuffer);
  } else if (mode != DeserializeMode::kByHand && data != nullptr) {
    received->block.reset(received->data, hiai::HIAIMemory::HIAI_DFree);
  }
  if (mode == DeserializeMode::kBindThenThrow) throw std::runtime_error("bound, then thrown");
  return received;
}

HIAI_REGISTER_SERIALIZE_FUNC("contract.Message", Message, Serialize, Deserialize)

struct Plain {
  std::uint32_t number = 0;
  std::string text;
  HIAI_SERIALIZE(number, text)
};
HIAI_REGISTER_DATA_TYPE("contract.Plain", Plain)

// --- the engine ---

class Node : public hiai::Engine {
  HIAI_DEFINE_PROCESS(2, 8)

 private:
  HIAI_StatusT Handle(std::uint32_t port, const std::shared_ptr<void>& message) {
    Handler handler;
    {
      Side& side = ThisSide();
      const std::lock_guard<std::mutex> lock(side.mutex);
      const auto found = side.handlers.find(GetEngineId());
      if (found != side.handlers.end()) handler = found->second;
    }
    return handler ? handler(*this, port, message) : HIAI_OK;
  }
};

HIAI_IMPL_ENGINE_PROCESS("Node", Node, 2) {
  if (arg0 != nullptr) return Handle(0, arg0);
  return arg1 != nullptr ? Handle(1, arg1) : HIAI_OK;
}

// --- the door ---

Door MakeDoor() {
  Door door{};
  door.c_alloc = [](std::uint32_t bytes, std::uint32_t time, std::uint32_t flag) {
    return NotLast(HIAI_DMalloc(bytes, time, flag));
  };
  door.c_free = [](void* block) { return NotLast(HIAI_DFree(block)); };
  door.c_dvpp_alloc = [](std::uint32_t bytes) { return NotLast(HIAI_DVPP_DMalloc(bytes)); };
  door.c_dvpp_free = [](void* block) { return NotLast(HIAI_DVPP_DFree(block)); };
  door.cpp_alloc = [](std::uint32_t bytes, void*& block, std::uint32_t time, std::uint32_t flag) {
    return NotLast(hiai::HIAIMemory::HIAI_DMalloc(bytes, block, time, flag));
  };
  door.cpp_free = [](void* block) { return NotLast(hiai::HIAIMemory::HIAI_DFree(block)); };
  door.cpp_dvpp_alloc = [](std::uint32_t bytes, void*& block) {
    return NotLast(hiai::HIAIMemory::HIAI_DVPP_DMalloc(bytes, block));
  };
  door.cpp_dvpp_free = [](void* block) {
    return NotLast(hiai::HIAIMemory::HIAI_DVPP_DFree(block));
  };
  door.is_dmalloc = [](const void* address, std::uint32_t bytes) {
    return NotLast(hiai::HIAIMemory::IsDMalloc(address, bytes));
  };
  door.graph_send = [](const hiai::EnginePortID& target, const std::string& name,
                       const std::shared_ptr<void>& message, std::uint32_t time) {
    const std::shared_ptr<hiai::Graph> graph = hiai::Graph::GetInstance(target.graph_id);
    if (graph == nullptr) return HIAI_StatusT{HIAI_GRAPH_NOT_EXIST};
    return NotLast(graph->SendData(target, name, message, time));
  };
  door.hiai_send = [](const hiai::EnginePortID& target, const std::string& name,
                      const std::shared_ptr<void>& message, std::uint32_t time) {
    std::shared_ptr<void> copy = message;
    const HIAI_PortID_t port = {target.graph_id, target.engine_id, target.port_id};
    return NotLast(HIAI_SendData(port, name, copy, time));
  };
  door.c_send = [](const hiai::EnginePortID& target, const std::string& name, void* message) {
    const HIAI_PortID_t port = {target.graph_id, target.engine_id, target.port_id};
    return NotLast(HIAI_C_SendData(port, name.c_str(), name.size(), message));
  };
  door.engine = [](std::uint32_t graph, std::uint32_t id) -> std::shared_ptr<hiai::Engine> {
    const std::shared_ptr<hiai::Graph> handle = hiai::Graph::GetInstance(graph);
    if (handle == nullptr) return nullptr;
    return NotLast(handle->GetEngine(id));
  };
  door.engine_outside_graphs = [] {
    return NotLast(hiai::HIAIEngineFactory::GetInstance()->CreateEngine("Node"));
  };
  door.set_handler = [](std::uint32_t engine, Handler handler) {
    Side& side = ThisSide();
    const std::lock_guard<std::mutex> lock(side.mutex);
    side.handlers[engine].swap(handler);
  };
  door.set_modes = [](SerializeMode serialize, DeserializeMode deserialize) {
    Side& side = ThisSide();
    const std::lock_guard<std::mutex> lock(side.mutex);
    side.serialize = serialize;
    side.deserialize = deserialize;
  };
  door.serialize_calls = [] {
    Side& side = ThisSide();
    const std::lock_guard<std::mutex> lock(side.mutex);
    return side.serialize_calls;
  };
  return door;
}

}  // namespace
}  // namespace contract
