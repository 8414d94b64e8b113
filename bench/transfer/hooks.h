// How parcels cross sides: hooks that do as little as hooks can, and the making of parcels.
//
// In an anonymous namespace: program and device library each have their own, as two sides have.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>

#include "cereal_hooks.h"
#include "hiaiengine/ai_memory.h"
#include "hiaiengine/data_type_reg.h"
#include "hiaiengine/graph.h"
#include "parcel.h"

namespace {

constexpr char kParcel[] = "BenchParcel";
constexpr std::uint32_t kForever = 60'000;  // milliseconds

inline void PackParcel(void* object, std::string& control, std::uint8_t*& data,
                       std::uint32_t& bytes) {
  const auto& parcel = *static_cast<bench::Parcel*>(object);
  control.assign(reinterpret_cast<const char*>(&parcel.order), bench::kOrderBytes);
  data = parcel.data.get();
  bytes = data != nullptr ? parcel.order.bytes : 0;
}

inline std::shared_ptr<void> UnpackParcel(const char* control, const std::uint32_t& control_bytes,
                                          const std::uint8_t* data, const std::uint32_t&) {
  if (control_bytes != bench::kOrderBytes) return nullptr;
  auto parcel = std::make_shared<bench::Parcel>();
  std::memcpy(static_cast<void*>(&parcel->order), control, bench::kOrderBytes);
  if (data != nullptr) {
    parcel->data.reset(const_cast<std::uint8_t*>(data), hiai::Graph::ReleaseDataBuffer);
  }
  return parcel;
}

// A new block for a payload, owned as the order's style wants it; null if there is no memory.
inline std::shared_ptr<std::uint8_t> MakePayload(const bench::Order& order) {
  if (order.style == bench::Style::kForeign) {
    return {new std::uint8_t[order.bytes], std::default_delete<std::uint8_t[]>()};
  }
  void* block = nullptr;
  if (hiai::HIAIMemory::HIAI_DMalloc(order.bytes, block) != HIAI_OK) return nullptr;
  auto* const bytes = static_cast<std::uint8_t*>(block);
  // Sent, the block is the receiver's. Many applications leave a deleter that frees it all the
  // same when the message object goes.
  if (order.style == bench::Style::kLateFree) return {bytes, hiai::HIAIMemory::HIAI_DFree};
  return {bytes, [](std::uint8_t*) {}};
}

// Makes a message of `order` and sends it with `send(type, object)`.
template <typename Send>
bool SendOrder(const bench::Order& order, const Send& send) {
  const bool cereal = order.style == bench::Style::kCereal;
  const std::shared_ptr<bench::Parcel> parcel =
      cereal ? std::make_shared<Frame>() : std::make_shared<bench::Parcel>();
  parcel->order = order;
  if (bench::HasPayload(order)) {
    parcel->data = MakePayload(order);
    if (parcel->data == nullptr) return false;
  }
  return send(cereal ? kFrame : kParcel, parcel) == HIAI_OK;
}

}  // namespace

HIAI_REGISTER_SERIALIZE_FUNC(kParcel, bench::Parcel, PackParcel, UnpackParcel)
