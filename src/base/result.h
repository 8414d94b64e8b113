// A value or the reason why there is none. Everything below the public surface
// reports failure this way; `api/` turns the code into the vendor's status.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace openmatrix {

// One code per failure that a caller can tell apart. src/api/status_map.cpp gives each its
// vendor status, and a test walks the table.
enum class Code : std::uint8_t {
  // memory
  kInvalidValue,
  kTooLarge,
  kNoMemory,
  kCannotGrow,
  kPoolStopped,
  kNotSupported,
  kNotFound,
  kWrongFamily,
  kWrongState,
  kOverrun,
  // transport
  kNoSerializer,
  kNoConverter,
  kQueueFull,
  kQueueStopped,
  kNoCapacity,
  kLinkFailed,
  kSessionDead,
  kHookFailed,
  kHostMemoryExhausted,
  // runtime
  kNullMessage,
  kNoGraph,
  kNoEngine,
  kPortOutOfRange,
  kPortNotConnected,
  kNullReceiver,
  kInitFailed,
  kFileMissing,
  kConfigMalformed,
  kGraphIdExists,
  kEngineIdRepeated,
  kBadConnection,
  kLibraryNotLoaded,
  kKeyRefused,
  kSignatureRefused,
  kEngineNotCreated,
  kEngineInitFailed,
  kEngineNotStarted,
  kUpdateFailed,
  kUpdateRejected,
  kOutOfRange,
  kDestroyTimedOut,
  kParentsGraphs,  // a forked child cannot use the graphs of its parent
  // a status that user code returned; `Error::user_status` carries it unchanged
  kUserStatus,
  kCount
};

struct Error {
  Code code;
  std::string text;
  std::uint32_t user_status = 0;
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T&& value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(const T& value) : state_(std::in_place_index<0>, value) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}
  Result(Code code, std::string text) : Result(Error{code, std::move(text)}) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  // REQUIRES: ok()
  T& value() { return *std::get_if<0>(&state_); }
  const T& value() const { return *std::get_if<0>(&state_); }
  // REQUIRES: !ok()
  Error& error() { return *std::get_if<1>(&state_); }
  const Error& error() const { return *std::get_if<1>(&state_); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}
  Result(Code code, std::string text) : Result(Error{code, std::move(text)}) {}

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  // REQUIRES: !ok()
  Error& error() { return *error_; }
  const Error& error() const { return *error_; }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

}  // namespace openmatrix
