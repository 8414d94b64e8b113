// A wait without a deadline.
#pragma once

#include <chrono>

#include "base/stop_token.h"

namespace openmatrix {

inline Wait Forever(StopToken* stop = nullptr) {
  return Wait{std::chrono::steady_clock::time_point::max(), stop};
}

}  // namespace openmatrix
