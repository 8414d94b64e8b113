// Addresses whose hold moved away and which the application may still free late. A block is
// not issued again until its message object is gone and kSends later sends have passed; at
// most a quarter of the view's limit is kept, the oldest leaves first.
//
// Keeps the books only: what leaving means is the heap's affair. Any thread; a lock of its own,
// under which nobody's code runs: message references are handed out, to be dropped without it.
// Lock order: the heap's, then this one.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "base/mutex.h"

namespace openmatrix {

// A cache line's own: views have different senders.
class alignas(64) Quarantine {
 public:
  static constexpr std::uint64_t kSends = 64;

  struct Entry {
    std::uint64_t offset = 0;
    std::uint32_t block_bytes = 0;
    std::uint64_t due = 0;  // the number of the entry with which it may leave
    std::weak_ptr<void> message;
  };

  // Entries that left. Nearly always one, which needs no memory of its own.
  class Leavers {
   public:
    Leavers() = default;
    Leavers(const Leavers&) = delete;
    Leavers& operator=(const Leavers&) = delete;

    // Changes nothing if it throws.
    void Add(Entry&& entry) {
      if (any_) {
        more_.push_back(std::move(entry));
      } else {
        first_ = std::move(entry);
        any_ = true;
      }
    }
    template <typename Visit>
    void ForEach(const Visit& visit) const {
      if (any_) visit(first_);
      for (const Entry& entry : more_) visit(entry);
    }

   private:
    bool any_ = false;
    Entry first_;
    std::vector<Entry> more_;
  };

  explicit Quarantine(std::uint64_t limit_bytes = 0) : most_bytes_(limit_bytes / 4) {}

  // Adds the block of a send. What may leave, or must because of the bound, is added to
  // `leavers`: for the bound the oldest whose message is gone, and only if there is none the
  // oldest. Returns how many the bound sent away. If it throws, nothing has entered.
  std::uint64_t Enter(std::uint64_t offset, std::uint32_t block_bytes, std::weak_ptr<void> message,
                      Leavers& leavers) OPENMATRIX_EXCLUDES(mutex_);

  // All entries for which `wanted(entry)` says so leave, oldest first.
  template <typename Wanted>
  void Break(const Wanted& wanted, std::vector<Entry>& leaving) OPENMATRIX_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    leaving.reserve(leaving.size() + entries_.size());  // nothing below throws
    auto kept = entries_.begin();
    for (auto entry = kept; entry != entries_.end(); ++entry) {
      if (wanted(*entry)) {
        bytes_ -= entry->block_bytes;
        leaving.push_back(std::move(*entry));
      } else {
        if (kept != entry) *kept = std::move(*entry);
        ++kept;
      }
    }
    entries_.erase(kept, entries_.end());
  }

  std::size_t blocks() const OPENMATRIX_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return entries_.size();
  }
  std::uint64_t bytes() const OPENMATRIX_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return bytes_;
  }

  // While the process forks nobody is inside.
  void BeforeFork() OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS { mutex_.Lock(); }
  void AfterFork() OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS { mutex_.Unlock(); }

 private:
  void LeaveFirst(Leavers& leavers) OPENMATRIX_REQUIRES(mutex_);

  const std::uint64_t most_bytes_;
  mutable Mutex mutex_;
  std::uint64_t entered_ OPENMATRIX_GUARDED_BY(mutex_) = 0;  // ever
  std::uint64_t bytes_ OPENMATRIX_GUARDED_BY(mutex_) = 0;
  std::deque<Entry> entries_ OPENMATRIX_GUARDED_BY(mutex_);
};

}  // namespace openmatrix
