// DOOR of the transport floor: from a SendData to the objects that engines receive.
//
// Any thread. A send happens on the caller's thread, all or nothing: hooks, room at every
// target port and receiver memory first, then the hand-over, which cannot fail. Beyond the
// user's hooks a send costs about 0.05 us on one side, 0.1 us across without a payload, 0.3 us
// with one of any size that crosses without a copy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/stop_token.h"
#include "memory/heap.h"
#include "transport/mailbox.h"
#include "transport/type_registry.h"

namespace openmatrix {

// The side a message comes from. `types` must outlive the frames sent with it.
struct Sender {
  Heap& heap;
  View view;
  TypeRegistry& types;
  Interrupts* cut_links = nullptr;  // one per device; null: no link is ever cut
};

// An input port, and the side of its engine. The caller keeps the mailbox alive.
struct Target {
  Mailbox* mailbox = nullptr;
  std::uint32_t port = 0;
  View view;
};

struct Targets {
  const Target* list;
  std::size_t count;
};

// Delivers `message` to every target or, on failure, to none, with nothing changed. Targets of
// the sender's side get the very object and need no registration. Fails with kNullMessage,
// kNoSerializer, kHookFailed, kPortOutOfRange, kQueueFull, kQueueStopped, kNoCapacity, kTooLarge
// (at once: more than the receiver may ever have), kWrongState (block sent before), kNotFound
// (block freed), kOverrun, and kSessionDead: a link that the message needs is cut, or was cut while
// it waited. Messages within one side need none.
Status Send(const Sender& sender, Targets targets, const std::string& name,
            const std::shared_ptr<void>& message, const Wait& wait);

// The object a taken frame stands for; null, after one log line, if it cannot be made and the
// message is dropped. `types` is the receiver's side. User hooks run here.
std::shared_ptr<void> Receive(TypeRegistry& types, Frame&& frame);

// A copy of `message` for the sender's own side, made by its hooks. A payload arrives in a block
// that ReleaseDataBuffer and HIAI_DFree accept; the original and its block stay as they are.
// For the C form of SendData, whose caller keeps the object. Fails like Send.
Result<std::shared_ptr<void>> Copy(const Sender& sender, const std::string& name,
                                   const std::shared_ptr<void>& message, const Wait& wait);

}  // namespace openmatrix
