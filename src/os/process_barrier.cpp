#include "os/process_barrier.h"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace openmatrix {
namespace {

bool Register() {
  return syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
}

}  // namespace

bool HasProcessBarrier() {
  static const bool registered = Register();
  return registered;
}

void ProcessBarrier() {
  FullFence();
  if (!HasProcessBarrier()) return;
  syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
}

}  // namespace openmatrix
