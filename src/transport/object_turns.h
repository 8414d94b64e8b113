// Lets the serialize hooks of one object run one after the other: published hooks null members
// of the object while they archive it and restore them afterwards.
//
// A turn is an entry in a short list, not a held lock: objects share a list, but nobody waits for
// another object. A thread may take further turns inside its own, because a hook may send; the
// one way to a deadlock is two hooks that send each other's very objects.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include "base/mutex.h"

namespace openmatrix {

class ObjectTurns {
 private:
  struct Taken {
    const void* object;
    std::thread::id thread;
    std::uint32_t depth;
  };
  struct alignas(64) Stripe {
    Mutex mutex;
    CondVar ended;
    std::uint32_t waiting OPENMATRIX_GUARDED_BY(mutex) = 0;
    std::vector<Taken> taken OPENMATRIX_GUARDED_BY(mutex);
  };
  static constexpr unsigned kStripeBits = 7;

 public:
  // The calling thread's turn for as long as it lives. Waits while another thread has it.
  class Turn {
   public:
    Turn(ObjectTurns& turns, const void* object);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    Stripe& stripe_;
    const void* object_;
  };

 private:
  Stripe& StripeOf(const void* object) {
    // Objects are at least 16 bytes apart; the multiplier spreads what is left over the stripes.
    const auto address = reinterpret_cast<std::uintptr_t>(object);
    const std::uint64_t mixed = (static_cast<std::uint64_t>(address) >> 4) * 0x9e3779b97f4a7c15ull;
    return stripes_[mixed >> (64 - kStripeBits)];
  }

  std::array<Stripe, std::size_t{1} << kStripeBits> stripes_;
};

}  // namespace openmatrix
