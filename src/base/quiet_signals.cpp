#include "base/quiet_signals.h"

#include <pthread.h>

#include <cerrno>
#include <ctime>

namespace openmatrix {
namespace {

constexpr int kSignals[] = {SIGPIPE, SIGXFSZ};

}  // namespace

QuietSignals::QuietSignals() noexcept {
  sigset_t quiet;
  ::sigemptyset(&quiet);
  for (const int signal : kSignals) ::sigaddset(&quiet, signal);
  ::sigpending(&not_ours_);
  ::pthread_sigmask(SIG_BLOCK, &quiet, &before_);
}

QuietSignals::~QuietSignals() {
  const int saved_errno = errno;
  sigset_t pending;
  ::sigpending(&pending);
  for (const int signal : kSignals) {
    if (::sigismember(&pending, signal) != 1 || ::sigismember(&not_ours_, signal) == 1) continue;
    sigset_t one;
    ::sigemptyset(&one);
    ::sigaddset(&one, signal);
    const std::timespec at_once{0, 0};
    while (::sigtimedwait(&one, nullptr, &at_once) < 0 && errno == EINTR) {
    }
  }
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  errno = saved_errno;
}

}  // namespace openmatrix
