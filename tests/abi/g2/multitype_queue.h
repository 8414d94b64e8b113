// hiai::MultiTypeQueue as objects of 2019 have it: inline, 112 bytes; see status.h. Only what the
// tests use.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <queue>
#include <vector>

namespace hiai {

class MultiTypeQueue {
 public:
  explicit MultiTypeQueue(uint32_t queNum, uint32_t maxQueLen = 1024, uint32_t durationMs = 0)
      : queues_(queNum), que_num_(queNum), max_que_len_(maxQueLen), duration_ms_(durationMs) {}
  bool PushData(uint32_t qIndex, const std::shared_ptr<void>& dataPtr) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (dataPtr == nullptr || qIndex >= que_num_) return false;
    if (queues_[qIndex].size() >= max_que_len_) return false;
    queues_[qIndex].push(dataPtr);
    return true;
  }
  template <typename T1, typename T2>
  bool PopAllData(std::shared_ptr<T1>& arg1, std::shared_ptr<T2>& arg2) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (que_num_ != 2 || queues_[0].empty() || queues_[1].empty()) return false;
    arg1 = std::static_pointer_cast<T1>(queues_[0].front());
    arg2 = std::static_pointer_cast<T2>(queues_[1].front());
    queues_[0].pop();
    queues_[1].pop();
    return true;
  }

 private:
  MultiTypeQueue(const MultiTypeQueue&);
  MultiTypeQueue& operator=(const MultiTypeQueue&);

  std::vector<std::queue<std::shared_ptr<void>>> queues_;
  std::mutex mutex_;
  uint32_t que_num_;
  uint32_t max_que_len_;
  uint32_t duration_ms_;
  unsigned char room_[32];  // the size is known, the members are not
};

static_assert(sizeof(MultiTypeQueue) == 112, "as measured with the 2019 headers");

}  // namespace hiai
