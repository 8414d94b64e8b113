// Those who wait for memory, in order of arrival, and which of them may take some now.
//
// A waiter has the turn when it joins: nobody who came later takes memory that it lacks. A turn
// ends after a while though the request was not served, because those whom it holds up may be the
// ones who would free something. They may overtake it then, for as long as its turn was; before its
// next turn twice as long, and so on: a request that nobody can serve costs the others less and
// less. Who can wait no longer is let past a few times in each turn, so that a call with a time-out
// of 0 does not fail beside free memory because somebody else wants more than there is.
//
// Not thread-safe: the heap's lock guards it. It reads no clock.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/mutex.h"
#include "memory/side_account.h"
#include "memory/view.h"

namespace openmatrix {

class WaitingLine {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Accounts = std::array<SideAccount, 1 + kMaxDevices>;

  // A waiter, on its thread's stack.
  class Place {
   public:
    Place(View side, std::uint64_t wanted) : view(side), bytes(wanted) {}

    const View view;
    const std::uint64_t bytes;
    bool lacks_room = false;  // room in the pool, which all sides share, not in its side's limit

   private:
    friend class WaitingLine;
    bool HasTurn(Time now);
    Time EndOfTurn() const;  // of the next one, if it has none

    CondVar wake_;
    bool asleep_ = false;
    bool has_turn_ = false;
    Place* ahead_ = nullptr;
    Place* behind_ = nullptr;
    Time began_;                         // the turn, or the last one
    std::chrono::nanoseconds turn_{0};   // how long one lasts
    std::chrono::nanoseconds pause_{0};  // from the end of this one to the next
    std::uint32_t let_past_ = 0;         // in this turn
  };

  // Whether a request may be tried, and when that may have changed without anybody's waking it.
  struct Verdict {
    bool may_try;
    Time look_again;
  };

  static constexpr std::uint32_t kLetPast = 16;  // per turn

  explicit WaitingLine(const Accounts& accounts) : accounts_(accounts) {}

  void Join(Place& place, Time now);
  // Wakes those whom `place` held up.
  void Leave(Place& place, Time now);
  // In a forked child: all who wait are the parent's threads.
  void Forget() { first_ = last_ = nullptr; }

  // A request that stands behind all, or that of `place`. `last_chance`: it cannot wait.
  Verdict Judge(View view, std::uint64_t bytes, bool last_chance, Time now) {
    return Judge(view, bytes, nullptr, last_chance, now);
  }
  Verdict Judge(const Place& place, bool last_chance, Time now) {
    return Judge(place.view, place.bytes, &place, last_chance, now);
  }

  // Sleeps until `until`, or until something was freed that this place may try for. A wake-up
  // promises nothing. REQUIRES: `mutex` is the one that guards the line.
  void Sleep(Place& place, Mutex& mutex, Time until) OPENMATRIX_REQUIRES(mutex);

  // Something was freed.
  void WakeThoseWhoMayTry(Time now);
  void WakeAll();

  // Tests choose one that they cannot outlive.
  void set_turn(std::chrono::nanoseconds turn) { turn_ = turn; }

 private:
  // What those further ahead keep for themselves, as far as they have the turn.
  struct Kept {
    std::array<std::uint64_t, 1 + kMaxDevices> bytes{};  // of each side's limit
    bool room = false;                                   // of the pool
    Place* first = nullptr;

    void Add(Place& place);
    bool LeavesRoomFor(View view, std::uint64_t wanted, const Accounts& accounts) const;
  };

  Verdict Judge(View view, std::uint64_t bytes, const Place* place, bool last_chance, Time now);
  static void Wake(Place& place);

  const Accounts& accounts_;
  std::chrono::nanoseconds turn_ = std::chrono::milliseconds(50);
  Place* first_ = nullptr;
  Place* last_ = nullptr;
};

}  // namespace openmatrix
