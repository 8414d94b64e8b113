#include "hiaiengine/init.h"

#include "api/guard.h"
#include "api/process_instance.h"

HIAI_StatusT HIAI_Init(uint32_t deviceID) {
  return openmatrix::Guard([&] { return openmatrix::GetProcess().Init(deviceID); });
}
