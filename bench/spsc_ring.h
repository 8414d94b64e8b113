// The hand-over of the benches that free on another thread: one producer, one consumer, spinning.
// Every candidate gets this same ring, so that only the allocator differs.
#pragma once

#include <sched.h>

#include <array>
#include <atomic>
#include <cstddef>

namespace bench {

// Spins, and lets others run when that takes long: on a busy machine the partner may be waiting
// for this very core.
class Backoff {
 public:
  explicit Backoff(void (*yield)()) : yield_(yield) {}
  void Pause() {
    if (++spins_ % 1024 == 0) {
      yield_();
      return;
    }
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
  }

 private:
  void (*yield_)();
  unsigned spins_ = 0;
};

inline void SystemYield() { sched_yield(); }

template <typename T>
class SpscRing {
 public:
  static constexpr std::size_t kSlots = 64;  // a power of two

  // At most `bound` values in flight. `yield` is called when waiting takes long.
  explicit SpscRing(std::size_t bound = kSlots, void (*yield)() = SystemYield)
      : bound_(bound), yield_(yield) {}

  void Push(T value) {
    const std::size_t at = written_.load(std::memory_order_relaxed);
    Backoff backoff(yield_);
    while (at - read_.load(std::memory_order_acquire) >= bound_) backoff.Pause();
    slots_[at % kSlots] = value;
    written_.store(at + 1, std::memory_order_release);
  }

  T Pop() {
    const std::size_t at = read_.load(std::memory_order_relaxed);
    Backoff backoff(yield_);
    while (at == written_.load(std::memory_order_acquire)) backoff.Pause();
    const T value = slots_[at % kSlots];
    read_.store(at + 1, std::memory_order_release);
    return value;
  }

 private:
  const std::size_t bound_;
  void (*const yield_)();
  std::array<T, kSlots> slots_{};
  alignas(64) std::atomic<std::size_t> written_{0};  // partner: Pop
  alignas(64) std::atomic<std::size_t> read_{0};     // partner: Push
};

}  // namespace bench
