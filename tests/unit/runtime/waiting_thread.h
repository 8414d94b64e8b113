// For tests in which a thread must have come to a lock that another one holds.
#pragma once

#include <sys/syscall.h>
#include <sys/types.h>

#include <fstream>
#include <iterator>
#include <string>
#include <thread>

namespace openmatrix {

// Returns when the thread has slept in a futex for many looks: somebody else must wake it. False if
// it does not come to that, or cannot be looked at.
inline bool WaitUntilItWaits(pid_t thread) {
  const std::string path = "/proc/self/task/" + std::to_string(thread) + "/syscall";
  const std::string futex = std::to_string(SYS_futex) + " ";
  int looks = 0;
  for (int tries = 0; looks < 1000 && tries < 10000000; ++tries) {
    std::ifstream file(path);
    if (!file) return false;
    const std::string call{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    looks = call.compare(0, futex.size(), futex) == 0 ? looks + 1 : 0;
    std::this_thread::yield();
  }
  return looks == 1000;
}

}  // namespace openmatrix
