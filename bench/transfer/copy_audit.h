// Fails a workload in which a first hop was copied.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>

#include "openmatrix/stats.h"

namespace bench {

// What the library counts from here on.
class CopyAudit {
 public:
  CopyAudit();

  // Expects that `shared` payloads crossed without a copy and `forwarded` ones with one, because
  // they were received blocks; fails otherwise. The counter `copies` has all of the latter.
  void Finish(benchmark::State& state, std::uint64_t shared, std::uint64_t forwarded = 0) const;

 private:
  OpenmatrixMemoryStats before_;
};

// Ends a workload; the program will end with status 1.
void Fail(benchmark::State& state, const char* why);
bool Failed();

}  // namespace bench
