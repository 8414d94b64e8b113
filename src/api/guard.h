// The body of every exported function that answers a status:
//
//   return Guard([&] { return GetProcess().DestroyGraph(id); });
//
// The body returns Status, Result<T> or a HIAI_StatusT. A failure's text becomes one log line, at
// the level of its status; failures that callers try again in loops are logged at debug only.
// Nothing thrown gets out; only the unwinding of a cancelled thread does, as the system demands.
#pragma once

#include <cxxabi.h>

#include <exception>
#include <new>

#include "api/status_map.h"
#include "base/log_sink.h"
#include "base/result.h"

namespace openmatrix {

inline HIAI_StatusT ToStatus(HIAI_StatusT status) { return status; }

inline HIAI_StatusT ToStatus(const Error& error) {
  const HIAI_StatusT status = StatusOf(error);
  if (!error.text.empty()) {
    const LogLevel level = IsTransient(error.code)
                               ? LogLevel::kDebug
                               : static_cast<LogLevel>(HIAI_GET_ERROR_LEVEL(StatusOf(error.code)));
    LogLine(level, error.text);
  }
  return status;
}

template <typename T>
HIAI_StatusT ToStatus(const Result<T>& result) {
  return result.ok() ? HIAI_OK : ToStatus(result.error());
}

// What an exception that reached the boundary becomes. REQUIRES: called in a handler.
HIAI_StatusT StatusOfCurrentException() noexcept;

template <typename Body>
HIAI_StatusT Guard(Body&& body) {
  try {
    return ToStatus(body());
  } catch (...) {
    // No C++ exception: pthread_cancel or pthread_exit in user code.
    if (abi::__cxa_current_exception_type() == nullptr) throw;
    return StatusOfCurrentException();
  }
}

}  // namespace openmatrix
