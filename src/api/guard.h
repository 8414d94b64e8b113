// The body of every exported function that answers a status:
//
//   return Guard([&] { return GetProcess().DestroyGraph(id); });
//
// The body returns Status, Result<T> or a HIAI_StatusT. A failure's text becomes one log line, at
// the level of its status; failures that callers try again in loops are logged at debug only.
// Nothing thrown gets out; only the unwinding of a thread that ends in user code does, as the
// system demands. The thread is not cancelled meanwhile, user code excepted.
#pragma once

#include "api/status_map.h"
#include "base/cancellation.h"
#include "base/caught.h"
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

// What an exception that reached the boundary becomes, after a log line.
HIAI_StatusT ToStatus(const Caught& caught) noexcept;

// For the way of a message or a block, which pays for no scope: what can be cancelled there, a wait
// or a line of the log, has one of its own.
template <typename Body>
HIAI_StatusT GuardHot(Body&& body) {
  HIAI_StatusT status = HIAI_OK;
  CatchAll([&] { status = ToStatus(body()); },
           [&](const Caught& caught) { status = ToStatus(caught); });
  return status;
}

template <typename Body>
HIAI_StatusT Guard(Body&& body) {
  const NoCancellation here;
  return GuardHot(body);
}

// The same for functions that answer a value: one that is empty, after a log line, if there is
// none.
template <typename T, typename Body>
T GuardValue(const Body& body) {
  const NoCancellation here;
  T value{};
  CatchAll([&] { value = body(); },
           [](const Caught& caught) { static_cast<void>(ToStatus(caught)); });
  return value;
}

}  // namespace openmatrix
