// tbb::concurrent_bounded_queue: waiting as it does itself, and spinning at its try functions.
#include <oneapi/tbb/concurrent_queue.h>

#include "../spsc_ring.h"
#include "queue_lane.h"

namespace bench {
namespace {

class TbbQueue {
 public:
  explicit TbbQueue(std::size_t bound) {
    queue_.set_capacity(static_cast<decltype(queue_)::size_type>(bound));
  }

  void Push(ParcelPointer item) { queue_.push(std::move(item)); }

  ParcelPointer Pop() {
    ParcelPointer item;
    queue_.pop(item);
    return item;
  }

 protected:
  tbb::concurrent_bounded_queue<ParcelPointer> queue_;
};

class TbbQueueSpin : private TbbQueue {
 public:
  using TbbQueue::TbbQueue;

  void Push(const ParcelPointer& item) {
    Backoff backoff(SystemYield);
    while (!queue_.try_push(item)) backoff.Pause();
  }

  ParcelPointer Pop() {
    ParcelPointer item;
    Backoff backoff(SystemYield);
    while (!queue_.try_pop(item)) backoff.Pause();
    return item;
  }
};

OPENMATRIX_BENCH_PEER("tbb_queue", TbbQueue);
OPENMATRIX_BENCH_PEER("tbb_queue_spin", TbbQueueSpin);

}  // namespace
}  // namespace bench
