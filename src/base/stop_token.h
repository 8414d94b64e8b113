// Lets a graph that is being destroyed end the waits of its workers: a wait for
// memory, for a queue slot or for receiver capacity. One token per worker thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "base/clock.h"
#include "base/interrupts.h"
#include "base/mutex.h"
#include "base/wake_list.h"

namespace openmatrix {

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
  Deadline deadline;
  StopToken* stop = nullptr;
  Clock* clock = nullptr;            // whose time `deadline` is; heeded by Doorbell
  Interrupts* interrupts = nullptr;  // those of `interrupted_by` end the wait, too
  std::uint64_t interrupted_by = 0;
  // Interrupts::raises when the thread first had to wait. REQUIRES: one thread.
  mutable std::uint64_t raises_seen = kNotBegun;

  static constexpr std::uint64_t kNotBegun = ~std::uint64_t{0};

  // Counted from where the wait begins.
  static Wait For(std::chrono::milliseconds time, StopToken* stop = nullptr) {
    return Wait{Deadline::After(time), stop};
  }
  bool Stopped() const { return (stop != nullptr && stop->stopped()) || Interrupted(); }
  // Also by what was raised and cleared again since the first look: this wait was under way.
  bool Interrupted() const {
    if (interrupts == nullptr) return false;
    const std::uint64_t raises = interrupts->raises(interrupted_by);
    if (raises_seen == kNotBegun) raises_seen = raises;
    return raises != raises_seen || interrupts->raised(interrupted_by);
  }

  // Tells all who may end `wait` what its thread is about to wait on, as StopToken::Waiting does.
  class Registration {
   public:
    Registration(const Wait& wait, Waitable& waitable)
        : stop_(wait.stop, waitable),
          waitable_(waitable),
          entry_(waitable),
          clock_(wait.clock),
          interrupts_(wait.interrupts) {
      if (clock_ != nullptr) clock_->Enter(waitable_, wait.deadline);
      if (interrupts_ != nullptr) interrupts_->waiting().Add(entry_);
    }
    ~Registration() {
      if (interrupts_ != nullptr) interrupts_->waiting().Remove(entry_);
      if (clock_ != nullptr) clock_->Leave(waitable_);
    }
    Registration(const Registration&) = delete;
    Registration& operator=(const Registration&) = delete;

   private:
    StopToken::Waiting stop_;
    Waitable& waitable_;
    WakeList::Entry entry_;
    Clock* clock_;
    Interrupts* interrupts_;
  };
};

}  // namespace openmatrix
