#include "clip_type.h"

class Mixer : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("Mixer", Mixer, 1) {
  std::shared_ptr<Clip> clip = std::static_pointer_cast<Clip>(arg0);
  std::shared_ptr<Level> level = std::make_shared<Level>();
  level->number = clip->number;
  level->sum = 0;
  for (uint32_t i = 0; i < clip->count; ++i) {
    level->sum += clip->samples[i];
  }
  snprintf(level->title, sizeof level->title, "clip %u", clip->number);
  return SendData(0, "Level", level);
}
