// Replaces operator new of the program, and with it of every library in it: counts, and fails once
// on demand. REQUIRES: included by one source file of a program.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace failing_new {

// No partners: numbers of their own.
inline std::atomic<std::int64_t> live{0};       // what is not deleted yet
inline std::atomic<std::int64_t> countdown{0};  // the one that makes it 0 fails
inline std::atomic<bool> failed{false};

inline void* Allocate(std::size_t bytes, std::size_t alignment) {
  if (countdown.load(std::memory_order_relaxed) > 0 && countdown.fetch_sub(1) == 1) {
    failed = true;
    throw std::bad_alloc();
  }
  void* const block = alignment <= alignof(std::max_align_t)
                          ? std::malloc(bytes != 0 ? bytes : 1)
                          : std::aligned_alloc(alignment, (bytes + alignment - 1) & -alignment);
  if (block == nullptr) throw std::bad_alloc();
  live.fetch_add(1, std::memory_order_relaxed);
  return block;
}

inline void Free(void* block) noexcept {
  if (block != nullptr) live.fetch_sub(1, std::memory_order_relaxed);
  std::free(block);
}

// Lets the `number`-th allocation from now on fail, whoever makes it.
inline void Arm(std::int64_t number) {
  failed = false;
  countdown = number;
}
// True if it came to that.
inline bool Disarm() {
  countdown = 0;
  return failed;
}

}  // namespace failing_new

void* operator new(std::size_t bytes) { return failing_new::Allocate(bytes, 1); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return failing_new::Allocate(bytes, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  try {
    return failing_new::Allocate(bytes, 1);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
void operator delete(void* block) noexcept { failing_new::Free(block); }
void operator delete(void* block, std::size_t) noexcept { failing_new::Free(block); }
void operator delete(void* block, std::align_val_t) noexcept { failing_new::Free(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept {
  failing_new::Free(block);
}
