// What C++ cannot ask the processor for.
#pragma once

#include <atomic>
#include <cstdint>

namespace openmatrix {

// Tells the processor that this is a spin loop.
inline void CpuRelax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("isb" ::: "memory");
#else
  std::atomic_signal_fence(std::memory_order_seq_cst);
#endif
}

// Adds to a number that the calling thread alone writes and others read: one instruction, without a
// lock, where the processor has one.
inline void AddAsOnlyWriter(std::atomic<std::uint64_t>& number, std::uint64_t more) {
#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__)
  asm volatile("addq %1, %0" : "+m"(number) : "er"(more) : "cc");
#else
  number.store(number.load(std::memory_order_relaxed) + more, std::memory_order_release);
#endif
}

}  // namespace openmatrix
