// Counts the system calls that chosen threads make, from inside the program: no tracer, no
// privileges.
//
// A seccomp filter reports each system call of a watched thread to a thread of this watch, which
// notes it and lets it go on. Works where the kernel knows SECCOMP_USER_NOTIF_FLAG_CONTINUE
// (Linux 5.5) and the program is not under such a watch already.
#pragma once

#include <cstddef>

namespace bench {

class SyscallWatch {
 public:
  // From here on the calling thread's system calls are noted, until End. Checks itself with one
  // call; ends the program with status 1 if that is not noticed. The filter stays after End.
  static void BeginOnThisThread();
  static void EndOnThisThread();

  // sched_yield, not noted: for waits that are not of what is watched.
  static void Yield();

  // Prints what was noted, with the function that made the call, and returns how many.
  static std::size_t Report();
};

}  // namespace bench
