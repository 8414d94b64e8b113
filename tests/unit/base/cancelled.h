// Threads that are cancelled.
#pragma once

#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <functional>
#include <utility>

namespace openmatrix {

class CancellableThread {
 public:
  explicit CancellableThread(std::function<void()> body) : body_(std::move(body)) {
    if (pthread_create(&thread_, nullptr, Run, this) != 0) ADD_FAILURE() << "no thread";
  }

  void Cancel() { pthread_cancel(thread_); }

  // Waits for its end. False if it ended as threads usually do.
  bool EndsCancelled() {
    void* result = nullptr;
    pthread_join(thread_, &result);
    return result == PTHREAD_CANCELED;
  }

 private:
  static void* Run(void* self) {
    static_cast<CancellableThread*>(self)->body_();
    return nullptr;
  }

  const std::function<void()> body_;
  pthread_t thread_{};
};

// True if `body`, on a thread that is asked to end before it begins, runs to its end all the same,
// and the thread ends as asked after it.
inline bool OutlivesItsCancellation(const std::function<void()>& body) {
  bool outlived = false;
  CancellableThread thread([&] {
    pthread_cancel(pthread_self());
    body();
    outlived = true;
    pthread_testcancel();
  });
  return thread.EndsCancelled() && outlived;
}

// An object of the program's that asks its thread to end when it is destroyed, and stands at a
// cancellation point then. C++ ends the program if the thread is unwound there.
class CancelledWhenItGoes {
 public:
  explicit CancelledWhenItGoes(std::atomic<int>& gone) : gone_(gone) {}
  CancelledWhenItGoes(const CancelledWhenItGoes&) = delete;
  CancelledWhenItGoes& operator=(const CancelledWhenItGoes&) = delete;
  ~CancelledWhenItGoes() {
    pthread_cancel(pthread_self());
    pthread_testcancel();
    ++gone_;
  }

 private:
  std::atomic<int>& gone_;
};

}  // namespace openmatrix
