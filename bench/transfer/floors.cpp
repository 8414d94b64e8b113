// What no transport can beat: one cache line through a ring, and the wake-up of a sleeping thread.
// No message objects, only orders by value.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>

#include "../spsc_ring.h"
#include "queue_lane.h"

namespace bench {
namespace {

class Ring : public SpscRing<Order> {
 public:
  explicit Ring(std::size_t bound) : SpscRing(std::min(bound, kSlots)) {}
};

// The same ring behind a futex: the receiver never spins, the sender always wakes.
class FutexRing {
 public:
  explicit FutexRing(std::size_t bound) : ring_(bound) {}

  void Push(const Order& order) {
    ring_.Push(order);
    count_.fetch_add(1, std::memory_order_release);
    syscall(SYS_futex, &count_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  }

  Order Pop() {
    while (count_.load(std::memory_order_acquire) == taken_) {
      syscall(SYS_futex, &count_, FUTEX_WAIT_PRIVATE, taken_, nullptr, nullptr, 0);
    }
    ++taken_;
    return ring_.Pop();
  }

 private:
  Ring ring_;
  std::atomic<std::uint32_t> count_{0};  // pushed so far; partner: Pop
  std::uint32_t taken_ = 0;              // popped so far; the receiver's own
};

const AddCandidate kRing("floor_ring", QueueCandidate<Order, Ring>::Make);
const AddCandidate kFutexRing("floor_futex", QueueCandidate<Order, FutexRing>::Make);

}  // namespace
}  // namespace bench
