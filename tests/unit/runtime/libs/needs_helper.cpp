// Calls another library without DT_NEEDED: who configures it lists both.
#include <memory>
#include <string>

#include "hiaiengine/engine.h"

std::string HelperText();
int NextOfHelper();

class NeedsHelper : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("NeedsHelper", NeedsHelper, 1) {
  static_cast<void>(arg0);
  return SendData(0, "string", std::make_shared<std::string>(HelperText()));
}

class CountsHelper : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("CountsHelper", CountsHelper, 1) {
  static_cast<void>(arg0);
  return SendData(0, "string", std::make_shared<std::string>(std::to_string(NextOfHelper())));
}
