#include "transport/codec.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>
#include <vector>

#include "base/cancellation.h"
#include "base/caught.h"
#include "base/log_sink.h"

namespace openmatrix {
namespace {

// Runs a hook. Empty, or what it threw.
template <typename Call>
std::string WhatItThrows(const Call& call) {
  std::string failure;
  const auto run = [&] {
    const UserCancellation as_the_user_wants;
    call();
  };
  CatchAll(run, [&](const Caught& caught) {
    failure = std::string("threw: ") + caught.text;
    std::replace(failure.begin(), failure.end(), '\n', ' ');  // a log line is one line
  });
  return failure;
}

// Applications cast the control pointer to their struct.
constexpr std::size_t kControlAlignment = 16;

// The bytes of a string where such a cast may be done: in place, nearly always. A short string
// lies inside the string object, 8-byte aligned.
class AlignedControl {
 public:
  explicit AlignedControl(const std::string& control) : data_(control.data()) {
    if (control.empty()) {
      data_ = nullptr;
      return;
    }
    if (reinterpret_cast<std::uintptr_t>(data_) % kControlAlignment == 0) return;
    void* room = small_;
    if (control.size() > sizeof small_) {
      large_.resize(control.size() / sizeof(std::max_align_t) + 1);
      room = large_.data();
    }
    std::memcpy(room, control.data(), control.size());
    data_ = static_cast<const char*>(room);
  }

  const char* data() const { return data_; }

 private:
  static_assert(alignof(std::max_align_t) >= kControlAlignment);

  const char* data_;
  alignas(kControlAlignment) char small_[64];
  std::vector<std::max_align_t> large_;
};

std::shared_ptr<void> CallHook(const TypeHooks& hooks, const Frame& frame) {
  if (frame.kind == Frame::Kind::kCommon) return hooks.common_in(frame.control);
  const AlignedControl control(frame.control);
  // The hooks take references: copies, so that no hook can change the frame.
  const auto control_bytes = static_cast<std::uint32_t>(frame.control.size());
  const std::uint32_t bytes = frame.payload.bytes();
  return hooks.fast_in(control.data(), control_bytes, frame.payload.address(), bytes);
}

void LogDropped(const Frame& frame, const std::string& why) {
  Log(LogLevel::kError, "message \"%s\" dropped at input port %u: %s", frame.type_name->c_str(),
      frame.port, why.c_str());
}

}  // namespace

Result<Encoded> Encode(TypeRegistry& types, const std::string& name, void* object) {
  const TypeRegistry::Entry* entry = types.FindEntry(name);
  if (entry == nullptr || (!entry->second.fast_out && !entry->second.common_out)) {
    return {Code::kNoSerializer, "message \"" + name + "\" has no serialize function on this side"};
  }
  const TypeHooks& hooks = entry->second;
  Encoded encoded;
  encoded.type_name = &entry->first;
  std::uint8_t* data = nullptr;
  std::uint32_t bytes = 0;
  const std::string failure = WhatItThrows([&] {
    const ObjectTurns::Turn turn(types.turns(), object);
    if (hooks.fast_out) {
      encoded.kind = Frame::Kind::kFast;
      hooks.fast_out(object, encoded.control, data, bytes);
    } else {
      hooks.common_out(object, encoded.control);
    }
  });
  if (!failure.empty()) {
    return {Code::kHookFailed, "serialize function of message \"" + name + "\" " + failure};
  }
  if (encoded.control.size() > UINT32_MAX) {
    return {Code::kTooLarge, "control bytes of message \"" + name + "\" do not fit in 32 bits"};
  }
  if (data != nullptr && bytes != 0) {  // one without the other is "no data"
    encoded.data = data;
    encoded.bytes = bytes;
  }
  return encoded;
}

std::shared_ptr<void> Decode(TypeRegistry& types, Frame& frame) {
  const TypeHooks* hooks = types.Find(*frame.type_name);
  const bool fast = frame.kind == Frame::Kind::kFast;
  if (hooks == nullptr || (fast ? !hooks->fast_in : !hooks->common_in)) {
    LogDropped(frame, fast ? "the receiving side has no HIAI_REGISTER_SERIALIZE_FUNC of this name"
                           : "the receiving side has no HIAI_REGISTER_DATA_TYPE of this name");
    return nullptr;
  }
  std::shared_ptr<void> object;
  const std::string failure = WhatItThrows([&] { object = CallHook(*hooks, frame); });
  if (!failure.empty()) {
    LogDropped(frame, "the deserialize function " + failure);
    return nullptr;
  }
  if (object == nullptr) {
    LogDropped(frame, "the deserialize function returned null");
    return nullptr;
  }
  frame.payload.Deliver();
  return object;
}

}  // namespace openmatrix
