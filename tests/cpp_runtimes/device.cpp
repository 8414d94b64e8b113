// The device half: describes a word.
#define OPENMATRIX_SIDE device_half
#include "hiaiengine/api.h"
#include "text.h"

class Describes : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("Describes", Describes, 1) {
  const std::string& word = *std::static_pointer_cast<std::string>(arg0);
  return SendData(0, "string", std::make_shared<std::string>(OPENMATRIX_SIDE::Describe(word)));
}
