// When a thread may be cancelled: where it runs the program's code, as the program has set it, and
// nowhere in the library. See docs/design/borders.md.
//
// Any thread. A scope costs two atomic operations, one inside another only a look: what stands on
// the path of an allocation or a send does without, and what waits, writes or opens there has one.
#pragma once

#include <pthread.h>

namespace openmatrix {

struct CancellationState {
  bool in_library;  // a scope is there
  int users;        // then: what the program has set
};
extern __thread CancellationState t_cancellation __attribute__((tls_model("initial-exec")));

// The calling thread is not cancelled for as long as it lives. What was asked for meanwhile happens
// at the thread's next cancellation point after that.
class NoCancellation {
 public:
  NoCancellation() : outermost_(!t_cancellation.in_library) {
    if (!outermost_) return;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &t_cancellation.users);
    t_cancellation.in_library = true;
  }
  ~NoCancellation() {
    if (!outermost_) return;
    t_cancellation.in_library = false;
    pthread_setcancelstate(t_cancellation.users, nullptr);
  }
  NoCancellation(const NoCancellation&) = delete;
  NoCancellation& operator=(const NoCancellation&) = delete;

 private:
  const bool outermost_;
};

// Around a call of the program's code: what the program has set is in force meanwhile.
class UserCancellation {
 public:
  UserCancellation() : interrupts_(t_cancellation.in_library) {
    if (!interrupts_) return;
    t_cancellation.in_library = false;
    pthread_setcancelstate(t_cancellation.users, nullptr);
  }
  ~UserCancellation() {
    if (!interrupts_) return;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &t_cancellation.users);
    t_cancellation.in_library = true;
  }
  UserCancellation(const UserCancellation&) = delete;
  UserCancellation& operator=(const UserCancellation&) = delete;

 private:
  const bool interrupts_;  // a scope
};

// For a thread of the library's own, at its start: the program has set nothing there, and deleters
// of messages, on whose way a scope costs too much, must not be unwound. The program's code may
// allow it there for as long as it runs.
inline void StartWithoutCancellation() { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, nullptr); }

}  // namespace openmatrix
