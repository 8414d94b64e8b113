#include "transport/doorbell.h"

#include <climits>
#include <thread>

namespace openmatrix {
namespace {

constexpr std::int64_t kSoon = 4;  // times the longest spin

}  // namespace

Doorbell::Doorbell(std::chrono::nanoseconds spin)
    : most_spin_(spin.count() > 0 ? spin.count() : 0), spin_(most_spin_) {}

std::uint32_t Doorbell::Enter() {
  const std::uint32_t epoch = epoch_.load(std::memory_order_seq_cst);
  state_.fetch_add(kSleeper, std::memory_order_seq_cst);
  return epoch;
}

void Doorbell::Leave() {
  std::uint64_t state = state_.load(std::memory_order_relaxed);
  std::uint64_t left;
  do {
    left = state - kSleeper;
    if (Waking(state) > 0) left -= kWaking;
  } while (!state_.compare_exchange_weak(state, left, std::memory_order_seq_cst));
}

bool Doorbell::Sleep(std::uint32_t epoch, const Wait& wait) {
  if (wait.clock == nullptr) return FutexWait(epoch_, epoch, wait.deadline);
  // The kernel does not know this clock. Setting it rings all, so the epoch is older then.
  if (!Expired(wait)) FutexWait(epoch_, epoch, Clock::Never());
  return !Expired(wait);
}

void Doorbell::WakeOne(std::uint64_t state) {
  while (!state_.compare_exchange_weak(state, state + kWaking, std::memory_order_seq_cst)) {
    if (Sleepers(state) <= Waking(state)) return;
  }
  epoch_.fetch_add(1, std::memory_order_seq_cst);
  FutexWake(epoch_, 1);
}

void Doorbell::RingAll() {
  epoch_.fetch_add(1, std::memory_order_seq_cst);
  FutexWake(epoch_, INT_MAX);
}

// Not by whether the spin was in vain: two who wake one another would never spin again, because
// each takes longer than a spin to wake.
std::int64_t NextSpin(std::int64_t most, std::int64_t last, std::int64_t waited) {
  if (waited < kSoon * most) return most;
  return last > most / 8 ? last / 2 : 0;
}

std::chrono::nanoseconds UsefulSpin(std::chrono::nanoseconds wanted) {
  return std::thread::hardware_concurrency() == 1 ? std::chrono::nanoseconds(0) : wanted;
}

}  // namespace openmatrix
