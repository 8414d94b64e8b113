// What the workloads share: how a block is touched, and what the process has used so far.
#pragma once

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "candidate.h"

namespace bench {

enum Touch : int { kNone, kPages, kAll };

// Does to a new block what `touch` says: nothing, one byte per page, or all bytes.
void Use(void* block, std::size_t bytes, int touch);

// A block that was touched. Ends the program when there is no memory: nothing here asks for more
// than half of the machine's.
void* TakeUsed(std::size_t bytes, int touch);
inline void Give(void* block, std::size_t bytes) { Chosen().give(block, bytes); }

// CPU seconds of all threads of the process.
double CpuSeconds();

// Resident bytes of the process now, when StartBytes was called first (before any bench, so that
// memory which an earlier bench left behind counts), and the most since ResetPeak. Pages of a
// shared mapping are among them; ours decommits a page in the mapping and in its file together.
std::uint64_t ResidentBytes();
std::uint64_t StartBytes();
std::uint64_t PeakResidentBytes();
void ResetPeak();

// Sizes between `low` and `high`, their logarithms evenly spread.
std::vector<std::size_t> LogUniformSizes(std::size_t count, std::size_t low, std::size_t high,
                                         std::uint64_t seed);

// "none", "page" or "all" in the bench's name: argument 1 of those that sweep it.
inline int TouchOf(const benchmark::State& state) { return static_cast<int>(state.range(1)); }
inline std::size_t BytesOf(const benchmark::State& state) {
  return static_cast<std::size_t>(state.range(0));
}

constexpr std::int64_t kLargest = (std::int64_t{1} << 28) - 96;

}  // namespace bench
