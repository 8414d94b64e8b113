// Lets the serialize hooks of one object run one after the other: published hooks null members
// of the object while they archive it and restore them afterwards.
//
// The only lock that is held while user code runs. It is recursive, because a hook may send;
// objects share a stripe now and then, which costs waiting, never correctness.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace openmatrix {

class ObjectTurns {
 public:
  std::recursive_mutex& For(const void* object) {
    // Objects are at least 16 bytes apart; the multiplier spreads what is left over the stripes.
    const auto address = reinterpret_cast<std::uintptr_t>(object);
    const std::uint64_t mixed = (static_cast<std::uint64_t>(address) >> 4) * 0x9e3779b97f4a7c15ull;
    return stripes_[mixed >> (64 - kStripeBits)].mutex;
  }

 private:
  static constexpr unsigned kStripeBits = 7;
  struct alignas(64) Stripe {
    std::recursive_mutex mutex;
  };
  std::array<Stripe, std::size_t{1} << kStripeBits> stripes_;
};

}  // namespace openmatrix
