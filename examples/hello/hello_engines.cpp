// Two engines in one library. The configuration names it on both sides, so each side has its own.
#include <cctype>

#include "hiaiengine/engine.h"

class Shout : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("Shout", Shout, 1) {
  auto text = std::make_shared<std::string>(*std::static_pointer_cast<std::string>(arg0));
  for (char& c : *text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return SendData(0, "string", text);
}

class Echo : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("Echo", Echo, 1) { return SendData(0, "string", arg0); }
