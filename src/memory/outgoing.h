// The payload of one cross-side SendData, and its arrival at each target.
//
//   Outgoing::Inspect   what is this memory? refuses what must not be sent
//   PrepareFor          once per target: reserves capacity; the first may share pages,
//                       the others copy. Nothing visible has happened yet.
//   Commit              the hold moves (AUTO) or a second one appears (MANUAL, DVPP).
//                       Until then dropping everything changes nothing.
//
// A Payload is the reference that keeps a block alive in flight: from Commit to the end of
// the deserialize hook. REQUIRES: one thread per object.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "base/result.h"
#include "base/stop_token.h"
#include "memory/counters.h"
#include "memory/heap.h"
#include "memory/quarantine.h"
#include "memory/view.h"

namespace openmatrix {

class Payload {
 public:
  Payload() = default;  // no data: a message of zero length
  Payload(Payload&& other) noexcept;
  Payload& operator=(Payload&& other) noexcept;
  // Before Commit: gives the reservation back. After Commit and without Deliver: the message
  // is dropped, and the receiver's hold with it unless a hook released it already.
  ~Payload();

  // Where the receiver sees the bytes; null if there are none.
  const std::uint8_t* address() const { return address_; }
  std::uint32_t bytes() const { return bytes_; }

  // The hook has returned an object: from here on the receiver's hold is user code's.
  void Deliver() noexcept;

 private:
  friend class Outgoing;
  void Drop() noexcept;

  Heap* heap_ = nullptr;
  const std::uint8_t* address_ = nullptr;
  std::uint32_t bytes_ = 0;
  View receiver_;
  enum class Stage : std::uint8_t {
    kNone,
    kShareReserved,
    kCopied,
    kInFlight
  } stage_ = Stage::kNone;
  CopyReason copied_for_ = CopyReason::kForeign;
  std::uint64_t charge_ = 0;  // bytes reserved at the receiver for a share
};

// Blocks whose quarantine a Commit ended. They go back to the caches when this dies, which the
// sender lets happen when his message is on its way: the receiver does not wait for it.
class Departures {
 public:
  Departures() = default;
  ~Departures();
  Departures(const Departures&) = delete;
  Departures& operator=(const Departures&) = delete;

 private:
  friend class Outgoing;

  Heap* heap_ = nullptr;
  Quarantine::Leavers leavers_;
};

class Outgoing {
 public:
  // A block is accepted in any view, whatever side sends. Fails with
  // kWrongState (already sent), kNotFound (freed) or kOverrun (longer than the block).
  // `data` null or `bytes` 0: an empty payload, always fine.
  static Result<Outgoing> Inspect(Heap& heap, const void* data, std::uint32_t bytes);

  Outgoing(Outgoing&&) noexcept = default;
  Outgoing& operator=(Outgoing&&) noexcept = default;

  // Every delivery is a copy from now on, as of memory that is not ours: the block, if it is one,
  // stays as it is.
  void LeaveOriginal() {
    ours_ = false;
    must_copy_ = true;
    reason_ = CopyReason::kForeign;
  }

  // Fails with kTooLarge if `deliveries` at once are more than `target` may ever have: then no
  // waiting helps.
  Status CheckLimit(View target, std::size_t deliveries = 1) const;

  // Reserves room in `target` for one delivery, of any length that CheckLimit admits, waiting as
  // `wait` allows. Fails with kNoCapacity or kQueueStopped. The Payload must not outlive the Heap.
  Result<Payload> PrepareFor(View target, const Wait& wait);

  // Moves the holds. `payload` is the list that PrepareFor returned, `count` of them; each
  // becomes an in-flight reference. `message` keeps the sender's address out of use for as long
  // as the object lives. Fails with kWrongState or kNotFound when another thread freed or sent the
  // block meanwhile; then nothing has changed.
  Status Commit(Payload* payloads, std::size_t count, std::weak_ptr<void> message,
                Departures& departures);
  Status Commit(Payload* payloads, std::size_t count, std::weak_ptr<void> message) {
    Departures now;
    return Commit(payloads, count, std::move(message), now);
  }

 private:
  Outgoing() = default;
  Status Judge(struct BlockWord word, std::uint64_t offset);
  // Why the target cannot get the block itself; nothing if it can.
  std::optional<CopyReason> WhyCopy(View target) const;
  Result<Payload> Share(Payload&& payload, const Wait& wait);
  Result<Payload> Copy(Payload&& payload, CopyReason reason, const Wait& wait);
  Error NoCapacity(const Error& error) const;
  void Settle(struct BlockWord before, const Payload* shared);

  Heap* heap_ = nullptr;
  const std::uint8_t* data_ = nullptr;
  std::uint32_t bytes_ = 0;
  bool ours_ = false;           // data_ lies in a block that its view holds
  bool must_copy_ = false;      // and may not be shared, for `reason_`
  bool share_planned_ = false;  // one target was prepared to share
  CopyReason reason_ = CopyReason::kForeign;
  std::uint64_t start_ = 0;  // pool offset of that block
  View holder_;              // the view data_ is an address of
  std::uint64_t seen_ = 0;   // the block's state at Inspect
};

}  // namespace openmatrix
