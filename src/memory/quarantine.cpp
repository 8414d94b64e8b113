#include "memory/quarantine.h"

#include <algorithm>
#include <new>
#include <utility>

namespace openmatrix {
namespace {

// Entries looked at per send: more than one enters, so the queue cannot grow for want of looks.
constexpr int kLooks = 4;

}  // namespace

void Quarantine::LeaveFirst(Leavers& leavers) {
  const std::uint32_t block_bytes = entries_.front().block_bytes;
  leavers.Add(std::move(entries_.front()));  // changes nothing if it throws
  bytes_ -= block_bytes;
  entries_.pop_front();
}

std::uint64_t Quarantine::Enter(std::uint64_t offset, std::uint32_t block_bytes,
                                std::weak_ptr<void> message, Leavers& leavers) {
  MutexLock lock(mutex_);
  entries_.push_back(Entry{offset, block_bytes, entered_ + 1 + kSends, std::move(message)});
  const std::uint64_t now = ++entered_;
  bytes_ += block_bytes;
  std::uint64_t early = 0;
  try {
    for (int look = 0; look < kLooks && !entries_.empty() && entries_.front().due <= now; ++look) {
      if (entries_.front().message.expired()) {
        LeaveFirst(leavers);
      } else {  // the application keeps this message: do not let it hide the ones behind
        entries_.push_back(std::move(entries_.front()));
        entries_.pop_front();
      }
    }
    while (bytes_ > most_bytes_ && !entries_.empty()) {
      // A message that is still there will be destroyed, and its deleter may free the block late.
      const auto gone = std::find_if(entries_.begin(), entries_.end(),
                                     [](const Entry& entry) { return entry.message.expired(); });
      if (gone != entries_.end()) std::rotate(entries_.begin(), gone, gone + 1);
      LeaveFirst(leavers);
      ++early;
    }
  } catch (const std::bad_alloc&) {
    // They leave at a later send.
  }
  return early;
}

}  // namespace openmatrix
