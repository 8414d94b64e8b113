// Work that needs more stack than the smallest thread has.
#pragma once

#include <cstddef>
#include <exception>
#include <utility>

#include "os/thread.h"

namespace openmatrix {

// What is left of the calling thread's stack, in bytes; a large number if that cannot be known.
std::size_t StackLeft() noexcept;

// Runs `body`: on the calling thread if it has `bytes` of stack left, else on one that has them,
// while the caller waits. What `body` throws comes out here. Without a thread to be had it runs
// here all the same. Not for code of the program, which may ask what thread it runs on.
template <typename Body>
void RunWithStack(std::size_t bytes, Body&& body) {
  if (StackLeft() >= bytes) return body();
  struct Work {
    void Run() {
      try {
        body();
      } catch (...) {  // nobody unwinds this thread: it is not the program's to cancel
        thrown = std::current_exception();
      }
    }
    Body& body;
    std::exception_ptr thrown;
  } work{body, nullptr};
  Thread thread;
  if (!thread.Start<Work, &Work::Run>(&work)) return body();
  thread.Join();
  if (work.thrown != nullptr) std::rethrow_exception(std::move(work.thrown));
}

}  // namespace openmatrix
