// Blocks out of runs: small size classes are cut from spans, blocks of 256 KiB and more are
// runs of their own. Verifies what is put back: a block that is not out, or of another class,
// is refused and changes nothing. Putting back needs no memory of the process.
//
// Not thread-safe: the heap's lock guards it. This is what stands behind the thread caches.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "memory/page_runs.h"
#include "memory/size_class.h"

namespace openmatrix {

// What stands at an offset of the pool.
struct BlockPlace {
  std::uint64_t start;
  std::uint32_t size_class;
};

class Pool {
 public:
  using Clock = std::chrono::steady_clock;

  // Blocks of this size and more are runs of their own.
  static constexpr std::uint32_t kRunBlockBytes = 256u << 10;

  Pool(std::uint64_t pool_bytes, std::uint64_t window_bytes) : runs_(pool_bytes, window_bytes) {}

  // Before Take, or it may give nothing for want of memory of the process. Throws std::bad_alloc;
  // then nothing has changed.
  void Reserve() { runs_.Reserve(); }
  // Up to `wanted` blocks as grain numbers; fewer when there is no room for more.
  std::uint32_t Take(std::uint32_t size_class, std::uint32_t wanted, bool window_only,
                     std::uint32_t* grains);
  // A block of kExactFit, from the window or from beyond it.
  bool TakeExact(std::uint32_t bytes, bool beyond, std::uint32_t& grain);
  // False, and nothing has changed, if no block of that class is out at `grain`.
  // Nobody wrote to it if it is not `touched`.
  bool Put(std::uint32_t grain, std::uint32_t size_class, Clock::time_point now,
           bool touched = true);

  // The block that contains `offset`, free or not; false if the range is not cut into blocks.
  bool Find(std::uint64_t offset, BlockPlace& place) const;

  // Spans without a live block become free runs.
  void ReleaseEmptySpans(Clock::time_point now);

  PageRuns& runs() { return runs_; }

 private:
  std::uint32_t TakeRuns(std::uint32_t size_class, std::uint32_t wanted, bool window_only,
                         std::uint32_t* grains);
  Run* SpanWithRoom(std::uint32_t size_class, bool window_only);

  PageRuns runs_;
  std::array<RunList, kClasses> with_room_;  // spans
};

}  // namespace openmatrix
