// Waiting for what another thread is just doing, a few instructions away, and nobody will announce.
//
// It gives way first, which costs least when the other one needs this processor. But who has a
// real-time priority gives way to his equals only: he has to sleep, or a lower thread that was
// interrupted here would never come to its end. Keeps errno; no cancellation point.
#pragma once

#include <chrono>
#include <cstdint>

namespace openmatrix {

class Backoff {
 public:
  static constexpr std::uint32_t kYields = 32;

  // One more look was in vain.
  void Pause();

 private:
  std::uint32_t yields_ = 0;
  std::chrono::microseconds nap_{50};  // doubles up to a millisecond
};

}  // namespace openmatrix
