// Large blocks on their way from threads that only free to threads that only allocate: a few of
// them, without the heap's lock. They are free and charged to nobody, as those in the pool are, but
// warm.
//
// Any thread may call anything at any time. Place i takes blocks of at most kBytes / (i + 1), so
// all places together hold less than three times kBytes.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>

#include "memory/size_class.h"

namespace openmatrix {

class Handover {
 public:
  static constexpr std::uint32_t kPlaces = 8;
  static constexpr std::uint32_t kBytes = 64u << 20;

  // A block's place in the pool and its size class; class 0: none.
  struct Entry {
    std::uint32_t grain;
    std::uint32_t size_class;
  };

  // True if the block is here now; `displaced` is then the caller's: a block of another size that
  // nobody asked for, if all places were taken. False if the block is too large, or the places for
  // its size have such blocks.
  bool TryPut(Entry block, Entry& displaced) noexcept {
    const std::uint32_t places = std::min(kBytes / ClassBytes(block.size_class), kPlaces);
    displaced = {};
    for (std::uint32_t place = 0; place < places; ++place) {
      std::uint64_t seen = places_[place].load(std::memory_order_relaxed);
      if (seen == 0 && Swap(places_[place], seen, block)) return true;
    }
    for (std::uint32_t place = 0; place < places; ++place) {
      std::uint64_t seen = places_[place].load(std::memory_order_relaxed);
      if (Unpack(seen).size_class != block.size_class && Swap(places_[place], seen, block)) {
        displaced = Unpack(seen);
        return true;
      }
    }
    return false;
  }

  // A guess: others put and take meanwhile.
  bool MayHave(std::uint32_t size_class) const noexcept {
    return std::any_of(places_.begin(), places_.end(), [&](const Place& place) {
      return Unpack(place.load(std::memory_order_relaxed)).size_class == size_class;
    });
  }

  bool TryTake(std::uint32_t size_class, std::uint32_t& grain) noexcept {
    Entry block;
    if (!TryTakeIf([&](Entry found) { return found.size_class == size_class; }, block))
      return false;
    grain = block.grain;
    return true;
  }
  bool TryTakeAny(Entry& block) noexcept {
    return TryTakeIf([](Entry) { return true; }, block);
  }

 private:
  using Place = std::atomic<std::uint64_t>;  // size class and grain; 0: empty

  static constexpr std::uint64_t Pack(Entry block) {
    return std::uint64_t{block.size_class} << 32 | block.grain;
  }
  static constexpr Entry Unpack(std::uint64_t packed) {
    return {static_cast<std::uint32_t>(packed), static_cast<std::uint32_t>(packed >> 32)};
  }
  static bool Swap(Place& place, std::uint64_t& seen, Entry block) {
    return place.compare_exchange_strong(seen, Pack(block), std::memory_order_seq_cst,
                                         std::memory_order_relaxed);
  }
  template <typename Wanted>
  bool TryTakeIf(const Wanted& wanted, Entry& block) noexcept {
    for (Place& place : places_) {
      // Who waits counts himself and then looks here; who puts looks for waiters afterwards.
      std::uint64_t seen = place.load(std::memory_order_seq_cst);
      if (seen == 0 || !wanted(Unpack(seen))) continue;
      block = Unpack(seen);
      if (Swap(place, seen, {0, 0})) return true;
    }
    return false;
  }

  alignas(128) std::array<Place, kPlaces> places_{};  // partner: Heap::Impl::waiters
};

}  // namespace openmatrix
