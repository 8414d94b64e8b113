// std::queue with a mutex and condition variables: what a user writes in five minutes.
#include <condition_variable>
#include <mutex>
#include <queue>

#include "queue_lane.h"

namespace bench {
namespace {

class MutexQueue {
 public:
  explicit MutexQueue(std::size_t bound) : bound_(bound) {}

  void Push(ParcelPointer item) {
    {
      std::unique_lock<std::mutex> lock(mutex_);
      not_full_.wait(lock, [this] { return queue_.size() < bound_; });
      queue_.push(std::move(item));
    }
    not_empty_.notify_one();
  }

  ParcelPointer Pop() {
    ParcelPointer item;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      not_empty_.wait(lock, [this] { return !queue_.empty(); });
      item = std::move(queue_.front());
      queue_.pop();
    }
    not_full_.notify_one();
    return item;
  }

 private:
  const std::size_t bound_;
  std::mutex mutex_;
  std::condition_variable not_full_;
  std::condition_variable not_empty_;
  std::queue<ParcelPointer> queue_;
};

OPENMATRIX_BENCH_PEER("mutex_queue", MutexQueue);

}  // namespace
}  // namespace bench
