// What a storm does on one side. The program and its device library each include half_impl.h, so a
// call through a half comes from code of that side, on whatever thread the storm makes it.
#pragma once

#include <cstdint>
#include <memory>

#include "hiaiengine/ai_memory.h"
#include "hiaiengine/api.h"
#include "hiaiengine/c_graph.h"

namespace storm {

// What the hooks do with a message.
enum class Hook : std::uint32_t {
  kKeep,           // the receiver gets the data and frees it by hand
  kRelease,        // the deserialize hook frees the data: the object has none
  kThrow,          // it throws before it has bound the data
  kReturnNull,     // it returns null
  kBindThenThrow,  // it throws with an object in its hands that frees the data
  kThrowAtSend,    // the serialize hook throws
};

// The sent and the received object.
struct Parcel {
  Hook hook = Hook::kKeep;
  std::uint32_t owner = 0;  // which thread of the storm wants to hear of it
  std::uint64_t tag = 0;    // of the contents
  std::uint8_t* data = nullptr;
  std::uint32_t bytes = 0;
  bool crossed = false;  // made by the deserialize hook
};

// Hears of each message that an engine receives, on the engine's thread.
using Post = HIAI_StatusT (*)(std::uint32_t engine, const std::shared_ptr<Parcel>& parcel);

struct Half {
  HIAI_StatusT (*alloc)(std::uint32_t bytes, void*& block, std::uint32_t time, std::uint32_t flag);
  void* (*c_alloc)(std::uint32_t bytes, std::uint32_t time, std::uint32_t flag);
  HIAI_StatusT (*free)(void* block);
  HIAI_StatusT (*c_free)(void* block);
  HIAI_StatusT (*dvpp_alloc)(std::uint32_t bytes, void*& block);
  HIAI_StatusT (*dvpp_free)(void* block);
  void (*release_buffer)(void* block);
  bool (*is_dmalloc)(const void* address, std::uint32_t bytes);
  // From an output port of an engine of this half; HIAI_GRAPH_NOT_EXIST without a graph.
  HIAI_StatusT (*send)(std::uint32_t engine, std::uint32_t port,
                       const std::shared_ptr<Parcel>& parcel, std::uint32_t time);
  void (*set_post)(Post post);
};

}  // namespace storm
