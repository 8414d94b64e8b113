// The structs as messages. Both libraries register them; the C program needs not.
#ifndef RECORDER_CLIP_TYPE_H_
#define RECORDER_CLIP_TYPE_H_

#include "clip.h"
#include "hiaiengine/api.h"
#include "hiaiengine/data_type_reg.h"

inline void PackClip(void* input, std::string& ctrl, uint8_t*& data, uint32_t& length) {
  Clip* clip = static_cast<Clip*>(input);
  ctrl.assign(reinterpret_cast<char*>(clip), sizeof(Clip));
  data = reinterpret_cast<uint8_t*>(clip->samples);
  length = clip->count * sizeof(int16_t);
}

inline std::shared_ptr<void> UnpackClip(const char* ctrl, const uint32_t& ctrl_length,
                                        const uint8_t* data, const uint32_t& length) {
  const uint8_t* start = data;
  Clip* clip = new (std::nothrow) Clip(*reinterpret_cast<const Clip*>(ctrl));
  clip->samples = reinterpret_cast<int16_t*>(const_cast<uint8_t*>(start));
  return std::shared_ptr<Clip>(clip, [](Clip* p) {
    hiai::Graph::ReleaseDataBuffer(p->samples);  // null for an empty clip
    delete p;
  });
}

HIAI_REGISTER_SERIALIZE_FUNC("Clip", Clip, PackClip, UnpackClip)

template <class Archive>
void serialize(Archive& ar, Level& level) {
  ar(level.number, level.sum, cereal::binary_data(level.title, sizeof level.title));
}

HIAI_REGISTER_DATA_TYPE("Level", Level)

#endif
