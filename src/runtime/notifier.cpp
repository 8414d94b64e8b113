#include "runtime/notifier.h"

#include <pthread.h>

#include <new>
#include <utility>

#include "base/caught.h"
#include "base/log_sink.h"
#include "os/thread.h"

namespace openmatrix {

Notifier::Notifier() : fork_guard_(this, ForkRank::kTables) {}

Notifier::~Notifier() {
  MutexLock lock(mutex_);
  while (running_) done_.Wait(mutex_);
}

void Notifier::Post(std::function<void()> task) {
  MutexLock lock(mutex_);
  tasks_.push_back(std::move(task));
  if (!running_) StartThread();
}

void Notifier::StartThread() {
  running_ = Thread::StartDetached<Notifier, &Notifier::Loop>(this);
  if (!running_) Log(LogLevel::kError, "no thread for the callbacks of an event");
}

void Notifier::Loop() {
  ::pthread_setname_np(::pthread_self(), "openmatrix-event");
  // Set when the loop ends as it should; else the thread was cancelled in a task, and unwinds.
  struct Leaving {
    Notifier& notifier;
    bool told = false;
    ~Leaving() {
      if (told) return;
      MutexLock lock(notifier.mutex_);
      notifier.running_ = false;
      if (!notifier.tasks_.empty()) notifier.StartThread();
      notifier.done_.NotifyAll();
    }
  } leaving{*this};
  for (;;) {
    std::function<void()> task;
    {
      MutexLock lock(mutex_);
      if (tasks_.empty()) {
        running_ = false;
        done_.NotifyAll();
        leaving.told = true;
        return;
      }
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    CatchAll(task, [](const Caught& caught) {
      Log(LogLevel::kError, "a callback of an event was not made: %s", caught.text);
    });
  }
}

void Notifier::BeforeFork() OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS { mutex_.Lock(); }

void Notifier::AfterForkInParent() OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS { mutex_.Unlock(); }

void Notifier::AfterForkInChild() OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS {
  // The thread is the parent's, and its tasks are about the parent's graphs: forgotten without
  // being destroyed, because what they hold may run user code when it goes.
  new (&done_) CondVar;
  new (&tasks_) std::deque<std::function<void()>>;
  running_ = false;
  mutex_.Unlock();
}

}  // namespace openmatrix
