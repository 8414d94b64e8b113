// What transfer_bench sends: one block of data, and hooks that do as little as hooks can.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>

#include "hiaiengine/ai_memory.h"
#include "hiaiengine/data_type_reg.h"
#include "hiaiengine/graph.h"

// In an anonymous namespace: program and device library each have their own, as two sides have.
namespace {

struct Parcel {
  std::shared_ptr<std::uint8_t> data;
  std::uint32_t bytes = 0;
  bool reply_wanted = false;
};

constexpr char kParcel[] = "openmatrix_bench_parcel";

inline void SerializeParcel(void* object, std::string& control, std::uint8_t*& data,
                            std::uint32_t& bytes) {
  const auto& parcel = *static_cast<Parcel*>(object);
  control.assign(1, parcel.reply_wanted ? 'r' : '-');
  data = parcel.data.get();
  bytes = parcel.bytes;
}

inline std::shared_ptr<void> DeserializeParcel(const char* control, const std::uint32_t&,
                                               const std::uint8_t* data,
                                               const std::uint32_t& bytes) {
  auto parcel = std::make_shared<Parcel>();
  parcel->data.reset(const_cast<std::uint8_t*>(data), hiai::Graph::ReleaseDataBuffer);
  parcel->bytes = bytes;
  parcel->reply_wanted = *control == 'r';
  return parcel;
}

// A parcel with a block of its own; null if there is no memory. The block moves to the receiver,
// so its deleter does nothing.
inline std::shared_ptr<Parcel> MakeParcel(std::uint32_t bytes, bool reply_wanted) {
  void* block = nullptr;
  if (hiai::HIAIMemory::HIAI_DMalloc(bytes, block) != HIAI_OK) return nullptr;
  auto parcel = std::make_shared<Parcel>();
  parcel->data.reset(static_cast<std::uint8_t*>(block), [](std::uint8_t*) {});
  parcel->bytes = bytes;
  parcel->reply_wanted = reply_wanted;
  return parcel;
}

}  // namespace

HIAI_REGISTER_SERIALIZE_FUNC(kParcel, Parcel, SerializeParcel, DeserializeParcel)
