#include "copy_audit.h"

#include <cinttypes>
#include <cstdio>
#include <cstdlib>

namespace bench {
namespace {

bool failed = false;

OpenmatrixMemoryStats ReadStats() {
  OpenmatrixMemoryStats stats = {};
  stats.size = sizeof stats;
  stats.version = OPENMATRIX_MEMORY_STATS_VERSION;
  if (openmatrix_get_memory_stats(&stats) != 0) std::abort();
  return stats;
}

}  // namespace

void Fail(benchmark::State& state, const char* why) {
  state.SkipWithError(why);
  failed = true;
}

bool Failed() { return failed; }

CopyAudit::CopyAudit() : before_(ReadStats()) {}

void CopyAudit::Finish(benchmark::State& state, std::uint64_t shared,
                       std::uint64_t forwarded) const {
  const OpenmatrixMemoryStats now = ReadStats();
  std::uint64_t copies = 0;
  bool first_hops = false;
  for (std::size_t reason = 0; reason < OPENMATRIX_COPY_ROOM; ++reason) {
    const std::uint64_t count = now.copies[reason] - before_.copies[reason];
    copies += count;
    if (count == 0 || reason == OPENMATRIX_COPY_FORWARDED) continue;
    std::fprintf(stderr, "transfer_bench: %" PRIu64 " copies for reason %zu of stats.h\n", count,
                 reason);
    first_hops = true;
  }
  state.counters["copies"] = static_cast<double>(copies);
  if (const std::uint64_t late = now.late_frees - before_.late_frees; late != 0) {
    state.counters["late_frees"] = static_cast<double>(late);
    state.counters["quarantine_overflows"] =
        static_cast<double>(now.quarantine_overflows - before_.quarantine_overflows);
  }
  if (first_hops) Fail(state, "a first hop was copied");
  if (now.shared_sends - before_.shared_sends != shared || copies != forwarded) {
    Fail(state, "the library counted other hops than were made");
  }
}

}  // namespace bench
