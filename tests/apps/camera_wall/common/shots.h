// The messages between the cameras, the batcher and the wall.
#ifndef WALL_SHOTS_H_
#define WALL_SHOTS_H_

#include <hiaiengine/data_type_reg.h>

struct Shot {
  uint32_t camera = 0;
  uint32_t number = 0;
  std::vector<uint16_t> image;
};
template <class Archive>
void serialize(Archive& ar, Shot& shot) {
  ar(shot.camera, shot.number, shot.image);
}

struct ShotBatch {
  bool flushed = false;
  std::vector<Shot> shots;
};
template <class Archive>
void serialize(Archive& ar, ShotBatch& batch) {
  ar(batch.flushed, batch.shots);
}

HIAI_REGISTER_DATA_TYPE("Shot", Shot);
HIAI_REGISTER_DATA_TYPE("ShotBatch", ShotBatch);

#endif
