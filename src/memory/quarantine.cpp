#include "memory/quarantine.h"

#include <algorithm>
#include <new>
#include <utility>

namespace openmatrix {
namespace {

// Entries looked at per send: more than one enters, so the queue cannot grow for want of looks.
constexpr int kLooks = 4;

}  // namespace

void Quarantine::Leave(std::deque<Entry>::iterator entry, std::vector<Entry>& leaving) {
  leaving.push_back(std::move(*entry));  // changes nothing if it throws
  bytes_ -= leaving.back().block_bytes;
  entries_.erase(entry);
}

std::uint64_t Quarantine::Enter(std::uint64_t offset, std::uint32_t block_bytes, std::uint64_t now,
                                std::weak_ptr<void> message, std::vector<Entry>& leaving) {
  entries_.push_back(Entry{offset, block_bytes, now + kSends, std::move(message)});
  bytes_ += block_bytes;
  std::uint64_t early = 0;
  try {
    for (int look = 0; look < kLooks && !entries_.empty() && entries_.front().due <= now; ++look) {
      if (entries_.front().message.expired()) {
        Leave(entries_.begin(), leaving);
      } else {  // the application keeps this message: do not let it hide the ones behind
        entries_.push_back(std::move(entries_.front()));
        entries_.pop_front();
      }
    }
    while (bytes_ > most_bytes_ && !entries_.empty()) {
      // A message that is still there will be destroyed, and its deleter may free the block late.
      const auto gone = std::find_if(entries_.begin(), entries_.end(),
                                     [](const Entry& entry) { return entry.message.expired(); });
      Leave(gone != entries_.end() ? gone : entries_.begin(), leaving);
      ++early;
    }
  } catch (const std::bad_alloc&) {
    // They leave at a later send.
  }
  return early;
}

}  // namespace openmatrix
