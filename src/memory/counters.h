// What the memory and the transfers of this process did so far, as plain numbers.
#pragma once

#include <array>
#include <cstdint>

#include "memory/view.h"

namespace openmatrix {

// Why a cross-side send copied its payload instead of sharing the pages.
enum class CopyReason : std::uint8_t {
  kForeign,        // not pool memory: malloc, new, stack
  kInterior,       // not the start of a block
  kForwarded,      // a received block, sent onward
  kFanOut,         // second and further targets of one send
  kTargetBusy,     // the target already holds this block, or another receiver does
  kRepeated,       // second send of a manual block under lenient rules
  kOutsideWindow,  // the block lies beyond the 4 GiB that devices can see, or is too large there
  kCount
};
constexpr std::size_t kCopyReasons = static_cast<std::size_t>(CopyReason::kCount);
const char* Name(CopyReason reason);

struct ViewCounts {
  std::uint64_t live_blocks = 0;    // holds now
  std::uint64_t live_bytes = 0;     // bytes asked for, of those
  std::uint64_t peak_bytes = 0;     // most bytes ever charged against the limit
  std::uint64_t charged_bytes = 0;  // holds and cached blocks, as rounded up
  std::uint64_t limit_bytes = 0;
  std::uint64_t allocations = 0;  // successful, ever
  std::uint64_t frees = 0;        // successful, ever
};

struct MemoryCounts {
  std::array<ViewCounts, 1 + kMaxDevices> views;
  std::uint64_t shared_sends = 0;  // payloads that crossed without a copy
  std::uint64_t shared_bytes = 0;
  std::array<std::uint64_t, kCopyReasons> copies{};  // payloads copied, by reason
  std::array<std::uint64_t, kCopyReasons> copied_bytes{};
  std::uint64_t bad_frees = 0;             // frees that were refused
  std::uint64_t late_frees = 0;            // of those, frees of a block that was sent away
  std::uint64_t quarantined_blocks = 0;    // now
  std::uint64_t quarantine_overflows = 0;  // left early because 25 % of the limit was reached
  std::uint64_t waits = 0;                 // allocations that had to sleep
  std::uint64_t decommitted_bytes = 0;     // given back to the system, ever
  std::uint64_t huge_page_refusals = 0;    // fallbacks to small pages
};

}  // namespace openmatrix
