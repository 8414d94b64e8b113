// Runs in lists by length, found in constant time however many there are.
//
// A bin is a length of 1 .. 15 units, or an eighth of a power of two: every size class of blocks
// has a bin of its own, whose runs all serve it. Lists are intrusive, so nothing here allocates or
// fails; a run is in at most one list. Not thread-safe.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

namespace openmatrix {

struct Run;

// The run added last comes first: its pages are most likely still in a cache.
class RunList {
 public:
  Run* first() const { return first_; }
  Run* last() const { return last_; }
  bool empty() const { return first_ == nullptr; }
  void Add(Run* run);
  void AddLast(Run* run);
  void Remove(Run* run);  // REQUIRES: it is in this list

 private:
  Run* first_ = nullptr;
  Run* last_ = nullptr;
};

class RunIndex {
 public:
  // Runs are added as they are freed, what is left of one that was free already as an old one.
  void Add(Run* run);
  void AddOld(Run* run);
  void Remove(Run* run);

  // A run of at least `units` from the lowest bin that has one; null if there is none. It is a
  // tenth too long at most, as long as there are runs of all lengths.
  Run* Fit(std::uint32_t units) const;

  // A run that was freed at `limit` or before, short ones first. It looks at the last of each list
  // only: one that a younger run hides is found when that has gone, or is as old.
  Run* FreedBefore(std::chrono::steady_clock::time_point limit) const;

 private:
  static constexpr std::uint32_t kBins = 192;  // lengths below 2^26 units

  // The bin a run of that length is in.
  static std::uint32_t BinOf(std::uint32_t units) {
    if (units < 16) return units;
    const auto octave = static_cast<std::uint32_t>(31 - __builtin_clz(units));
    return 16 + (octave - 4) * 8 + (units >> (octave - 3) & 7);
  }
  // The lowest bin whose runs all have that length.
  static std::uint32_t BinThatServes(std::uint32_t units) {
    if (units < 16) return units;
    const auto octave = static_cast<std::uint32_t>(31 - __builtin_clz(units));
    return BinOf(units + (1u << (octave - 3)) - 1);
  }
  // The first bin from `bin` on that has a run; kBins if there is none.
  std::uint32_t Occupied(std::uint32_t bin) const;

  std::array<RunList, kBins> bins_;
  std::array<std::uint64_t, kBins / 64> occupied_{};
};

}  // namespace openmatrix
