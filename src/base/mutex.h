// std::mutex with the annotations that clang's -Wthread-safety checks: members say
// which mutex guards them, and forgetting a lock is a compile error there.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "base/cancellation.h"
#include "base/cpu.h"

#if defined(__clang__)
#define OPENMATRIX_ANNOTATION(x) __attribute__((x))
#else
#define OPENMATRIX_ANNOTATION(x)
#endif

#define OPENMATRIX_CAPABILITY(x) OPENMATRIX_ANNOTATION(capability(x))
#define OPENMATRIX_SCOPED_CAPABILITY OPENMATRIX_ANNOTATION(scoped_lockable)
#define OPENMATRIX_GUARDED_BY(x) OPENMATRIX_ANNOTATION(guarded_by(x))
#define OPENMATRIX_REQUIRES(...) OPENMATRIX_ANNOTATION(requires_capability(__VA_ARGS__))
#define OPENMATRIX_EXCLUDES(...) OPENMATRIX_ANNOTATION(locks_excluded(__VA_ARGS__))
#define OPENMATRIX_ACQUIRE(...) OPENMATRIX_ANNOTATION(acquire_capability(__VA_ARGS__))
#define OPENMATRIX_RELEASE(...) OPENMATRIX_ANNOTATION(release_capability(__VA_ARGS__))
#define OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS OPENMATRIX_ANNOTATION(no_thread_safety_analysis)

namespace openmatrix {

class OPENMATRIX_CAPABILITY("mutex") Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  // Critical sections are shorter than a sleep and a wake: spin a little first.
  void Lock() OPENMATRIX_ACQUIRE() {
    for (int look = 0; look < kLooks; ++look) {
      if (!held_.load(std::memory_order_relaxed) && mutex_.try_lock()) {
        held_.store(true, std::memory_order_relaxed);
        return;
      }
      CpuRelax();
    }
    mutex_.lock();
    held_.store(true, std::memory_order_relaxed);
  }
  void Unlock() OPENMATRIX_RELEASE() {
    held_.store(false, std::memory_order_relaxed);
    mutex_.unlock();
  }

 private:
  friend class CondVar;
  static constexpr int kLooks = 100;  // a few microseconds

  std::mutex mutex_;
  // A hint: who spins reads, so that the holder keeps the line until it lets go.
  std::atomic<bool> held_{false};
};

class OPENMATRIX_SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) OPENMATRIX_ACQUIRE(mutex) : mutex_(mutex) { mutex_.Lock(); }
  ~MutexLock() OPENMATRIX_RELEASE() { mutex_.Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// Waits are always in a loop over the condition; a wake-up promises nothing. A thread is not
// cancelled in one: it would unwind with the mutex in a state that nobody here knows.
class CondVar {
 public:
  void Wait(Mutex& mutex) OPENMATRIX_REQUIRES(mutex) {
    const NoCancellation here;
    const Asleep asleep(mutex);
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    condition_.wait(lock);
    lock.release();
  }

  // False when the deadline has passed.
  bool WaitUntil(Mutex& mutex, std::chrono::steady_clock::time_point deadline)
      OPENMATRIX_REQUIRES(mutex) {
    const NoCancellation here;
    const Asleep asleep(mutex);
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    const bool in_time = condition_.wait_until(lock, deadline) == std::cv_status::no_timeout;
    lock.release();
    return in_time;
  }

  void NotifyOne() { condition_.notify_one(); }
  void NotifyAll() { condition_.notify_all(); }

 private:
  // The wait gives the mutex back meanwhile.
  struct Asleep {
    explicit Asleep(Mutex& waited) : mutex(waited) {
      mutex.held_.store(false, std::memory_order_relaxed);
    }
    ~Asleep() { mutex.held_.store(true, std::memory_order_relaxed); }
    Mutex& mutex;
  };

  std::condition_variable condition_;
};

}  // namespace openmatrix
