// Runs what must not run on the thread that caused it: callbacks about events.
//
// One thread, named "openmatrix-event", that exists from the first task until the last one is
// done. Tasks run one after the other, in order. Any thread may post, also a task.
#pragma once

#include <deque>
#include <functional>

#include "base/mutex.h"
#include "os/fork_guard.h"

namespace openmatrix {

class Notifier final : private ForkAware {
 public:
  Notifier();
  // Waits for the tasks. REQUIRES: not called by one.
  ~Notifier();
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;

  // Runs `task` soon. What it throws must not leave it. If the system refuses the thread, the
  // task waits for the next one to be posted.
  void Post(std::function<void()> task) OPENMATRIX_EXCLUDES(mutex_);

 private:
  void Loop() OPENMATRIX_EXCLUDES(mutex_);
  void StartThread() OPENMATRIX_REQUIRES(mutex_);
  void BeforeFork() override;
  void AfterForkInParent() override;
  void AfterForkInChild() override;

  Mutex mutex_;
  CondVar done_;
  bool running_ OPENMATRIX_GUARDED_BY(mutex_) = false;
  std::deque<std::function<void()>> tasks_ OPENMATRIX_GUARDED_BY(mutex_);
  const ForkGuard fork_guard_;
};

}  // namespace openmatrix
