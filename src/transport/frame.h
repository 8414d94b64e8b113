// One message on its way to one input port.
//
// Between engines of one side it carries the very object; across sides the control bytes that
// the serialize hook made and the payload. Moved, never copied, through the mailbox's ring.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "memory/outgoing.h"

namespace openmatrix {

struct Frame {
  // What the receiver has to do with it: nothing, the fast hook, the common hook.
  enum class Kind : std::uint8_t { kObject, kFast, kCommon };

  Frame() = default;
  Frame(Frame&&) noexcept = default;
  Frame& operator=(Frame&&) noexcept = default;

  std::uint32_t port = 0;
  Kind kind = Kind::kObject;
  std::shared_ptr<void> object;            // kObject
  const std::string* type_name = nullptr;  // else; lives in the sender's TypeRegistry
  std::string control;                     // else
  Payload payload;                         // kFast; empty if there is no data
};

// With the ring's sequence number a frame fills two cache lines.
static_assert(sizeof(Frame) <= 120);

}  // namespace openmatrix
