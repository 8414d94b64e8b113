// Threads that wait for different things, and must all look again when one thing changes that
// concerns each of them: a clock set by hand, a link that is cut.
//
// Any thread. Only those who are about to sleep come here, so one lock serves all of them. The list
// runs through its entries, so that a wait needs no memory.
#pragma once

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
  // One waiting thread, and what it waits on.
  class Entry {
   public:
    explicit Entry(Waitable& waitable) : waitable_(waitable) {}
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

   private:
    friend class WakeList;
    Waitable& waitable_;
    Entry* next_ = nullptr;
    Entry** link_ = nullptr;  // what points to this entry; null: it is on no list
  };

  WakeList() = default;
  WakeList(const WakeList&) = delete;
  WakeList& operator=(const WakeList&) = delete;

  // REQUIRES: it is on no list, and the lock of what it waits on is not held.
  void Add(Entry& entry) OPENMATRIX_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    entry.next_ = first_;
    entry.link_ = &first_;
    if (first_ != nullptr) first_->link_ = &entry.next_;
    first_ = &entry;
  }
  // Does nothing if it is not on this list. REQUIRES: it is on no other.
  void Remove(Entry& entry) OPENMATRIX_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    if (entry.link_ == nullptr) return;
    *entry.link_ = entry.next_;
    if (entry.next_ != nullptr) entry.next_->link_ = entry.link_;
    entry.link_ = nullptr;
  }

  // Call it after the change: who was added before looks again, who is added later sees it.
  void WakeAll() OPENMATRIX_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    for (Entry* entry = first_; entry != nullptr; entry = entry->next_) entry->waitable_.WakeAll();
  }

 private:
  Mutex mutex_;
  Entry* first_ OPENMATRIX_GUARDED_BY(mutex_) = nullptr;
};

}  // namespace openmatrix
