// The messages of both halves, with their hooks.
#ifndef STORE_PICTURE_H_
#define STORE_PICTURE_H_

#include "hiaiengine/ai_memory.h"
#include "hiaiengine/data_type_reg.h"
#include "hiaiengine/graph.h"

// Large pictures go without a copy.
struct Picture {
  uint32_t id;
  uint32_t size;
  uint32_t packed;  // how often: a picture is sent once
  std::string note;
  std::shared_ptr<uint8_t> data;
};

template <class Archive>
void serialize(Archive& ar, Picture& picture) {
  ar(picture.id, picture.size, picture.packed, picture.note, picture.data);
}

// The pixels must not get into the archive, so they are away meanwhile.
inline void PackPicture(void* input, std::string& ctrl, uint8_t*& data, uint32_t& length) {
  if (input == nullptr) {
    return;
  }
  Picture* picture = static_cast<Picture*>(input);
  ++picture->packed;
  length = picture->size;
  data = picture->data.get();
  std::shared_ptr<uint8_t> keep = picture->data;
  picture->data = nullptr;
  std::ostringstream out;
  {
    cereal::PortableBinaryOutputArchive archive(out);
    archive(*picture);
  }
  ctrl = out.str();
  picture->data = keep;
}

inline std::shared_ptr<void> UnpackPicture(const char* ctrl, const uint32_t& ctrl_length,
                                           const uint8_t* data, const uint32_t& length) {
  std::shared_ptr<Picture> picture = std::make_shared<Picture>();
  std::istringstream in(std::string(ctrl, ctrl_length));
  cereal::PortableBinaryInputArchive archive(in);
  archive(*picture);
  picture->data.reset(const_cast<uint8_t*>(data), hiai::Graph::ReleaseDataBuffer);
  return picture;
}

HIAI_REGISTER_SERIALIZE_FUNC("Picture", Picture, PackPicture, UnpackPicture);

// Small ones go through cereal, bytes and all.
struct Thumb {
  uint32_t id = 0;
  uint32_t size = 0;
  std::shared_ptr<uint8_t> data;
};

template <class Archive>
void save(Archive& ar, const Thumb& thumb) {
  ar(thumb.id, thumb.size, cereal::binary_data(thumb.data.get(), thumb.size));
}

template <class Archive>
void load(Archive& ar, Thumb& thumb) {
  ar(thumb.id, thumb.size);
  thumb.data.reset(new uint8_t[thumb.size], std::default_delete<uint8_t[]>());
  ar(cereal::binary_data(thumb.data.get(), thumb.size));
}

HIAI_REGISTER_DATA_TYPE("Thumb", Thumb);

inline uint32_t Checksum(const uint8_t* data, uint32_t size) {
  uint32_t sum = 1;
  for (uint32_t i = 0; i < size; ++i) {
    sum = sum * 31 + data[i];
  }
  return sum;
}

#endif
