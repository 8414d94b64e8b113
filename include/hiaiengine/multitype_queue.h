// A bundle of 1 to 16 queues of messages of different types, for engines that work when one of
// each has arrived: Process pushes what it is given, PopAllData succeeds once every queue has
// something.
#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <queue>
#include <type_traits>
#include <utility>
#include <vector>

#include "hiaiengine/internal/usual_headers.h"
#include "hiaiengine/log.h"
#include "hiaiengine/status.h"

#define OPENMATRIX_MULTI_QUEUE_NUMBERS(X) \
  X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15) X(16)

namespace openmatrix {
struct MultiTypeQueueClock;

/// @brief Base class of MultiTypeQueue: the numbers of queues as members. A template, because C++11
/// wants one definition of what is referred to, and that of a template may stand in a header.
template <typename Unused>
struct MultiTypeQueueNumbers {
#define OPENMATRIX_MEMBER(n) static const uint32_t MULTI_QUEUE_##n##_QUE_NUM = n;
  OPENMATRIX_MULTI_QUEUE_NUMBERS(OPENMATRIX_MEMBER)
#undef OPENMATRIX_MEMBER
};
#define OPENMATRIX_DEFINITION(n) \
  template <typename Unused>     \
  const uint32_t MultiTypeQueueNumbers<Unused>::MULTI_QUEUE_##n##_QUE_NUM;
OPENMATRIX_MULTI_QUEUE_NUMBERS(OPENMATRIX_DEFINITION)
#undef OPENMATRIX_DEFINITION
}  // namespace openmatrix

namespace hiai {

/// @brief Messages per queue if nothing else is said.
constexpr uint32_t MULTI_QUEUE_MAX_LEN = 1024;

// Number of queues of a bundle of each size; also members of MultiTypeQueue.
#define OPENMATRIX_CONSTANT(n) constexpr uint32_t MULTI_QUEUE_##n##_QUE_NUM = n;
OPENMATRIX_MULTI_QUEUE_NUMBERS(OPENMATRIX_CONSTANT)
#undef OPENMATRIX_CONSTANT
#undef OPENMATRIX_MULTI_QUEUE_NUMBERS

/// @brief Queues that are emptied together. First in, first out.
///
/// @threads any, at once
class MultiTypeQueue : public openmatrix::MultiTypeQueueNumbers<void> {
 public:
  /// @brief Makes empty queues.
  ///
  /// @param[in] queNum      how many
  /// @param[in] maxQueLen   messages that each can hold
  /// @param[in] durationMs  age in milliseconds at which messages are discarded; 0 is never
  /// @source [header]
  explicit MultiTypeQueue(uint32_t queNum, uint32_t maxQueLen = MULTI_QUEUE_MAX_LEN,
                          uint32_t durationMs = 0)
      : queNum_(queNum), maxQueLen_(maxQueLen), durationMs_(durationMs), queues_(queNum) {
    (void)reserved_;  // only its place counts
  }
  MultiTypeQueue(const MultiTypeQueue&) = delete;
  MultiTypeQueue& operator=(const MultiTypeQueue&) = delete;

  /// @brief Appends a message.
  ///
  /// @param[in] qIndex   which queue, from 0
  /// @param[in] dataPtr  the message
  /// @return    false for a null message, an unknown queue, or a full one
  /// @ownership shared until the message is taken or discarded
  /// @source    [header]
  bool PushData(uint32_t qIndex, const std::shared_ptr<void>& dataPtr) {
    if (dataPtr == nullptr || qIndex >= queNum_) return false;
    const std::lock_guard<std::mutex> lock(mutex_);
    if (queues_[qIndex].size() >= maxQueLen_) return false;
    queues_[qIndex].push(Entry{dataPtr, Now()});
    return true;
  }

  /// @brief Shows the oldest message and leaves it there, however old it is.
  ///
  /// @param[in]  qIndex   which queue
  /// @param[out] dataPtr  the message; as it was if there is none
  /// @return false for an empty or unknown queue
  /// @source [header]
  bool FrontData(uint32_t qIndex, std::shared_ptr<void>& dataPtr) {
    if (qIndex >= queNum_) return false;
    std::shared_ptr<void> shown;  // outlives the lock: destructors are user code
    const std::lock_guard<std::mutex> lock(mutex_);
    if (queues_[qIndex].empty()) return false;
    shown = queues_[qIndex].front().data;
    dataPtr.swap(shown);
    return true;
  }

  /// @brief Takes the oldest message that is not too old; older ones are discarded.
  ///
  /// @param[in]  qIndex   which queue
  /// @param[out] dataPtr  the message; as it was if there is none
  /// @return false for an unknown queue or one without such a message
  /// @source [header]
  bool PopData(uint32_t qIndex, std::shared_ptr<void>& dataPtr) {
    if (qIndex >= queNum_) return false;
    std::vector<std::shared_ptr<void>> released;  // outlives the lock: destructors are user code
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!HasFresh(qIndex, Now(), released)) return false;
    released.push_back(queues_[qIndex].front().data);
    queues_[qIndex].pop();
    dataPtr.swap(released.back());
    return true;
  }

  /// @brief Takes one message from each queue, or none at all.
  ///
  /// @param[out] args  one pointer per queue, in their order; as they were on failure
  /// @return false if there are not as many pointers as queues, or a queue has no message that is
  ///         not too old. Only messages that are too old are gone then
  /// @source [header]
  template <typename... Types>
  bool PopAllData(std::shared_ptr<Types>&... args) {
    static_assert(
        sizeof...(Types) >= MULTI_QUEUE_1_QUE_NUM && sizeof...(Types) <= MULTI_QUEUE_16_QUE_NUM,
        "PopAllData takes 1 to 16 pointers");
    if (sizeof...(Types) != queNum_) return false;
    std::vector<std::shared_ptr<void>> taken;
    std::vector<std::shared_ptr<void>> released;
    if (!TakeAll(taken, released)) return false;
    uint32_t index = 0;
    // Braces: the pointers are served from left to right.
    (void)std::initializer_list<int>{
        (args = std::static_pointer_cast<Types>(taken[index++]), 0)...};
    return true;
  }

 private:
  friend struct openmatrix::MultiTypeQueueClock;

  struct Entry {
    std::shared_ptr<void> data;
    uint64_t arrivedMs;
  };

  // Milliseconds of the system's clock, later by what a test says.
  uint64_t Now() const {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<uint64_t>(
               std::chrono::duration_cast<std::chrono::milliseconds>(now).count()) +
           laterMs_;
  }

  // REQUIRES: the lock is held. Discards heads that are too old into `released`.
  bool HasFresh(uint32_t qIndex, uint64_t now, std::vector<std::shared_ptr<void>>& released) {
    std::queue<Entry>& queue = queues_[qIndex];
    while (durationMs_ > 0 && !queue.empty() && IsOld(queue.front(), now)) {
      released.push_back(queue.front().data);
      queue.pop();
    }
    return !queue.empty();
  }

  // A clock that was set back makes nothing old.
  bool IsOld(const Entry& entry, uint64_t now) const {
    return now >= entry.arrivedMs && now - entry.arrivedMs >= durationMs_;
  }

  bool TakeAll(std::vector<std::shared_ptr<void>>& taken,
               std::vector<std::shared_ptr<void>>& released) {
    taken.reserve(queNum_);
    const std::lock_guard<std::mutex> lock(mutex_);
    const uint64_t now = Now();
    bool all = true;
    for (uint32_t i = 0; i < queNum_; ++i) all = HasFresh(i, now, released) && all;
    if (!all) return false;
    for (uint32_t i = 0; i < queNum_; ++i) {
      taken.push_back(queues_[i].front().data);
      queues_[i].pop();
    }
    return true;
  }

  const uint32_t queNum_;
  const uint32_t maxQueLen_;
  const uint32_t durationMs_;
  uint64_t laterMs_ = 0;  // for tests: how far the clock is ahead
  std::vector<std::queue<Entry>> queues_;
  std::mutex mutex_;
  uint64_t reserved_[3] = {};
};

OPENMATRIX_ABI_ASSERT(sizeof(std::mutex) != 40 || sizeof(MultiTypeQueue) == 112);

}  // namespace hiai
