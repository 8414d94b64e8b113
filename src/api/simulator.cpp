#include "openmatrix/simulator.h"

#include "api/guard.h"
#include "api/process_instance.h"

int openmatrix_disconnect_device(uint32_t deviceId) {
  const HIAI_StatusT status =
      openmatrix::Guard([&] { return openmatrix::GetProcess().DisconnectDevice(deviceId); });
  return status == HIAI_OK ? 0 : -1;
}

int openmatrix_reconnect_device(uint32_t deviceId) {
  const HIAI_StatusT status =
      openmatrix::Guard([&] { return openmatrix::GetProcess().ReconnectDevice(deviceId); });
  return status == HIAI_OK ? 0 : -1;
}
