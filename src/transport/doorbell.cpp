#include "transport/doorbell.h"

#include <climits>

namespace openmatrix {

Doorbell::Doorbell(std::chrono::nanoseconds spin) : spin_(spin) {}

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

}  // namespace openmatrix
