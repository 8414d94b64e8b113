// Runs the user's serialize and deserialize hooks. Whatever a hook does, nothing is leaked,
// freed twice or thrown: only the forced unwinding of a cancelled thread passes through.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "transport/frame.h"
#include "transport/type_registry.h"

namespace openmatrix {

// What a serialize hook made of an object. `data` belongs to the object or to its heap block.
struct Encoded {
  Frame::Kind kind = Frame::Kind::kCommon;
  const std::string* type_name = nullptr;  // lives in the registry
  std::string control;
  const std::uint8_t* data = nullptr;  // null exactly if bytes is 0
  std::uint32_t bytes = 0;
};

// Calls the hook once, on this thread; calls for one object take turns. Fails with
// kNoSerializer, or kHookFailed naming the type.
Result<Encoded> Encode(TypeRegistry& types, const std::string& name, void* object);

// Makes the receiver's object. Null, after one log line, if the side does not know the type or
// the hook throws or returns null; the frame's payload is then still undelivered, so that it
// is dropped with the frame, after all that the hook left behind.
// REQUIRES: frame.kind is not kObject
std::shared_ptr<void> Decode(TypeRegistry& types, Frame& frame);

}  // namespace openmatrix
