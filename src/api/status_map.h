// The one place where a code of ours becomes a status of the vendor's.
#pragma once

#include "base/result.h"
#include "hiaiengine/status.h"

namespace openmatrix {

// Never HIAI_OK. kUserStatus alone says nothing and gives HIAI_EXCEPTION.
HIAI_StatusT StatusOf(Code code);

// The same, and the carried value for kUserStatus.
HIAI_StatusT StatusOf(const Error& error);

// True for what a caller is meant to try again: not worth a log line each time.
bool IsTransient(Code code);

}  // namespace openmatrix
