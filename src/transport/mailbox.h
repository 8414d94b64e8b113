// The input of one engine: all its input ports, each with a capacity, in one queue in order of
// arrival. Any number of senders and of workers.
//
// A sender reserves a slot, which may wait, and then pushes into it, which cannot fail. So a
// send to several ports can first get everything it needs and change nothing if it cannot.
// Order per (sender thread, port) is kept. Reserve, Push and Take take no lock and make no
// system call unless they have to sleep or to wake a sleeper; together about 0.05 us.
//
// Who calls must keep the mailbox alive for the length of the call, and as long as he has Slots.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/stop_token.h"
#include "transport/doorbell.h"
#include "transport/frame.h"
#include "transport/ring.h"

namespace openmatrix {

class Mailbox {
 public:
  // Room for one or more frames at one port. Destroying it gives the room back.
  class Slot {
   public:
    Slot() = default;
    Slot(Slot&& other) noexcept { *this = std::move(other); }
    Slot& operator=(Slot&& other) noexcept;
    ~Slot() { GiveBack(); }

    std::uint32_t count() const { return count_; }
    std::uint32_t port() const { return port_; }
    // A slot for one frame out of this one's. REQUIRES: count() > 0.
    Slot Split();

   private:
    friend class Mailbox;
    Slot(Mailbox& mailbox, std::uint32_t port, std::uint32_t count)
        : mailbox_(&mailbox), port_(port), count_(count) {}
    void GiveBack() noexcept;

    Mailbox* mailbox_ = nullptr;
    std::uint32_t port_ = 0;
    std::uint32_t count_ = 0;
  };

  // One input port per entry: how many frames it holds (at least 1). `spin` is how long a
  // receiver, or a sender at a full port, spins at most before it sleeps; see LearnedSpin.
  Mailbox(const std::vector<std::uint32_t>& capacities, std::chrono::microseconds spin);
  ~Mailbox();
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  // Room for `count` frames, all or nothing. Fails with kQueueFull at the deadline (also if the
  // port never holds that many), kQueueStopped when the mailbox is closed or `wait` is stopped
  // while it would wait, kPortOutOfRange.
  Result<Slot> Reserve(std::uint32_t port, const Wait& wait, std::uint32_t count = 1);

  // Queues the frame at the slot's port. REQUIRES: slot.count() == 1, a slot of this mailbox.
  void Push(Slot&& slot, Frame&& frame);

  // The oldest frame. False when the mailbox is closed (queued frames or not), `wait` is
  // stopped, the deadline has passed, or Recall was called since `recalls()` was `seen`.
  bool Take(Frame& frame, const Wait& wait, std::uint32_t seen);
  bool Take(Frame& frame, const Wait& wait) { return Take(frame, wait, recalls()); }
  // The same without a deadline.
  bool Take(Frame& frame, StopToken* stop = nullptr) {
    return Take(frame, Wait{std::chrono::steady_clock::time_point::max(), stop});
  }

  // Lets all receivers that wait come back without a frame: what they wait with has changed.
  // Who reads recalls() before he decides how to wait misses no Recall.
  void Recall();
  std::uint32_t recalls() const { return recalls_.load(std::memory_order_seq_cst); }

  // Ends all waits on both sides. What is queued stays until Drain.
  void Close();
  bool closed() const { return closed_.load(std::memory_order_seq_cst); }

  // Destroys the queued frames, on this thread. Frames pushed after Close are destroyed by Push.
  void Drain();

  std::uint32_t ports() const { return static_cast<std::uint32_t>(ports_.size()); }
  // REQUIRES: port < ports()
  std::uint32_t Capacity(std::uint32_t port) const { return ports_[port]->capacity; }
  // Frames queued and slots reserved now. REQUIRES: port < ports()
  std::uint32_t Size(std::uint32_t port) const;

 private:
  // Counts that only grow, so that senders and receivers write different cache lines, and a
  // sender looks at the receivers' line only when the room he remembers is used up.
  struct Port {
    Port(std::uint32_t frames, std::chrono::nanoseconds spin)
        : room(spin), much_room(spin), capacity(frames) {}

    // True if `count` frames fit; then they are counted.
    bool TryReserve(std::uint64_t count);
    void GiveBack(std::uint32_t count);

    // Senders' line. Partner of `reserved`: other senders' TryReserve.
    alignas(64) std::atomic<std::uint64_t> reserved{0};
    std::atomic<std::uint64_t> returned_seen{0};  // no partner: an old value of `returned`
    // Receivers' line. Partner: TryReserve of a sender at a full port.
    alignas(64) std::atomic<std::uint64_t> returned{0};
    // Who waits for one frame's room is woken one by one; who waits for more has a bell of his
    // own, always rung for all, so that he never uses up a wake that he cannot make use of.
    Doorbell room;
    Doorbell much_room;
    const std::uint32_t capacity;
  };

  std::vector<std::unique_ptr<Port>> ports_;
  Ring<Frame> ring_;
  Doorbell arrivals_;
  std::atomic<bool> closed_{false};  // partners: Reserve, Take and Push, before and after they wait
  std::atomic<std::uint32_t> recalls_{0};  // partner: Take, before and after it waits
};

}  // namespace openmatrix
