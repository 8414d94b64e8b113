// A body in a child of its own, which may close descriptors as daemons do and open files.
#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

namespace openmatrix {

template <typename Body>
bool TrueInChild(const Body& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body() ? 0 : 1);
  int status = -1;
  return ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

inline int OpenOwn(const std::string& path, int flags = O_RDWR | O_CLOEXEC) {
  return ::open(path.c_str(), flags | O_CREAT | O_TRUNC, 0600);
}

inline bool IsEmpty(int descriptor) { return ::lseek(descriptor, 0, SEEK_END) == 0; }

}  // namespace openmatrix
