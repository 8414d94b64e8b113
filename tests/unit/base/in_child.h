// A body in a child of its own, which may close descriptors as daemons do and open files, or write
// what its parent must not see.
#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

namespace openmatrix {

// True if `body()` returned true in a forked child.
template <typename Body>
bool TrueInChild(const Body& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(60);  // a child that hangs is a failure, not a time-out of the whole program
    ::_exit(body() ? 0 : 1);
  }
  int status = -1;
  return child > 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status) &&
         WEXITSTATUS(status) == 0;
}

inline int OpenOwn(const std::string& path, int flags = O_RDWR | O_CLOEXEC) {
  return ::open(path.c_str(), flags | O_CREAT | O_TRUNC, 0600);
}

inline bool IsEmpty(int descriptor) { return ::lseek(descriptor, 0, SEEK_END) == 0; }

}  // namespace openmatrix
