// A clock that stands still until a test advances it, and that knows who waits by it.
#pragma once

#include <algorithm>
#include <chrono>
#include <list>
#include <thread>

#include "base/clock.h"
#include "base/mutex.h"

namespace openmatrix {

class ManualClock final : public Clock {
 public:
  Time Now() override {
    MutexLock lock(mutex_);
    return now_;
  }

  void Enter(Waitable& waitable, Time deadline) override {
    MutexLock lock(mutex_);
    deadlines_.emplace_back(waitable, deadline);
    sleepers_.Add(deadlines_.back().sleeper);
    changed_.NotifyAll();
  }

  void Leave(Waitable&) override {
    MutexLock lock(mutex_);
    const auto mine = std::find_if(deadlines_.begin(), deadlines_.end(), [](const Entry& entry) {
      return entry.thread == std::this_thread::get_id();
    });
    if (mine == deadlines_.end()) return;
    sleepers_.Remove(mine->sleeper);
    deadlines_.erase(mine);
  }

  void Advance(std::chrono::milliseconds time) {
    {
      MutexLock lock(mutex_);
      now_ += time;
    }
    sleepers_.WakeAll();
  }

  // Blocks until `count` threads wait, all of them until `deadline`.
  void AwaitSleepers(std::size_t count, Time deadline) {
    MutexLock lock(mutex_);
    const auto all_are_there = [&]() OPENMATRIX_REQUIRES(mutex_) {
      return deadlines_.size() == count &&
             std::all_of(deadlines_.begin(), deadlines_.end(),
                         [&](const Entry& entry) { return entry.deadline == deadline; });
    };
    while (!all_are_there()) changed_.Wait(mutex_);
  }

 private:
  struct Entry {
    Entry(Waitable& waitable, Time until) : deadline(until), sleeper(waitable) {}

    const std::thread::id thread = std::this_thread::get_id();
    const Time deadline;
    WakeList::Entry sleeper;
  };

  Mutex mutex_;
  CondVar changed_;
  WakeList sleepers_;
  Time now_ OPENMATRIX_GUARDED_BY(mutex_) = Time(std::chrono::hours(1));
  std::list<Entry> deadlines_ OPENMATRIX_GUARDED_BY(mutex_);
};

}  // namespace openmatrix
