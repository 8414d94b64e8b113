// A thread that is started without memory of the process: what gives memory back, and what runs in
// destructors, must not fail for want of some.
//
// Not thread-safe.
#pragma once

#include <pthread.h>

#include "base/cancellation.h"

namespace openmatrix {

// Whether no thread is left beside the calling one but that of main, and that has ended: a program
// ends with its last thread, so one of the library's own that only helps must not be it.
bool IsLastThread() noexcept;

class Thread {
 public:
  Thread() = default;
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

  // Runs `(object->*kBody)()`. False if the system has no thread to give. REQUIRES: none was
  // started.
  template <typename T, void (T::*kBody)()>
  bool Start(T* object) noexcept {
    started_ = pthread_create(&thread_, nullptr, Run<T, kBody>, object) == 0;
    return started_;
  }

  // Waits for its end, if one was started.
  void Join() noexcept {
    const NoCancellation here;
    if (started_) pthread_join(thread_, nullptr);
    started_ = false;
  }

  // Nobody waits for its end any more: another one may be started.
  void Detach() noexcept {
    if (started_) pthread_detach(thread_);
    started_ = false;
  }

  // The same as Start for a thread that nobody ever waits for.
  template <typename T, void (T::*kBody)()>
  static bool StartDetached(T* object) noexcept {
    pthread_t thread;
    if (pthread_create(&thread, nullptr, Run<T, kBody>, object) != 0) return false;
    pthread_detach(thread);
    return true;
  }

 private:
  template <typename T, void (T::*kBody)()>
  static void* Run(void* object) {
    StartWithoutCancellation();
    (static_cast<T*>(object)->*kBody)();
    return nullptr;
  }

  bool started_ = false;
  pthread_t thread_{};
};

}  // namespace openmatrix
