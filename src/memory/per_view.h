// One object per view, made when somebody first asks for it.
//
// Any thread. Asking for one that exists is one atomic load.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

#include "base/mutex.h"
#include "memory/view.h"

namespace openmatrix {

template <typename T>
class PerView {
 public:
  PerView() = default;
  ~PerView() {
    for (const std::atomic<T*>& slot : slots_) delete slot.load(std::memory_order_relaxed);
  }
  PerView(const PerView&) = delete;
  PerView& operator=(const PerView&) = delete;

  // `make(view)` gives the std::unique_ptr<T> of a view, once. It runs with the lock of this
  // object held: it must not ask for another view here, nor call user code.
  template <typename Make>
  T& Get(View view, const Make& make) OPENMATRIX_EXCLUDES(mutex_) {
    std::atomic<T*>& slot = slots_[view.index];
    T* made = slot.load(std::memory_order_acquire);
    if (made != nullptr) return *made;
    MutexLock lock(mutex_);
    made = slot.load(std::memory_order_relaxed);
    if (made == nullptr) {
      made = make(view).release();
      slot.store(made, std::memory_order_release);
    }
    return *made;
  }

  // The same for what needs nothing to be made.
  T& Get(View view) {
    return Get(view, [](View) { return std::make_unique<T>(); });
  }

  // Null if nobody asked for it yet.
  T* Find(View view) const { return slots_[view.index].load(std::memory_order_acquire); }

  // Held while an object is made: whoever holds it knows all that exist.
  Mutex& making() { return mutex_; }

  // Calls `visit` with each view and its object, of those that exist.
  template <typename Visit>
  void ForEach(const Visit& visit) const {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      const View view{static_cast<std::uint8_t>(i)};
      if (T* made = Find(view)) visit(view, *made);
    }
  }

 private:
  std::array<std::atomic<T*>, kMaxDevices + 1> slots_{};  // partner: Get
  Mutex mutex_;
};

}  // namespace openmatrix
