#include "syscall_watch.h"

#include <dlfcn.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

namespace bench {
namespace {

// The kernel ignores the arguments of sched_yield; this one marks ours.
constexpr std::uint32_t kOurYield = 0x6f6d;

struct Watched {
  std::atomic<bool> noting{true};  // partner: the thread that notes
  std::atomic<std::size_t> seen{0};
};

std::mutex mutex;
std::map<std::pair<int, std::uint64_t>, std::size_t> notes;  // number and place -> how often
thread_local Watched* watched = nullptr;

[[noreturn]] void Fail(const char* what) {
  std::perror(what);
  std::_Exit(1);
}

int InstallFilter() {
  constexpr std::uint32_t kNumber = offsetof(seccomp_data, nr);
  constexpr std::uint32_t kFirstArgument = offsetof(seccomp_data, args);  // its low half
  sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kNumber),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit, 4, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 3, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sched_yield, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kFirstArgument),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kOurYield, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
  };
  const sock_fprog program = {sizeof code / sizeof code[0], code};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) Fail("syscall_watch: no_new_privs");
  const long listener =
      syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
  if (listener < 0) Fail("syscall_watch: the system refuses the filter");
  return static_cast<int>(listener);
}

// Notes and answers until the process ends: without an answer the watched thread would stand
// still.
void Attend(int listener, Watched& thread) {
  for (;;) {
    seccomp_notif call = {};
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0) continue;
    if (thread.noting) {
      const std::lock_guard<std::mutex> lock(mutex);
      ++notes[{call.data.nr, call.data.instruction_pointer}];
      ++thread.seen;
    }
    seccomp_notif_resp answer = {};
    answer.id = call.id;
    answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
  }
}

}  // namespace

void SyscallWatch::BeginOnThisThread() {
  watched = new Watched;  // for ever: its attendant never ends
  // Started first, because starting it is a system call that would wait for its own answer.
  auto* const listener = new std::atomic<int>(-1);
  std::thread([listener, thread = watched] {
    while (*listener < 0) sched_yield();
    Attend(*listener, *thread);
  }).detach();
  *listener = InstallFilter();
  // The check checks itself: a filter that lets everything pass would never find anything.
  syscall(SYS_getppid);
  if (watched->seen != 1) Fail("syscall_watch: a system call was not noticed");
}

void SyscallWatch::EndOnThisThread() { watched->noting = false; }

void SyscallWatch::Yield() { syscall(SYS_sched_yield, kOurYield); }

std::size_t SyscallWatch::Report() {
  const std::lock_guard<std::mutex> lock(mutex);
  std::size_t total = 0;
  for (const auto& [call, times] : notes) {
    const auto [number, place] = call;
    if (number == SYS_getppid) continue;  // the self-check
    total += times;
    Dl_info where = {};
    const bool known = dladdr(reinterpret_cast<void*>(place), &where) != 0;
    std::printf("  system call %d, %zu times, from %s in %s\n", number, times,
                known && where.dli_sname != nullptr ? where.dli_sname : "?",
                known ? where.dli_fname : "?");
  }
  std::printf("system calls: %zu\n", total);
  return total;
}

}  // namespace bench
