#include <dirent.h>
#include <execinfo.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "storm.h"

namespace storm {
namespace {

// Far above any step, because machines are shared and sanitizers are slow.
constexpr std::chrono::seconds kPatience{60};

sem_t g_printed;

void PrintStack(int) {
  void* frames[64];
  const int count = ::backtrace(frames, 64);
  std::fprintf(stderr, "--- thread %ld\n", ::syscall(SYS_gettid));
  ::backtrace_symbols_fd(frames, count, STDERR_FILENO);
  ::sem_post(&g_printed);
}

// One after the other; a thread that does not answer is passed over.
void PrintAllStacks() {
  ::sem_init(&g_printed, 0, 0);
  struct sigaction action = {};
  action.sa_handler = PrintStack;
  ::sigaction(SIGUSR2, &action, nullptr);
  DIR* const tasks = ::opendir("/proc/self/task");
  while (const dirent* const task = tasks != nullptr ? ::readdir(tasks) : nullptr) {
    const long id = std::atol(task->d_name);
    if (id == 0 || ::syscall(SYS_tgkill, ::getpid(), id, SIGUSR2) != 0) continue;
    timespec deadline;
    ::clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += 2;
    ::sem_timedwait(&g_printed, &deadline);
  }
}

}  // namespace

Watchdog::Watchdog(std::uint64_t seed) : seed_(seed), thread_([this] { Watch(); }) {}

Watchdog::~Watchdog() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    done_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

void Watchdog::Progress() {
  const std::lock_guard<std::mutex> lock(mutex_);
  ++progress_;
}

void Watchdog::Watch() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (std::uint64_t seen = ~progress_; !done_;) {
    if (changed_.wait_for(lock, kPatience, [this] { return done_; })) return;
    if (progress_ != seen) {
      seen = progress_;
      continue;
    }
    std::fprintf(stderr, "storm: something hangs; OPENMATRIX_TEST_SEED=%llu\n",
                 static_cast<unsigned long long>(seed_));
    PrintAllStacks();
    std::abort();
  }
}

}  // namespace storm
