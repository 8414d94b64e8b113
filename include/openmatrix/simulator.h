// What only a simulation can do: make a device go away and come back, and say what the power does.
// For tests of applications. C99 and C++11; our own extra, nothing of the vendor's is like it.
#pragma once

#include "hiaiengine/internal/visibility.h"

#if defined(__cplusplus)
#include <cstdint>
extern "C" {
#else
#include <stdint.h>
#endif

/// @brief Cuts the link between the host and a device, as if the card had been pulled.
///
/// Until openmatrix_reconnect_device, messages from and to that device's side fail with
/// HIAI_HDC_SESSION_DEAD, also those that wait for room at this moment. Messages that were
/// accepted before arrive. Messages within one side go on, and so do frees and the destruction of
/// graphs. The handlers that hiai::Graph::RegisterEventHandle set for graphs of the device run
/// once, soon, on a thread of the library. Cutting a link again that is cut does nothing.
///
/// @param[in] deviceId  0 .. HIAI_GetDeviceNum - 1
/// @return  0; -1 for a device that does not exist
/// @threads any, at once
/// @source  [choice]
HIAI_LIB_VISIBILITY int openmatrix_disconnect_device(uint32_t deviceId);

/// @brief Restores the link of a device. Does nothing if it is there.
///
/// @param[in] deviceId  0 .. HIAI_GetDeviceNum - 1
/// @return  0; -1 for a device that does not exist
/// @threads any, at once
/// @source  [choice]
HIAI_LIB_VISIBILITY int openmatrix_reconnect_device(uint32_t deviceId);

/// @brief Calls every function that hiai::PowerState knows, on the calling thread, in the order in
/// which they were subscribed. Changes nothing else: devices work in every state.
///
/// @param[in] deviceId  0 .. HIAI_GetDeviceNum - 1
/// @param[in] state     one of hiai::PowerState::DevicePowerStateT, without DEVICE_POWER_STATE_MAX
/// @return  0; -1 for a device or a state that does not exist
/// @threads any, at once; also from such a function
/// @source  [choice]
HIAI_LIB_VISIBILITY int openmatrix_notify_power_state(uint32_t deviceId, int state);

#if defined(__cplusplus)
}  // extern "C"
#endif
