// A library of an application that forks while it is loaded: in a thread that the loading one waits
// for, and in the loading one, whose child comes back and goes on.
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

namespace {

struct Forks {
  Forks() {
    std::thread([] {
      const pid_t child = ::fork();
      if (child == 0) ::_exit(0);
      int status = 0;
      ::waitpid(child, &status, 0);
    }).join();
    if (::fork() == 0) ::alarm(60);
  }
};

Forks g_forks;

}  // namespace
