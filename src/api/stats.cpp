#include "openmatrix/stats.h"

#include <cstddef>

#include "api/guard.h"
#include "api/process_instance.h"
#include "memory/counters.h"

namespace openmatrix {
namespace {

static_assert(OPENMATRIX_COPY_REASONS == kCopyReasons, "the public reasons mirror ours");
static_assert(OPENMATRIX_COPY_REASONS <= OPENMATRIX_COPY_ROOM, "and leave room");
static_assert(OPENMATRIX_COPY_OUTSIDE_WINDOW == static_cast<int>(CopyReason::kOutsideWindow) &&
                  OPENMATRIX_COPY_FORWARDED == static_cast<int>(CopyReason::kForwarded),
              "in the same order");
static_assert(OPENMATRIX_VIEWS == 1 + kMaxDevices, "one entry per view");

// Writes as far as the caller's struct goes: those of older headers are shorter, and of those of
// later ones the rest stays as it is. Not by way of a whole struct of our own, because the numbers
// of all views are a large part of the smallest stack.
class Part {
 public:
  explicit Part(OpenmatrixMemoryStats& stats)
      : end_(reinterpret_cast<unsigned char*>(&stats) + stats.size) {}

  template <typename Field>
  void Put(Field& field, const Field& value) const {
    if (reinterpret_cast<unsigned char*>(&field) + sizeof field <= end_) field = value;
  }

 private:
  const unsigned char* const end_;
};

void Fill(const MemoryCounts& counts, OpenmatrixMemoryStats& stats) {
  const Part part(stats);
  part.Put(stats.shared_sends, counts.shared_sends);
  part.Put(stats.shared_bytes, counts.shared_bytes);
  for (std::size_t reason = 0; reason < OPENMATRIX_COPY_ROOM; ++reason) {
    const bool known = reason < kCopyReasons;
    part.Put(stats.copies[reason], known ? counts.copies[reason] : 0);
    part.Put(stats.copied_bytes[reason], known ? counts.copied_bytes[reason] : 0);
  }
  part.Put(stats.bad_frees, counts.bad_frees);
  part.Put(stats.late_frees, counts.late_frees);
  part.Put(stats.quarantined_blocks, counts.quarantined_blocks);
  part.Put(stats.quarantine_overflows, counts.quarantine_overflows);
  part.Put(stats.waits, counts.waits);
  part.Put(stats.decommitted_bytes, counts.decommitted_bytes);
  part.Put(stats.huge_page_refusals, counts.huge_page_refusals);
  for (std::size_t side = 0; side < counts.views.size(); ++side) {
    const ViewCounts& view = counts.views[side];
    part.Put(
        stats.views[side],
        OpenmatrixViewStats{view.live_blocks, view.live_bytes, view.peak_bytes, view.charged_bytes,
                            view.limit_bytes, view.allocations, view.frees});
  }
}

}  // namespace
}  // namespace openmatrix

int openmatrix_get_memory_stats(OpenmatrixMemoryStats* stats) {
  if (stats == nullptr || stats->version != OPENMATRIX_MEMORY_STATS_VERSION ||
      stats->size < offsetof(OpenmatrixMemoryStats, shared_sends)) {
    return -1;
  }
  const HIAI_StatusT status = openmatrix::Guard([&] {
    openmatrix::Fill(openmatrix::GetProcess().heap().Counts(), *stats);
    return HIAI_OK;
  });
  return status == HIAI_OK ? 0 : -1;
}
