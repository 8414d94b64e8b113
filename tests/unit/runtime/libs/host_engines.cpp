// An engine library of the host.
#define OPENMATRIX_TEST_WHERE "host library"
#include "hiaiengine/engine.h"

class HostLibraryEcho : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("HostLibraryEcho", HostLibraryEcho, 1) {
  return SendData(0, "string", arg0);
}
