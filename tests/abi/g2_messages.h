// What the two halves of the old application send each other. Each half registers the types for
// itself, as old applications do: the objects have the same external names.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "g2/ai_memory.h"
#include "g2/data_type_reg.h"
#include "g2/graph.h"

// Goes the fast way: a few control bytes, and a block that is not copied.
struct G2Frame {
  uint32_t bytes = 0;
  std::shared_ptr<uint8_t> data;
};

// Goes through cereal.
struct G2Note {
  std::string text;
  uint32_t number = 0;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(text, number);
  }
};

// What the releases of blocks answered.
struct G2Frees {
  static std::atomic<uint32_t>& Good() {
    static std::atomic<uint32_t> count(0);
    return count;
  }
  static std::atomic<uint32_t>& Refused() {
    static std::atomic<uint32_t> count(0);
    return count;
  }
  static void Free(void* block) {
    ++(hiai::HIAIMemory::HIAI_DFree(block) == HIAI_OK ? Good() : Refused());
  }
};

static void G2SerializeFrame(void* input, std::string& control, uint8_t*& data, uint32_t& bytes) {
  const G2Frame* frame = static_cast<G2Frame*>(input);
  control = std::string(reinterpret_cast<const char*>(&frame->bytes), sizeof frame->bytes);
  data = frame->data.get();
  bytes = frame->bytes;
}

// The host gives received blocks back through the graph, the device through HIAI_DFree.
#if defined(G2_DEVICE_HALF)
#define G2_RELEASE G2Frees::Free
#else
#define G2_RELEASE hiai::Graph::ReleaseDataBuffer
#endif

static std::shared_ptr<void> G2DeserializeFrame(const char* control, const uint32_t& control_bytes,
                                                const uint8_t* data, const uint32_t& bytes) {
  std::shared_ptr<G2Frame> frame = std::make_shared<G2Frame>();
  if (control_bytes == sizeof frame->bytes && bytes != 0) {
    frame->bytes = *reinterpret_cast<const uint32_t*>(control);
  }
  frame->data.reset(const_cast<uint8_t*>(data), G2_RELEASE);
  return std::static_pointer_cast<void>(frame);
}

HIAI_REGISTER_SERIALIZE_FUNC("G2Frame", G2Frame, G2SerializeFrame, G2DeserializeFrame)
HIAI_REGISTER_DATA_TYPE("G2Note", G2Note)

// A block that the framework frees after the send, and that its pointer frees again later: the
// pattern of most applications.
inline std::shared_ptr<G2Frame> G2MakeFrame(uint32_t bytes, uint8_t value) {
  std::shared_ptr<G2Frame> frame = std::make_shared<G2Frame>();
  void* block = nullptr;
  if (hiai::HIAIMemory::HIAI_DMalloc(bytes, block) != HIAI_OK) return nullptr;
  for (uint32_t i = 0; i < bytes; ++i) static_cast<uint8_t*>(block)[i] = value;
  frame->bytes = bytes;
  frame->data.reset(static_cast<uint8_t*>(block), G2Frees::Free);
  return frame;
}
