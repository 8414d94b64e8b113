#include "clip_type.h"

class Tape : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("Tape", Tape, 1) {
  if (arg0 == nullptr) {
    return HIAI_ERROR;
  }
  return SendData(0, "Level", arg0);
}
