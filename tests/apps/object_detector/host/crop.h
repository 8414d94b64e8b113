// A part of a picture in DVPP memory; a fast message between both sides.
#ifndef DETECTOR_CROP_H_
#define DETECTOR_CROP_H_

#include "hiaiengine/ai_memory.h"
#include "hiaiengine/c_graph.h"
#include "hiaiengine/data_type.h"
#include "hiaiengine/data_type_reg.h"
#include "hiaiengine/graph.h"

struct Crop {
  hiai::FrameInfo info;
  hiai::ImageData<uint8_t> img;
};

template <class Archive>
void serialize(Archive& ar, Crop& crop) {
  ar(crop.info, crop.img);
}

inline void PackCrop(void* input, std::string& ctrl, uint8_t*& data, uint32_t& length) {
  Crop* crop = static_cast<Crop*>(input);
  // The picture travels beside the archive, not in it.
  std::shared_ptr<uint8_t> pixels = crop->img.data;
  crop->img.data = nullptr;
  std::ostringstream stream;
  cereal::PortableBinaryOutputArchive archive(stream);
  archive(crop->info, crop->img.width, crop->img.height, crop->img.size);
  crop->img.data = pixels;
  ctrl = stream.str();
  data = pixels.get();
  length = crop->img.size;
}

inline std::shared_ptr<void> UnpackCrop(const char* ctrl, const uint32_t& ctrl_length,
                                        const uint8_t* data, const uint32_t& length) {
  auto crop = std::make_shared<Crop>();
  std::istringstream stream(std::string(ctrl, ctrl_length));
  cereal::PortableBinaryInputArchive archive(stream);
  archive(crop->info, crop->img.width, crop->img.height, crop->img.size);
  crop->img.data.reset(const_cast<uint8_t*>(data), hiai::Graph::ReleaseDataBuffer);
  return crop;
}

HIAI_REGISTER_SERIALIZE_FUNC("Crop", Crop, PackCrop, UnpackCrop)

// Pool memory for pictures, as DVPP wants it.
inline std::shared_ptr<uint8_t> NewPicture(uint32_t size) {
  uint8_t* buffer = static_cast<uint8_t*>(HIAI_DVPP_DMalloc(size));
  if (buffer == nullptr || reinterpret_cast<uintptr_t>(buffer) % 128 != 0) {
    return nullptr;
  }
  return std::shared_ptr<uint8_t>(buffer, hiai::HIAIMemory::HIAI_DVPP_DFree);
}

#endif
