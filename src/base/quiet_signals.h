// Lets a write of the library's own fail without a signal: a pipe that nobody reads (SIGPIPE), a
// file beyond its limit (SIGXFSZ). The program did not make that write and must not die of it.
//
// Holds for the calling thread, from the constructor to the destructor; the thread is not cancelled
// meanwhile, since taking a signal back is a place where it could be. What the program itself left
// pending stays pending.
#pragma once

#include <signal.h>

#include "base/cancellation.h"

namespace openmatrix {

class QuietSignals {
 public:
  QuietSignals() noexcept;
  ~QuietSignals();
  QuietSignals(const QuietSignals&) = delete;
  QuietSignals& operator=(const QuietSignals&) = delete;

 private:
  sigset_t before_;    // the thread's mask
  sigset_t not_ours_;  // pending already
  const NoCancellation here_;
};

}  // namespace openmatrix
