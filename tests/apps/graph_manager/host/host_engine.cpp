#include <hiaiengine/api.h>

#include "request.h"

HIAI_REGISTER_DATA_TYPE("Request", Request)

class Dest : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

// The receiver wakes main, which destroys this graph while we are still on the way back.
HIAI_IMPL_ENGINE_PROCESS("Dest", Dest, 1) {
  HIAI_StatusT ret = SendData(0, "Request", arg0);
  arg0.reset();
  return ret;
}
