#include "memory/run_index.h"

#include "memory/page_runs.h"

namespace openmatrix {

void RunList::Add(Run* run) {
  run->previous = nullptr;
  run->next = first_;
  (first_ != nullptr ? first_->previous : last_) = run;
  first_ = run;
}

void RunList::AddLast(Run* run) {
  run->previous = last_;
  run->next = nullptr;
  (last_ != nullptr ? last_->next : first_) = run;
  last_ = run;
}

void RunList::Remove(Run* run) {
  (run->next != nullptr ? run->next->previous : last_) = run->previous;
  (run->previous != nullptr ? run->previous->next : first_) = run->next;
}

void RunIndex::Add(Run* run) {
  const std::uint32_t bin = BinOf(run->units);
  bins_[bin].Add(run);
  occupied_[bin / 64] |= 1ull << bin % 64;
}

void RunIndex::AddOld(Run* run) {
  const std::uint32_t bin = BinOf(run->units);
  bins_[bin].AddLast(run);
  occupied_[bin / 64] |= 1ull << bin % 64;
}

void RunIndex::Remove(Run* run) {
  const std::uint32_t bin = BinOf(run->units);
  bins_[bin].Remove(run);
  if (bins_[bin].empty()) occupied_[bin / 64] &= ~(1ull << bin % 64);
}

std::uint32_t RunIndex::Occupied(std::uint32_t bin) const {
  std::uint64_t here = occupied_[bin / 64] >> bin % 64 << bin % 64;
  for (std::uint32_t word = bin / 64;; here = occupied_[word]) {
    if (here != 0) return word * 64 + static_cast<std::uint32_t>(__builtin_ctzll(here));
    if (++word == occupied_.size()) return kBins;
  }
}

Run* RunIndex::Fit(std::uint32_t units) const {
  const std::uint32_t bin = Occupied(BinThatServes(units));
  if (bin != kBins) return bins_[bin].first();
  // The bin below has runs of other lengths, too: one of them may do.
  Run* run = bins_[BinOf(units)].first();
  while (run != nullptr && run->units < units) run = run->next;
  return run;
}

Run* RunIndex::FreedBefore(std::chrono::steady_clock::time_point limit) const {
  for (std::uint32_t bin = Occupied(0); bin != kBins; bin = Occupied(bin + 1)) {
    if (bins_[bin].last()->freed_at <= limit) return bins_[bin].last();
  }
  return nullptr;
}

}  // namespace openmatrix
