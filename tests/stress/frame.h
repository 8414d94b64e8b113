// A frame that crosses sides, as published applications make it: the block is automatic, and yet a
// DFree deleter is attached. Included by the program and by its device library.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>

#include "hiaiengine/ai_memory.h"
#include "hiaiengine/api.h"
#include "hiaiengine/data_type_reg.h"

namespace {

constexpr std::uint32_t kFrameBytes = 256u << 10;
constexpr std::uint32_t kPatience = 100000;  // milliseconds

struct Frame {
  std::uint32_t number = 0;
  std::shared_ptr<std::uint8_t> data;
};

// Writes the frame's number into each page of the block.
inline void Paint(Frame& frame) {
  for (std::uint32_t at = 0; at < kFrameBytes; at += 4096) {
    std::memcpy(frame.data.get() + at, &frame.number, sizeof frame.number);
  }
}

inline bool Painted(const Frame& frame) {
  for (std::uint32_t at = 0; at < kFrameBytes; at += 4096) {
    if (std::memcmp(frame.data.get() + at, &frame.number, sizeof frame.number) != 0) return false;
  }
  return true;
}

// Null if there is no memory.
inline std::shared_ptr<Frame> MakeFrame(std::uint32_t number) {
  void* block = nullptr;
  if (hiai::HIAIMemory::HIAI_DMalloc(kFrameBytes, block, kPatience) != HIAI_OK) return nullptr;
  // First: what follows may throw.
  std::shared_ptr<std::uint8_t> data(static_cast<std::uint8_t*>(block),
                                     hiai::HIAIMemory::HIAI_DFree);
  auto frame = std::make_shared<Frame>();
  frame->number = number;
  frame->data = std::move(data);
  Paint(*frame);
  return frame;
}

inline void SerializeFrame(void* object, std::string& control, std::uint8_t*& data,
                           std::uint32_t& bytes) {
  const Frame& frame = *static_cast<Frame*>(object);
  control.assign(reinterpret_cast<const char*>(&frame.number), sizeof frame.number);
  data = frame.data.get();
  bytes = kFrameBytes;
}

inline std::shared_ptr<void> DeserializeFrame(const char* control, const std::uint32_t&,
                                              const std::uint8_t* data, const std::uint32_t&) {
  auto frame = std::make_shared<Frame>();
  std::memcpy(&frame->number, control, sizeof frame->number);
  frame->data.reset(const_cast<std::uint8_t*>(data), hiai::HIAIMemory::HIAI_DFree);
  return frame;
}

HIAI_REGISTER_SERIALIZE_FUNC("stress.Frame", Frame, SerializeFrame, DeserializeFrame)

}  // namespace
