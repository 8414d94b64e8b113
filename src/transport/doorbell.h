// Sleeping until something becomes true, and waking those who sleep: an event count on a futex.
//
// A thread that makes the condition true calls Ring. That costs one load while nobody sleeps,
// and one system call when somebody does and no wake is on its way to him yet. A sleeper spins
// first, for a time that adapts to what spinning brought lately and is bounded by `spin`.
//
// The protocol. `state_` packs {sleepers, wakes under way}; `epoch_` is the word slept on.
//   sleeper: read epoch; sleepers + 1; test the condition; sleep while the epoch is the same;
//            on leaving, in one step: sleepers - 1, and one wake less under way if there is one;
//            test again, because the wake he used up may have meant a later change.
//   ringer:  make the condition true; read the state; if sleepers > wakes: one wake more under
//            way, epoch + 1, wake one.
// The epoch is read BEFORE the sleeper counts himself. So every ring that counted him changes
// the epoch after he read it, and a wake that finds nobody asleep yet still keeps him awake: a
// wake counted as under way always reaches somebody. (Read the other way round, a sleeper could
// sleep on the new epoch with the count saying that he is being woken: lost for ever.)
// REQUIRES: what makes the condition true, and what tests it, are seq_cst operations.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "base/cpu.h"
#include "base/learned_spin.h"
#include "base/stop_token.h"
#include "os/futex.h"

namespace openmatrix {

class Doorbell final : public Waitable {
 public:
  enum class End : std::uint8_t { kDone, kTimedOut, kStopped };

  explicit Doorbell(std::chrono::nanoseconds spin);
  Doorbell(const Doorbell&) = delete;
  Doorbell& operator=(const Doorbell&) = delete;

  // Until `attempt()` says true (it may take something when it does), or `wait` ends it. With
  // a deadline that has passed: one attempt, no clock but one look at it, no sleep.
  template <typename Attempt>
  End Await(const Attempt& attempt, const Wait& wait);

  // Wakes one sleeper if none is being woken already. Call it after each change that lets one
  // more waiter go on.
  void Ring() {
    const std::uint64_t state = state_.load(std::memory_order_seq_cst);  // partner: Enter
    if (Sleepers(state) > Waking(state)) WakeOne(state);
  }

  // Makes every sleeper look again.
  void RingAll();
  void WakeAll() override { RingAll(); }

  bool HasSleepers() const { return state_.load(std::memory_order_seq_cst) != 0; }

 private:
  static constexpr std::uint64_t kSleeper = 1;
  static constexpr std::uint64_t kWaking = 1ull << 32;
  static std::uint32_t Sleepers(std::uint64_t state) { return static_cast<std::uint32_t>(state); }
  static std::uint32_t Waking(std::uint64_t state) {
    return static_cast<std::uint32_t>(state >> 32);
  }
  static bool Expired(const Wait& wait) {
    return wait.deadline.at() != Clock::Never() && NowOf(wait.clock) >= wait.deadline.at();
  }

  std::uint32_t Enter();
  void Leave();
  // Sleeps while `epoch` is the newest. False if the deadline has passed.
  bool Sleep(std::uint32_t epoch, const Wait& wait);
  void WakeOne(std::uint64_t state);
  template <typename Attempt>
  bool Spin(const Attempt& attempt, const Wait& wait, std::chrono::steady_clock::time_point start);

  LearnedSpin spin_;
  alignas(64) std::atomic<std::uint64_t> state_{0};  // partners: Ring reads, Enter and Leave write
  FutexWord epoch_{0};                               // partners: Enter reads, rings advance
};

template <typename Attempt>
bool Doorbell::Spin(const Attempt& attempt, const Wait& wait,
                    std::chrono::steady_clock::time_point start) {
  const LearnedSpin::Time budget = spin_.now();
  if (budget.count() == 0) return false;
  auto end = start + budget;
  if (end > wait.deadline.at()) end = wait.deadline;
  do {
    // A look at the clock costs about as much as eight looks at the condition.
    for (int i = 0; i < 8; ++i) {
      CpuRelax();
      if (attempt()) {
        spin_.Helped(budget);
        return true;
      }
    }
    if (wait.Stopped()) return false;
  } while (std::chrono::steady_clock::now() < end);
  return false;
}

template <typename Attempt>
Doorbell::End Doorbell::Await(const Attempt& attempt, const Wait& wait) {
  if (attempt()) return End::kDone;
  if (wait.Stopped()) return End::kStopped;
  if (Expired(wait)) return End::kTimedOut;
  const auto start = std::chrono::steady_clock::now();
  if (Spin(attempt, wait, start)) return End::kDone;

  const Wait::Registration registration(wait, *this);
  for (;;) {
    const std::uint32_t epoch = Enter();
    if (attempt()) {
      Leave();
      return End::kDone;
    }
    const bool in_time = wait.Stopped() || Sleep(epoch, wait);
    Leave();
    if (wait.Stopped()) {
      Ring();  // the wake that Leave took off the count may have been meant for others
      return End::kStopped;
    }
    if (attempt()) {
      spin_.Slept(std::chrono::steady_clock::now() - start);
      return End::kDone;
    }
    if (!in_time) return End::kTimedOut;
  }
}

}  // namespace openmatrix
