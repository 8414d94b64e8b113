// A bounded queue for any number of producers and consumers, in arrival order (Vyukov's
// algorithm). Each cell says in its sequence number whose turn it is, so an operation touches
// one shared counter and one cell; about 20 ns uncontended, no allocation after construction.
//
// "Full" and "empty" are answers about the next cell in order: while a consumer is still moving
// the oldest value out, a push may fail although others were taken already; while a producer is
// still moving a value in, a pop may fail although later values are there.
//
// Publishing, IsEmpty and the counter that TryPop advances are seq_cst, so that a Doorbell can
// be used around the ring without fences (ThreadSanitizer does not understand fences).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace openmatrix {

template <typename T>
class Ring {
  static_assert(std::is_nothrow_move_constructible_v<T> && std::is_nothrow_move_assignable_v<T>,
                "a value that throws while it moves would leave its cell claimed for ever");

 public:
  // Room for at least `capacity` values: the next power of two, 2 or more (with one cell,
  // "written" and "free again" would be the same sequence number).
  explicit Ring(std::size_t capacity) : mask_(RoundUp(capacity) - 1), cells_(new Cell[mask_ + 1]) {
    for (std::size_t i = 0; i <= mask_; ++i) {
      cells_[i].sequence.store(i, std::memory_order_relaxed);
    }
  }
  // REQUIRES: nobody else uses the ring any more.
  ~Ring() {
    for (std::uint64_t at = head_.load(std::memory_order_relaxed);; ++at) {
      Cell& cell = cells_[at & mask_];
      if (cell.sequence.load(std::memory_order_acquire) != at + 1) break;
      cell.value()->~T();
    }
  }
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  // False if the next cell is not free; then `value` is untouched.
  bool TryPush(T& value) {
    std::uint64_t at = tail_.load(std::memory_order_relaxed);
    for (;;) {
      Cell& cell = cells_[at & mask_];
      const std::uint64_t sequence = cell.sequence.load(std::memory_order_acquire);
      const auto distance = static_cast<std::int64_t>(sequence - at);
      if (distance == 0) {
        // Partner: the other producers. The value is handed over by `sequence`, not by this.
        if (tail_.compare_exchange_weak(at, at + 1, std::memory_order_relaxed)) {
          ::new (static_cast<void*>(cell.storage)) T(std::move(value));
          cell.sequence.store(at + 1, std::memory_order_seq_cst);  // partner: TryPop, IsEmpty
          return true;
        }
      } else if (distance < 0) {
        return false;
      } else {
        at = tail_.load(std::memory_order_relaxed);
      }
    }
  }

  bool TryPop(T& value) {
    std::uint64_t at = head_.load(std::memory_order_seq_cst);
    for (;;) {
      Cell& cell = cells_[at & mask_];
      const std::uint64_t sequence = cell.sequence.load(std::memory_order_seq_cst);
      const auto distance = static_cast<std::int64_t>(sequence - (at + 1));
      if (distance == 0) {
        // Partner: IsEmpty and TryPop of a consumer that is about to sleep.
        if (head_.compare_exchange_weak(at, at + 1, std::memory_order_seq_cst)) {
          value = std::move(*cell.value());
          cell.value()->~T();
          cell.sequence.store(at + mask_ + 1, std::memory_order_release);  // partner: TryPush
          return true;
        }
      } else if (distance < 0) {
        return false;
      } else {
        at = head_.load(std::memory_order_seq_cst);
      }
    }
  }

  // True if a TryPop would have failed.
  bool IsEmpty() const {
    for (;;) {
      const std::uint64_t at = head_.load(std::memory_order_seq_cst);
      const std::uint64_t sequence = cells_[at & mask_].sequence.load(std::memory_order_seq_cst);
      const auto distance = static_cast<std::int64_t>(sequence - (at + 1));
      if (distance == 0) return false;
      if (distance < 0) return true;
    }
  }

  std::size_t capacity() const { return mask_ + 1; }

 private:
  // A cell shares no cache line with its neighbours: they belong to other messages.
  struct alignas(64) Cell {
    T* value() { return std::launder(reinterpret_cast<T*>(storage)); }

    std::atomic<std::uint64_t> sequence{0};  // position p: free for push p; p + 1: full for pop p
    alignas(T) unsigned char storage[sizeof(T)];
  };

  static std::size_t RoundUp(std::size_t capacity) {
    std::size_t size = 2;
    while (size < capacity) size *= 2;
    return size;
  }

  const std::size_t mask_;
  const std::unique_ptr<Cell[]> cells_;
  alignas(64) std::atomic<std::uint64_t> tail_{0};  // next push; producers only
  alignas(64) std::atomic<std::uint64_t> head_{0};  // next pop; consumers only
};

}  // namespace openmatrix
