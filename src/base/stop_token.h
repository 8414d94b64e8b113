// Lets a graph that is being destroyed end the waits of its workers: a wait for
// memory, for a queue slot or for receiver capacity. One token per worker thread.
#pragma once

#include <atomic>
#include <chrono>

#include "base/mutex.h"

namespace openmatrix {

// Something threads wait on. WakeAll makes every waiter look at its condition again.
class Waitable {
 public:
  virtual void WakeAll() = 0;

 protected:
  ~Waitable() = default;
};

class StopToken {
 public:
  bool stopped() const { return stopped_.load(std::memory_order_seq_cst); }

  // From now on waits of this token's thread end at once. Wakes the one it is in.
  void Stop() OPENMATRIX_EXCLUDES(mutex_) {
    stopped_.store(true, std::memory_order_seq_cst);
    MutexLock lock(mutex_);
    if (waiting_on_ != nullptr) waiting_on_->WakeAll();
  }

  // Names what the thread is about to wait on, for as long as this object lives.
  // REQUIRES: `waitable`'s own lock is not held (Stop calls WakeAll under the token's lock).
  // Test stopped() after making it and before each sleep: no wake-up is lost.
  class Waiting {
   public:
    Waiting(StopToken* token, Waitable& waitable) : token_(token) { Set(&waitable); }
    ~Waiting() { Set(nullptr); }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

   private:
    void Set(Waitable* waitable) {
      if (token_ == nullptr) return;
      MutexLock lock(token_->mutex_);
      token_->waiting_on_ = waitable;
    }

    StopToken* token_;
  };

 private:
  std::atomic<bool> stopped_{false};  // partner: the test before each sleep
  Mutex mutex_;
  Waitable* waiting_on_ OPENMATRIX_GUARDED_BY(mutex_) = nullptr;
};

// How long a call may wait, and who may end the wait early.
struct Wait {
  std::chrono::steady_clock::time_point deadline;
  StopToken* stop = nullptr;

  static Wait For(std::chrono::milliseconds time, StopToken* stop = nullptr) {
    return Wait{std::chrono::steady_clock::now() + time, stop};
  }
  bool Stopped() const { return stop != nullptr && stop->stopped(); }
};

}  // namespace openmatrix
