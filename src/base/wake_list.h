// Threads that wait for different things, and must all look again when one thing changes that
// concerns each of them: a clock set by hand, a link that is cut.
//
// Any thread. Only those who are about to sleep come here, so one lock serves all of them.
#pragma once

#include <algorithm>
#include <vector>

#include "base/mutex.h"

namespace openmatrix {

// Something threads wait on. WakeAll makes every waiter look at its condition again.
class Waitable {
 public:
  virtual void WakeAll() = 0;

 protected:
  ~Waitable() = default;
};

class WakeList {
 public:
  WakeList() = default;
  WakeList(const WakeList&) = delete;
  WakeList& operator=(const WakeList&) = delete;

  // Once per waiting thread. REQUIRES: `waitable`'s own lock is not held.
  void Add(Waitable& waitable) OPENMATRIX_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    waiting_on_.push_back(&waitable);
  }
  void Remove(Waitable& waitable) OPENMATRIX_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    const auto found = std::find(waiting_on_.begin(), waiting_on_.end(), &waitable);
    if (found != waiting_on_.end()) waiting_on_.erase(found);
  }

  // Call it after the change: who was added before looks again, who is added later sees it.
  void WakeAll() OPENMATRIX_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    for (Waitable* waitable : waiting_on_) waitable->WakeAll();
  }

 private:
  Mutex mutex_;
  std::vector<Waitable*> waiting_on_ OPENMATRIX_GUARDED_BY(mutex_);
};

}  // namespace openmatrix
