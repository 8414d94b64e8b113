// Lets the serialize hooks of one object run one after the other: published hooks null members
// of the object while they archive it and restore them afterwards.
//
// A turn is an entry, not a held lock: objects share a place, but nobody waits for another object.
// A thread may take further turns inside its own, because a hook may send; the one way to a
// deadlock is two hooks that send each other's very objects.
//
// Any thread. Taking a turn costs one compare-and-swap, giving it back another, as long as no
// other object of the same place, and no other thread, is under way.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/mutex.h"
#include "os/fork_guard.h"

namespace openmatrix {

class ObjectTurns {
 public:
  class Turn;

 private:
  // `word` holds the key of the object whose turn was taken without the lock, if any. Once kWatched
  // is set turns come and go under the lock only, until neither entry nor waiter is left.
  struct alignas(64) Stripe {
    std::atomic<std::uint64_t> word{0};  // partner: whoever takes or gives back a turn here
    Mutex mutex;
    CondVar ended;
    std::uint32_t waiting OPENMATRIX_GUARDED_BY(mutex) = 0;
    Turn* taken OPENMATRIX_GUARDED_BY(mutex) = nullptr;  // those of kListed, linked by next_
  };
  static constexpr std::uint64_t kWatched = 1;
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
    enum class Kind : std::uint8_t { kInner, kInWord, kListed };

    void TakeWithLock();
    void GiveBackWithLock();

    Stripe& stripe_;
    const void* const object_;
    Turn* outer_;  // the turn that this thread took before
    Kind kind_ = Kind::kInWord;
    const ForkWitness witness_;  // a hook may fork, and then the lock is the parent's
    Turn* next_ = nullptr;       // of another thread: under the stripe's lock
  };

 private:
  // Not zero, the watched bit is free, and no two addresses have the same.
  static std::uint64_t KeyOf(const void* object) {
    return std::uint64_t{reinterpret_cast<std::uintptr_t>(object)} << 1;
  }
  Stripe& StripeOf(const void* object) {
    // Objects are at least 16 bytes apart; the multiplier spreads what is left over the stripes.
    const std::uint64_t mixed = (KeyOf(object) >> 5) * 0x9e3779b97f4a7c15ull;
    return stripes_[mixed >> (64 - kStripeBits)];
  }

  std::array<Stripe, std::size_t{1} << kStripeBits> stripes_;
};

}  // namespace openmatrix
