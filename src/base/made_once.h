// An object that is made on first use and never destroyed, like a NoDestructor in a function, but
// with a lock that others can hold: a fork waits until a thread that is just making the object has
// made it. In the child of one that did not wait the object would be half made for ever.
//
// For namespace scope. Any thread; asking for an object that exists is one atomic load.
#pragma once

#include <atomic>
#include <type_traits>

#include "base/mutex.h"

namespace openmatrix {

template <typename T>
class MadeOnce {
 public:
  constexpr MadeOnce() = default;
  MadeOnce(const MadeOnce&) = delete;
  MadeOnce& operator=(const MadeOnce&) = delete;

  // `make()` returns a new T, once. It runs with the lock held: it must not ask for the object.
  template <typename Make>
  T& Get(const Make& make) OPENMATRIX_EXCLUDES(making_) {
    T* made = made_.load(std::memory_order_acquire);
    if (made != nullptr) return *made;
    MutexLock lock(making_);
    made = made_.load(std::memory_order_relaxed);
    if (made == nullptr) {
      made = make();
      made_.store(made, std::memory_order_release);
    }
    return *made;
  }

  // Null if nobody has asked for it yet.
  T* Find() const { return made_.load(std::memory_order_acquire); }

  Mutex& making() { return making_; }

 private:
  std::atomic<T*> made_{nullptr};  // partner: Get
  Mutex making_;
};

}  // namespace openmatrix
