// Start of the library.
#pragma once

#include "hiaiengine/status.h"

#if defined(__cplusplus)
extern "C" {
#endif

/// @brief Chooses the device of graphs whose configuration names none. May be called again.
///
/// @param[in] deviceID  0 .. the number of devices - 1 (OPENMATRIX_DEVICES)
/// @return  HIAI_OK; HIAI_INIT_FAIL for an unknown device
/// @threads any, at once; the last call counts
/// @source  [doc] codes, [sample] repeated calls
HIAI_LIB_VISIBILITY HIAI_StatusT HIAI_Init(uint32_t deviceID);

#if defined(__cplusplus)
}  // extern "C"
#endif
