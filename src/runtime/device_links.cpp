#include "runtime/device_links.h"

namespace openmatrix {

std::uint64_t DeviceLinks::Cut(std::uint32_t device) {
  MutexLock lock(mutex_);
  if (current_[device] != 0) return 0;
  current_[device] = ++last_;
  // With the lock held, or a Restore of another thread could come between; it wakes only.
  cut_.Raise(device);
  return last_;
}

void DeviceLinks::Restore(std::uint32_t device) {
  MutexLock lock(mutex_);
  current_[device] = 0;
  cut_.Clear(device);
}

std::uint64_t DeviceLinks::CurrentCut(std::uint32_t device) const {
  MutexLock lock(mutex_);
  return current_[device];
}

}  // namespace openmatrix
