#include "memory/page_runs.h"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace openmatrix {

PageRuns::PageRuns(std::uint64_t pool_bytes, std::uint64_t window_bytes)
    : units_(static_cast<std::uint32_t>(pool_bytes >> kUnitShift)),
      window_units_(static_cast<std::uint32_t>(std::min(pool_bytes, window_bytes) >> kUnitShift)),
      at_(static_cast<Run**>(std::calloc(units_, sizeof(Run*))), std::free) {
  if (at_ == nullptr) throw std::bad_alloc();
  auto window = std::make_unique<Run>(0, window_units_);
  auto beyond = std::make_unique<Run>(window_units_, units_ - window_units_);
  for (std::unique_ptr<Run>* const run : {&window, &beyond}) {
    if ((*run)->units > 0) Insert(run->release());
  }
}

PageRuns::~PageRuns() {
  for (std::uint32_t unit = 0; unit < units_;) {
    Run* const run = at_[unit];
    unit += run->units;
    delete run;
  }
  while (Run* const run = spare_.first()) {
    spare_.Remove(run);
    delete run;
  }
}

void PageRuns::Reserve() {
  if (spare_.empty()) spare_.Add(new Run(0, 0));
}

bool PageRuns::HasSpare() {
  if (!spare_.empty()) return true;
  Run* const run = new (std::nothrow) Run(0, 0);
  if (run != nullptr) spare_.Add(run);
  return run != nullptr;
}

Run* PageRuns::Make(std::uint32_t start, std::uint32_t units) {
  Run* const run = spare_.first();
  spare_.Remove(run);
  run->start = start;
  run->units = units;
  return run;
}

void PageRuns::Drop(Run* run) {
  run->kind = Run::Kind::kFree;
  run->dirty = false;
  spare_.Add(run);
}

Run* PageRuns::At(std::uint64_t offset) const {
  std::uint64_t unit = offset >> kUnitShift;
  if (unit >= units_) return nullptr;
  while (at_[unit] == nullptr) --unit;
  return at_[unit];
}

Run* PageRuns::Allocate(std::uint32_t units, bool window_only, Run::Kind kind,
                        std::uint8_t size_class) {
  Run* run = Find(0, units);
  if (run == nullptr && !window_only) run = Find(1, units);
  return run != nullptr ? Use(run, units, kind, size_class) : nullptr;
}

Run* PageRuns::AllocateBeyond(std::uint32_t units, Run::Kind kind, std::uint8_t size_class) {
  Run* const run = Find(1, units);
  return run != nullptr ? Use(run, units, kind, size_class) : nullptr;
}

Run* PageRuns::Use(Run* run, std::uint32_t units, Run::Kind kind, std::uint8_t size_class) {
  run->kind = kind;  // first: the rest must not coalesce with it again
  run->size_class = size_class;
  if (run->units > units) {
    Run* const rest = Make(run->start + units, run->units - units);
    rest->dirty = run->dirty;
    rest->freed_at = run->freed_at;
    run->units = units;
    Map(run);
    Insert(rest, Age::kOld);
  } else {
    Map(run);
  }
  high_water_ = std::max(high_water_, run->offset() + run->bytes());
  used_bytes_ += run->bytes();
  return run;
}

Run* PageRuns::Find(int zone, std::uint32_t units) {
  Run* const run = TakeFrom(zone, units);
  return run == nullptr && CoalesceAll(zone) ? TakeFrom(zone, units) : run;
}

Run* PageRuns::TakeFrom(int zone, std::uint32_t units) {
  if (!HasSpare()) return nullptr;  // for what is left of a run
  for (int dirty = 1; dirty >= 0; --dirty) {
    if (dirty == 0 && !MayCommit(std::uint64_t{units} << kUnitShift)) break;
    if (Run* const run = free_[zone][dirty].Fit(units)) {
      Remove(run);
      return run;
    }
  }
  return nullptr;
}

void PageRuns::Release(Run* run, std::chrono::steady_clock::time_point now, bool touched) {
  if (run->kind == Run::Kind::kSpan) std::fill_n(&at_[run->start], run->units, nullptr);
  run->kind = Run::Kind::kFree;
  run->dirty = touched;
  run->freed_at = now;
  used_bytes_ -= run->bytes();
  Insert(run);
}

void PageRuns::Insert(Run* run, Age age) {
  const auto joins = [&](Run* other) {
    return other != nullptr && other->kind == Run::Kind::kFree && other->dirty == run->dirty &&
           Zone(other->start) == Zone(run->start);
  };
  Run* const before = run->start > 0 ? at_[run->start - 1] : nullptr;
  if (joins(before)) {
    Remove(before);
    Join(before, run);
    run = before;
  }
  const std::uint32_t end = run->start + run->units;
  Run* const after = end < units_ ? at_[end] : nullptr;
  if (joins(after)) {
    Remove(after);
    Join(run, after);
  }
  Map(run);
  age == Age::kOld ? IndexOf(*run).AddOld(run) : IndexOf(*run).Add(run);
  if (run->dirty) dirty_bytes_ += run->bytes();
}

void PageRuns::Remove(Run* run) {
  IndexOf(*run).Remove(run);
  if (run->dirty) dirty_bytes_ -= run->bytes();
}

void PageRuns::Join(Run* left, Run* right) {
  at_[left->start + left->units - 1] = nullptr;
  at_[right->start] = nullptr;
  left->units += right->units;
  left->dirty = left->dirty || right->dirty;
  left->freed_at = std::max(left->freed_at, right->freed_at);
  Drop(right);
}

// Neighbours look for a run at its ends, every free of a small block looks for its span.
void PageRuns::Map(Run* run) {
  if (run->kind == Run::Kind::kSpan) {
    std::fill_n(&at_[run->start], run->units, run);
  } else {
    at_[run->start] = run;
    at_[run->start + run->units - 1] = run;
  }
}

// Two of different kinds become a dirty one, and fresh pages are taken from it unasked: so they
// must fit, too.
bool PageRuns::MayJoin(const Run& left, const Run& right) const {
  return left.dirty == right.dirty || MayCommit(left.dirty ? right.bytes() : left.bytes());
}

bool PageRuns::CoalesceAll(int zone) {
  bool joined = false;
  const std::uint32_t end = zone == 0 ? window_units_ : units_;
  for (std::uint32_t unit = zone == 0 ? 0 : window_units_; unit < end;) {
    Run* const run = at_[unit];
    const std::uint32_t next = run->start + run->units;
    Run* const after = next < end ? at_[next] : nullptr;
    if (run->kind == Run::Kind::kFree && after != nullptr && after->kind == Run::Kind::kFree &&
        MayJoin(*run, *after)) {
      Remove(run);
      Remove(after);
      Join(run, after);
      Map(run);
      IndexOf(*run).Add(run);
      if (run->dirty) dirty_bytes_ += run->bytes();
      joined = true;
    } else {
      unit = next;
    }
  }
  return joined;
}

Run* PageRuns::BeginPurge(std::chrono::steady_clock::time_point limit, std::uint32_t max_units) {
  Run* run = nullptr;
  for (auto zone = std::begin(free_); zone != std::end(free_) && run == nullptr; ++zone) {
    run = (*zone)[1].FreedBefore(limit);
  }
  if (run == nullptr) return nullptr;
  Remove(run);
  run->kind = Run::Kind::kPurging;
  if (run->units > max_units && HasSpare()) {
    Run* const rest = Make(run->start + max_units, run->units - max_units);
    rest->dirty = true;
    rest->freed_at = run->freed_at;
    run->units = max_units;
    Insert(rest, Age::kOld);
  }
  purging_bytes_ += run->bytes();
  Map(run);
  return run;
}

void PageRuns::EndPurge(Run* run, bool went) {
  purging_bytes_ -= run->bytes();
  run->kind = Run::Kind::kFree;
  run->dirty = !went;
  Insert(run);
}

}  // namespace openmatrix
