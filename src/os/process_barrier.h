// The dear half of an asymmetric fence. A thread that does something often (the owner of a
// cache) pays a plain store and a plain load; the thread that interferes rarely calls this
// and may then rely on their order as if the owner had executed a full fence.
//
// About 0.3 us on an idle machine. Where the kernel has no membarrier there are no owners: the
// caches stay closed, and every call takes the lock.
#pragma once

#include <atomic>

namespace openmatrix {

// True where the kernel has membarrier. Constant after the first call.
bool HasProcessBarrier();

// Every other thread of the process has executed a full fence before this returns.
void ProcessBarrier();

// A sequentially consistent fence. The thread sanitizer does not model fences; there it is a
// read-modify-write that orders the same.
inline void FullFence() {
#if defined(__SANITIZE_THREAD__)
  static std::atomic<int> fence{0};
  fence.fetch_add(0, std::memory_order_seq_cst);
#else
  std::atomic_thread_fence(std::memory_order_seq_cst);
#endif
}

// Between the owner's store and its load: the compiler keeps their order, the other side's
// ProcessBarrier makes the processor keep it. REQUIRES: HasProcessBarrier()
inline void OwnerFence() { std::atomic_signal_fence(std::memory_order_seq_cst); }

}  // namespace openmatrix
