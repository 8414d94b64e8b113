// Gives pages back to the system that were free for long: the one thread that does it, so
// that no allocation or free ever pays for it (about 0.2 ms per MiB), but for the start of the
// thread after an idle time.
//
// Started by the first pages that leave or come back to the pool, named "openmatrix-trim". It takes
// back the caches of threads that did nothing for the decay time, then pages that were free that
// long, and pages above the retention limit at once.
// Ends when no block is out and no free page is left, until the next change, and at a look that
// finds no other thread: a program whose last thread leaves by pthread_exit would not end beside it.
#pragma once

#include <chrono>
#include <cstdint>

#include "memory/heap_impl.h"
#include "os/thread.h"

namespace openmatrix {

class Janitor {
 public:
  explicit Janitor(Heap::Impl& heap);
  ~Janitor() { Stop(); }
  Janitor(const Janitor&) = delete;
  Janitor& operator=(const Janitor&) = delete;

  // Ends the thread. It works with the heap, which must be whole until then.
  void Stop() OPENMATRIX_EXCLUDES(heap_.mutex);

  // Blocks left the pool or came back. REQUIRES: the heap's lock.
  void NoteChange() OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS;

  // Free pages go back now, on the calling thread, until the pool may take `bytes` more. Lets go of
  // the lock meanwhile.
  void MakeRoom(std::uint64_t bytes) OPENMATRIX_REQUIRES(heap_.mutex);

  // All free pages go back now, on the calling thread.
  void TrimNow() OPENMATRIX_EXCLUDES(heap_.mutex);

  // In a forked child, where the thread does not exist. REQUIRES: the heap's lock.
  void ForgetThread() OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS;

 private:
  using Clock = Heap::Impl::Clock;

  void Loop();
  void TakeBackIdleCaches() OPENMATRIX_REQUIRES(heap_.mutex);
  // Gives back a slice of the pages that were freed before `limit`; lets go of the lock meanwhile.
  // False if there are none, or the janitor shall stop.
  bool PurgeSlice(Clock::time_point limit) OPENMATRIX_REQUIRES(heap_.mutex);

  Heap::Impl& heap_;
  CondVar wake_;
  bool stop_ OPENMATRIX_GUARDED_BY(heap_.mutex) = false;
  bool refused_ OPENMATRIX_GUARDED_BY(heap_.mutex) = false;  // by the system, to take pages back
  bool running_ OPENMATRIX_GUARDED_BY(heap_.mutex) = false;
  Thread thread_;
};

}  // namespace openmatrix
