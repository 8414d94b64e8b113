#include "transport/mailbox.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "base/cancellation.h"
#include "os/backoff.h"

namespace openmatrix {

Mailbox::Slot& Mailbox::Slot::operator=(Slot&& other) noexcept {
  if (this != &other) {
    GiveBack();
    mailbox_ = other.mailbox_;
    port_ = other.port_;
    count_ = std::exchange(other.count_, 0);
  }
  return *this;
}

Mailbox::Slot Mailbox::Slot::Split() {
  --count_;
  return Slot(*mailbox_, port_, 1);
}

void Mailbox::Slot::GiveBack() noexcept {
  if (count_ > 0) mailbox_->ports_[port_]->GiveBack(std::exchange(count_, 0));
}

bool Mailbox::Port::TryReserve(std::uint64_t count) {
  std::uint64_t taken = reserved.load(std::memory_order_relaxed);
  for (;;) {
    // Both counters only grow, so an old `returned_seen` errs towards "full".
    if (taken + count > returned_seen.load(std::memory_order_relaxed) + capacity) {
      const std::uint64_t seen = returned.load(std::memory_order_seq_cst);
      if (taken + count > seen + capacity) {
        const std::uint64_t now = reserved.load(std::memory_order_relaxed);
        if (now == taken) return false;
        taken = now;
        continue;
      }
      returned_seen.store(seen, std::memory_order_relaxed);
    }
    if (reserved.compare_exchange_weak(taken, taken + count, std::memory_order_relaxed)) {
      return true;
    }
  }
}

void Mailbox::Port::GiveBack(std::uint32_t count) {
  returned.fetch_add(count, std::memory_order_seq_cst);
  for (std::uint32_t i = 0; i < count; ++i) room.Ring();
  if (much_room.HasSleepers()) much_room.RingAll();
}

Mailbox::Mailbox(const std::vector<std::uint32_t>& capacities, std::chrono::microseconds spin)
    : ring_(std::accumulate(capacities.begin(), capacities.end(), capacities.size())),
      arrivals_(LearnedSpin::Useful(spin)) {
  ports_.reserve(capacities.size());
  for (const std::uint32_t capacity : capacities) {
    ports_.push_back(std::make_unique<Port>(std::max(capacity, 1u), LearnedSpin::Useful(spin)));
  }
}

Mailbox::~Mailbox() = default;

Result<Mailbox::Slot> Mailbox::Reserve(std::uint32_t port, const Wait& wait, std::uint32_t count) {
  if (port >= ports_.size()) {
    return {Code::kPortOutOfRange,
            "input port " + std::to_string(port) + " of " + std::to_string(ports_.size())};
  }
  Port& at = *ports_[port];
  bool reserved = false;
  const auto attempt = [&] { return closed() || (reserved = at.TryReserve(count)); };
  const Doorbell::End end = (count == 1 ? at.room : at.much_room).Await(attempt, wait);
  if (reserved) return Slot(*this, port, count);
  if (end == Doorbell::End::kTimedOut) {
    return {Code::kQueueFull, "input port " + std::to_string(port) + " holds " +
                                  std::to_string(at.capacity) + " messages already"};
  }
  return {Code::kQueueStopped, "input port " + std::to_string(port) + " is being closed"};
}

void Mailbox::Push(Slot&& slot, Frame&& frame) {
  frame.port = slot.port_;
  slot.count_ = 0;  // the frame has it now
  // There is room: no more frames are queued than slots were given out. But the next cell may
  // be one that a receiver has claimed and is still moving out of, a few instructions' work.
  for (Backoff backoff; !ring_.TryPush(frame);) backoff.Pause();
  arrivals_.Ring();
  if (closed()) Drain();
}

bool Mailbox::Take(Frame& frame, const Wait& wait, std::uint32_t seen) {
  if (wait.Stopped()) return false;
  bool taken = false;
  arrivals_.Await([&] { return closed() || (taken = ring_.TryPop(frame)) || recalls() != seen; },
                  wait);
  if (!taken) return false;
  ports_[frame.port]->GiveBack(1);
  // A frame may have been hidden behind the one just taken (see Ring on "empty"), and the one
  // who was woken for it may have gone back to sleep: wake another.
  if (arrivals_.HasSleepers() && !ring_.IsEmpty()) arrivals_.Ring();
  return true;
}

void Mailbox::Recall() {
  recalls_.fetch_add(1, std::memory_order_seq_cst);
  arrivals_.RingAll();
}

void Mailbox::Close() {
  closed_.store(true, std::memory_order_seq_cst);
  arrivals_.RingAll();
  for (const std::unique_ptr<Port>& port : ports_) {
    port->room.RingAll();
    port->much_room.RingAll();
  }
}

void Mailbox::Drain() {
  const NoCancellation here;  // deleters of messages must not be unwound
  for (;;) {
    Frame frame;
    if (!ring_.TryPop(frame)) return;
    ports_[frame.port]->GiveBack(1);
  }
}

std::uint32_t Mailbox::Size(std::uint32_t port) const {
  const Port& at = *ports_[port];
  const std::uint64_t returned = at.returned.load(std::memory_order_relaxed);
  const std::uint64_t reserved = at.reserved.load(std::memory_order_relaxed);
  return reserved > returned ? static_cast<std::uint32_t>(reserved - returned) : 0;
}

}  // namespace openmatrix
