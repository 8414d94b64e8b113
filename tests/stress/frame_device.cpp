// The device half: answers each frame with a new one of the same number.
#include "frame.h"

class StressEcho : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("StressEcho", StressEcho, 1) {
  const auto frame = std::static_pointer_cast<Frame>(arg0);
  // 0 tells the host that the contents were wrong.
  const auto answer = MakeFrame(Painted(*frame) ? frame->number : 0);
  if (answer == nullptr) return HIAI_ERROR;
  return SendData(0, "stress.Frame", answer, kPatience);
}
