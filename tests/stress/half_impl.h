// The half of one side: its functions, its message type and its engine. Everything has internal
// linkage, as in separately built halves of an application.
#pragma once

#include <pthread.h>

#include <atomic>
#include <cstring>
#include <stdexcept>
#include <string>

#include "half.h"
#include "hiaiengine/data_type_reg.h"

namespace storm {
namespace {

constexpr std::uint32_t kGraph = 1;

std::atomic<Post> g_post{nullptr};  // partner: set_post of the storm's thread

// Keeps a call from becoming a jump: the library would see the return address of our caller.
template <typename T>
T NotLast(T value) {
  __asm__ volatile("" ::: "memory");
  return value;
}

struct Control {
  Hook hook;
  std::uint32_t owner;
  std::uint64_t tag;
};

void Serialize(void* object, std::string& control, std::uint8_t*& data, std::uint32_t& bytes) {
  const Parcel& parcel = *static_cast<const Parcel*>(object);
  const Control head = {parcel.hook, parcel.owner, parcel.tag};
  control.assign(reinterpret_cast<const char*>(&head), sizeof head);
  data = parcel.data;
  bytes = parcel.bytes;
  ::pthread_testcancel();  // user code may end its thread
  if (head.hook == Hook::kThrowAtSend) throw std::runtime_error("a serialize hook");
}

std::shared_ptr<void> Deserialize(const char* control, const std::uint32_t& control_bytes,
                                  const std::uint8_t* data, const std::uint32_t& bytes) {
  Control head;
  if (control_bytes != sizeof head) return nullptr;
  std::memcpy(&head, control, sizeof head);
  if (head.hook == Hook::kThrow) throw std::runtime_error("a deserialize hook");
  if (head.hook == Hook::kReturnNull) return nullptr;
  auto parcel = std::make_shared<Parcel>(Parcel{head.hook, head.owner, head.tag, nullptr, 0, true});
  parcel->data = const_cast<std::uint8_t*>(data);
  parcel->bytes = bytes;
  if (head.hook == Hook::kKeep) return parcel;
  std::shared_ptr<std::uint8_t> bound;
  if (data != nullptr) bound.reset(parcel->data, hiai::HIAIMemory::HIAI_DFree);
  parcel->data = nullptr;
  if (head.hook == Hook::kBindThenThrow) throw std::runtime_error("bound, then thrown");
  return parcel;
}

HIAI_REGISTER_SERIALIZE_FUNC("storm.Parcel", Parcel, Serialize, Deserialize)

class StormNode : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 3)
};

HIAI_IMPL_ENGINE_PROCESS("StormNode", StormNode, 1) {
  const Post post = g_post.load();
  if (post == nullptr || arg0 == nullptr) return HIAI_OK;
  return post(GetEngineId(), std::static_pointer_cast<Parcel>(arg0));
}

HIAI_StatusT SendFrom(std::uint32_t engine, std::uint32_t port,
                      const std::shared_ptr<Parcel>& parcel, std::uint32_t time) {
  const std::shared_ptr<hiai::Graph> graph = hiai::Graph::GetInstance(kGraph);
  if (graph == nullptr) return HIAI_GRAPH_NOT_EXIST;
  const std::shared_ptr<hiai::Engine> sender = NotLast(graph->GetEngine(engine));
  if (sender == nullptr) return HIAI_GRAPH_NOT_EXIST;
  return NotLast(sender->SendData(port, "storm.Parcel", parcel, time));
}

Half MakeHalf() {
  using hiai::HIAIMemory;
  Half half{};
  half.alloc = [](std::uint32_t bytes, void*& block, std::uint32_t time, std::uint32_t flag) {
    return NotLast(HIAIMemory::HIAI_DMalloc(bytes, block, time, flag));
  };
  half.c_alloc = [](std::uint32_t bytes, std::uint32_t time, std::uint32_t flag) {
    return NotLast(HIAI_DMalloc(bytes, time, flag));
  };
  half.free = [](void* block) { return NotLast(HIAIMemory::HIAI_DFree(block)); };
  half.c_free = [](void* block) { return NotLast(HIAI_DFree(block)); };
  half.dvpp_alloc = [](std::uint32_t bytes, void*& block) {
    return NotLast(HIAIMemory::HIAI_DVPP_DMalloc(bytes, block));
  };
  half.dvpp_free = [](void* block) { return NotLast(HIAIMemory::HIAI_DVPP_DFree(block)); };
  half.release_buffer = [](void* block) {
    hiai::Graph::ReleaseDataBuffer(block);
    NotLast(0);
  };
  half.is_dmalloc = [](const void* address, std::uint32_t bytes) {
    return NotLast(HIAIMemory::IsDMalloc(address, bytes));
  };
  half.send = SendFrom;
  half.set_post = [](Post post) { g_post = post; };
  return half;
}

}  // namespace
}  // namespace storm
