// Which devices can be reached: the links to them, which only a simulation cuts.
//
// Any thread. A send looks at cut(), one load, and only when it crosses sides.
#pragma once

#include <array>
#include <cstdint>

#include "base/interrupts.h"
#include "base/mutex.h"
#include "memory/view.h"
#include "os/fork_guard.h"

namespace openmatrix {

class DeviceLinks {
 public:
  // Cuts the link: waits for it end, new ones do not begin. The number of this disconnect, which
  // no other has; 0 if the link was cut already. REQUIRES: device < kMaxDevices.
  std::uint64_t Cut(std::uint32_t device) OPENMATRIX_EXCLUDES(mutex_);

  // Restores it; nothing happens if it is there. REQUIRES: device < kMaxDevices.
  void Restore(std::uint32_t device) OPENMATRIX_EXCLUDES(mutex_);

  // The number of the disconnect that lasts; 0 if the link is there.
  std::uint64_t CurrentCut(std::uint32_t device) const OPENMATRIX_EXCLUDES(mutex_);

  // For Wait: bit n is device n's.
  Interrupts& cut() { return cut_; }

 private:
  Interrupts cut_;
  mutable Mutex mutex_;
  std::uint64_t last_ OPENMATRIX_GUARDED_BY(mutex_) = 0;
  std::array<std::uint64_t, kMaxDevices> current_ OPENMATRIX_GUARDED_BY(mutex_){};
  const HeldAcrossForks held_across_forks_{ForkRank::kTables, mutex_};
};

static_assert(kMaxDevices <= 64, "one bit of Interrupts per device");

}  // namespace openmatrix
