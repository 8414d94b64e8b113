// SendData as applications call it: a full queue only means that the receiver is busy.
#pragma once

#include <chrono>
#include <thread>

#include "hiaiengine/status.h"

// Calls `send` until it answers anything but HIAI_QUEUE_FULL. Ends for sure: when the graph is
// destroyed the answer is another one.
template <typename Send>
HIAI_StatusT RetryWhileFull(Send send) {
  HIAI_StatusT status = send();
  while (status == HIAI_QUEUE_FULL) {
    std::this_thread::sleep_for(std::chrono::microseconds(200));
    status = send();
  }
  return status;
}
