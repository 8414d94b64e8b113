// boost::lockfree::spsc_queue; both ends spin, as it has no way to wait.
#include <boost/lockfree/spsc_queue.hpp>

#include "../spsc_ring.h"
#include "queue_lane.h"

namespace bench {
namespace {

class BoostSpsc {
 public:
  explicit BoostSpsc(std::size_t bound) : queue_(bound) {}

  void Push(const ParcelPointer& item) {
    Backoff backoff(SystemYield);
    while (!queue_.push(item)) backoff.Pause();
  }

  ParcelPointer Pop() {
    ParcelPointer item;
    Backoff backoff(SystemYield);
    while (!queue_.consume_one([&](ParcelPointer& front) { item = std::move(front); })) {
      backoff.Pause();
    }
    return item;
  }

 private:
  boost::lockfree::spsc_queue<ParcelPointer> queue_;
};

OPENMATRIX_BENCH_PEER("boost_spsc", BoostSpsc);

}  // namespace
}  // namespace bench
