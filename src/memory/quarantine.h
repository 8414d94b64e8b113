// Addresses whose hold moved away and which the application may still free late. A block is
// not issued again until its message object is gone and kSends later sends have passed; at
// most a quarter of the view's limit is kept, the oldest leaves first.
//
// Keeps the books only: what leaving means is the heap's affair. Not thread-safe: the heap's
// lock guards it. Message references are handed out to be dropped without the lock.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

namespace openmatrix {

class Quarantine {
 public:
  static constexpr std::uint64_t kSends = 64;

  struct Entry {
    std::uint64_t offset = 0;
    std::uint32_t block_bytes = 0;
    std::uint64_t due = 0;  // the send after which it may leave
    std::weak_ptr<void> message;
  };

  explicit Quarantine(std::uint64_t limit_bytes = 0) : most_bytes_(limit_bytes / 4) {}

  // Adds an entry at send number `now`. What may leave, or must because of the bound, is appended
  // to `leaving`: for the bound the oldest whose message is gone, and only if there is none the
  // oldest. Returns how many the bound sent away. If it throws, nothing has entered.
  std::uint64_t Enter(std::uint64_t offset, std::uint32_t block_bytes, std::uint64_t now,
                      std::weak_ptr<void> message, std::vector<Entry>& leaving);

  // All entries for which `wanted(entry)` says so leave, oldest first.
  template <typename Wanted>
  void Break(const Wanted& wanted, std::vector<Entry>& leaving) {
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

  std::size_t blocks() const { return entries_.size(); }
  std::uint64_t bytes() const { return bytes_; }

 private:
  void Leave(std::deque<Entry>::iterator entry, std::vector<Entry>& leaving);

  std::uint64_t most_bytes_;
  std::uint64_t bytes_ = 0;
  std::deque<Entry> entries_;
};

}  // namespace openmatrix
