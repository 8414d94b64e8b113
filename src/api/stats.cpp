#include "openmatrix/stats.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <iterator>

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

void Fill(const MemoryCounts& counts, OpenmatrixMemoryStats& stats) {
  stats.shared_sends = counts.shared_sends;
  stats.shared_bytes = counts.shared_bytes;
  std::copy(counts.copies.begin(), counts.copies.end(), stats.copies);
  std::copy(counts.copied_bytes.begin(), counts.copied_bytes.end(), stats.copied_bytes);
  stats.bad_frees = counts.bad_frees;
  stats.late_frees = counts.late_frees;
  stats.quarantined_blocks = counts.quarantined_blocks;
  stats.quarantine_overflows = counts.quarantine_overflows;
  stats.waits = counts.waits;
  stats.decommitted_bytes = counts.decommitted_bytes;
  stats.huge_page_refusals = counts.huge_page_refusals;
  std::transform(counts.views.begin(), counts.views.end(), stats.views, [](const ViewCounts& view) {
    return OpenmatrixViewStats{view.live_blocks,   view.live_bytes,  view.peak_bytes,
                               view.charged_bytes, view.limit_bytes, view.allocations,
                               view.frees};
  });
}

}  // namespace
}  // namespace openmatrix

int openmatrix_get_memory_stats(OpenmatrixMemoryStats* stats) {
  if (stats == nullptr || stats->version != OPENMATRIX_MEMORY_STATS_VERSION ||
      stats->size < offsetof(OpenmatrixMemoryStats, shared_sends)) {
    return -1;
  }
  const HIAI_StatusT status = openmatrix::Guard([&] {
    OpenmatrixMemoryStats all{};
    all.size = stats->size;
    all.version = stats->version;
    openmatrix::Fill(openmatrix::GetProcess().heap().Counts(), all);
    // A struct of a later header is longer than ours: what we do not know stays as it is.
    std::memcpy(stats, &all, std::min<std::size_t>(stats->size, sizeof all));
    return HIAI_OK;
  });
  return status == HIAI_OK ? 0 : -1;
}
