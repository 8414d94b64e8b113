#include "memory/pool.h"

#include <algorithm>

namespace openmatrix {
namespace {

constexpr std::uint32_t kUnitGrains = kUnitBytes >> kGrainShift;

// The shortest run of at least eight blocks that wastes at most 1/32 at its end.
constexpr std::uint32_t SpanUnits(std::uint32_t block_bytes) {
  std::uint32_t units = std::max(2u, (8 * block_bytes + kUnitBytes - 1) / kUnitBytes);
  while (units * kUnitBytes % block_bytes > units * kUnitBytes / 32) ++units;
  return units;
}
static_assert(SpanUnits(128) == 2 && SpanUnits(224u << 10) == 56);

void SetBit(Span& span, std::uint32_t index, bool free) {
  const std::uint64_t bit = 1ull << (index % 64);
  if (free) {
    span.free_bits[index / 64] |= bit;
  } else {
    span.free_bits[index / 64] &= ~bit;
  }
}

bool TestBit(const Span& span, std::uint32_t index) {
  return (span.free_bits[index / 64] >> (index % 64) & 1) != 0;
}

}  // namespace

std::uint32_t Pool::Take(std::uint32_t size_class, std::uint32_t wanted, bool window_only,
                         std::uint32_t* grains) {
  const std::uint32_t block_bytes = ClassBytes(size_class);
  if (block_bytes >= kRunBlockBytes) return TakeRuns(size_class, wanted, window_only, grains);

  std::uint32_t taken = 0;
  while (taken < wanted) {
    Run* const run = SpanWithRoom(size_class, window_only);
    if (run == nullptr) break;
    Span& span = run->span;
    const std::uint32_t first_grain = run->start * kUnitGrains;
    for (std::uint32_t word = 0; word < span.free_bits.size() && taken < wanted; ++word) {
      while (span.free_bits[word] != 0 && taken < wanted) {
        const std::uint32_t index =
            word * 64 + static_cast<std::uint32_t>(__builtin_ctzll(span.free_bits[word]));
        SetBit(span, index, false);
        --span.free;
        grains[taken++] = first_grain + index * (block_bytes >> kGrainShift);
      }
    }
    if (span.free == 0) with_room_[size_class].Remove(run);
  }
  return taken;
}

std::uint32_t Pool::TakeRuns(std::uint32_t size_class, std::uint32_t wanted, bool window_only,
                             std::uint32_t* grains) {
  const std::uint32_t units = ClassBytes(size_class) >> kUnitShift;
  std::uint32_t taken = 0;
  while (taken < wanted) {
    Run* const run = runs_.Allocate(units, window_only, Run::Kind::kBlock,
                                    static_cast<std::uint8_t>(size_class));
    if (run == nullptr) break;
    grains[taken++] = run->start * kUnitGrains;
  }
  return taken;
}

bool Pool::TakeExact(std::uint32_t bytes, bool beyond, std::uint32_t& grain) {
  const auto units =
      static_cast<std::uint32_t>((std::uint64_t{bytes} + kUnitBytes - 1) >> kUnitShift);
  const Run* const run = beyond ? runs_.AllocateBeyond(units, Run::Kind::kBlock, kExactFit)
                                : runs_.Allocate(units, true, Run::Kind::kBlock, kExactFit);
  if (run == nullptr) return false;
  grain = run->start * kUnitGrains;
  return true;
}

Run* Pool::SpanWithRoom(std::uint32_t size_class, bool window_only) {
  for (Run* run = with_room_[size_class].first(); run != nullptr; run = run->next) {
    if (!window_only || runs_.InWindow(*run)) return run;
  }
  const std::uint32_t block_bytes = ClassBytes(size_class);
  Run* const run = runs_.Allocate(SpanUnits(block_bytes), window_only, Run::Kind::kSpan,
                                  static_cast<std::uint8_t>(size_class));
  if (run == nullptr) return nullptr;
  Span& span = run->span;
  span = Span();
  span.blocks = static_cast<std::uint32_t>(run->bytes() / block_bytes);
  span.free = span.blocks;
  for (std::uint32_t index = 0; index < span.blocks; ++index) SetBit(span, index, true);
  with_room_[size_class].Add(run);
  return run;
}

bool Pool::Put(std::uint32_t grain, std::uint32_t size_class, Clock::time_point now, bool touched) {
  const std::uint64_t offset = std::uint64_t{grain} << kGrainShift;
  Run* const run = runs_.At(offset);
  if (run == nullptr || run->size_class != size_class) return false;
  if (run->kind == Run::Kind::kBlock) {
    if (run->offset() != offset) return false;
    runs_.Release(run, now, touched);
    return true;
  }
  if (run->kind != Run::Kind::kSpan) return false;

  Span& span = run->span;
  const std::uint32_t block_grains = ClassBytes(size_class) >> kGrainShift;
  const std::uint32_t distance = grain - run->start * kUnitGrains;
  const std::uint32_t index = distance / block_grains;
  if (distance % block_grains != 0 || index >= span.blocks || TestBit(span, index)) return false;
  SetBit(span, index, true);
  RunList& list = with_room_[size_class];
  if (span.free++ == 0) list.Add(run);
  // One empty span of a class stays: the next refill would only cut it again.
  const bool only = list.first() == run && run->next == nullptr;
  if (span.free == span.blocks && (!only || !touched)) {
    list.Remove(run);
    runs_.Release(run, now, touched);
  }
  return true;
}

bool Pool::Find(std::uint64_t offset, BlockPlace& place) const {
  const Run* const run = runs_.At(offset);
  if (run == nullptr || offset < run->offset() || offset >= run->offset() + run->bytes())
    return false;
  if (run->kind != Run::Kind::kBlock && run->kind != Run::Kind::kSpan) return false;
  place.size_class = run->size_class;
  place.start = run->offset();
  if (run->kind == Run::Kind::kSpan) {
    const std::uint32_t block_bytes = ClassBytes(run->size_class);
    const std::uint64_t index = (offset - run->offset()) / block_bytes;
    if (index >= run->span.blocks) return false;
    place.start += index * block_bytes;
  }
  return true;
}

void Pool::ReleaseEmptySpans(Clock::time_point now) {
  for (RunList& list : with_room_) {
    for (Run* run = list.first(); run != nullptr;) {
      Run* const next = run->next;
      if (run->span.free == run->span.blocks) {
        list.Remove(run);
        runs_.Release(run, now);
      }
      run = next;
    }
  }
}

}  // namespace openmatrix
