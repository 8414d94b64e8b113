#include "os/futex.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

namespace openmatrix {
namespace {

static_assert(sizeof(FutexWord) == 4 && FutexWord::is_always_lock_free);

// The atomic's only member is the word itself; the kernel reads it in place.
std::uint32_t* AddressOf(FutexWord& word) { return reinterpret_cast<std::uint32_t*>(&word); }

}  // namespace

bool FutexWait(FutexWord& word, std::uint32_t expected,
               std::chrono::steady_clock::time_point deadline) {
  timespec absolute{};
  timespec* limit = nullptr;
  if (deadline != std::chrono::steady_clock::time_point::max()) {
    // WAIT_BITSET takes an absolute CLOCK_MONOTONIC time, which is what steady_clock counts.
    auto since_boot =
        std::chrono::duration_cast<std::chrono::nanoseconds>(deadline.time_since_epoch()).count();
    if (since_boot < 0) since_boot = 0;  // the kernel refuses negative times
    absolute.tv_sec = static_cast<time_t>(since_boot / 1000000000);
    absolute.tv_nsec = static_cast<long>(since_boot % 1000000000);
    limit = &absolute;
  }
  const int saved_errno = errno;
  const long result = syscall(SYS_futex, AddressOf(word), FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG,
                              expected, limit, nullptr, FUTEX_BITSET_MATCH_ANY);
  const bool timed_out = result != 0 && errno == ETIMEDOUT;
  errno = saved_errno;
  return !timed_out;
}

void FutexWake(FutexWord& word, int threads) {
  const int saved_errno = errno;
  syscall(SYS_futex, AddressOf(word), FUTEX_WAKE | FUTEX_PRIVATE_FLAG, threads, nullptr, nullptr,
          0);
  errno = saved_errno;
}

}  // namespace openmatrix
