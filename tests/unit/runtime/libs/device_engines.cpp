// A device library: engines of the same names as the program's, and one that only it has.
#define OPENMATRIX_TEST_WHERE "device"
#include "libs/same_name.h"

class DeviceEcho : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("DeviceEcho", DeviceEcho, 1) { return SendData(0, "string", arg0); }
