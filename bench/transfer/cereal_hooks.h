// A message as applications have it: facts of a video frame in a cereal archive, pixels beside it.
#pragma once

#include <cstdint>
#include <memory>
#include <sstream>
#include <string>

#include "hiaiengine/data_type_reg.h"
#include "hiaiengine/graph.h"
#include "parcel.h"

namespace {

constexpr char kFrame[] = "BenchFrame";

// A parcel is its first base, so an engine finds the order without knowing which of both it got.
struct Frame : bench::Parcel {
  std::uint32_t channel = 3;
  std::uint32_t number = 1234;
  std::uint32_t format = 1;
  std::uint32_t width = 1920;
  std::uint32_t height = 1080;
  std::uint32_t stride = 1920;
  std::uint64_t taken = 0;
  std::string camera = "rtsp://camera-3/stream";
};

template <class Archive>
void serialize(Archive& archive, Frame& frame) {
  archive(frame.order.value, frame.order.bytes, frame.order.kind, frame.order.style,
          frame.order.lane, frame.channel, frame.number, frame.format, frame.width, frame.height,
          frame.stride, frame.taken, frame.camera);
}

inline void PackFrame(void* object, std::string& control, std::uint8_t*& data,
                      std::uint32_t& bytes) {
  auto* const frame = static_cast<Frame*>(object);
  std::ostringstream stream;
  cereal::PortableBinaryOutputArchive archive(stream);
  archive(*frame);
  control = stream.str();
  data = frame->data.get();
  bytes = data != nullptr ? frame->order.bytes : 0;
}

inline std::shared_ptr<void> UnpackFrame(const char* control, const std::uint32_t& control_bytes,
                                         const std::uint8_t* data, const std::uint32_t&) {
  auto frame = std::make_shared<Frame>();
  std::istringstream stream(std::string(control, control_bytes));
  cereal::PortableBinaryInputArchive archive(stream);
  archive(*frame);
  if (data != nullptr) {
    frame->data.reset(const_cast<std::uint8_t*>(data), hiai::Graph::ReleaseDataBuffer);
  }
  return frame;
}

}  // namespace

HIAI_REGISTER_SERIALIZE_FUNC(kFrame, Frame, PackFrame, UnpackFrame)
