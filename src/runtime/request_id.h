// The number of the call of Process that a worker is in: what Engine::GetReqId answers.
//
// Each call has its own, over all engines and graphs. Costs one thread-local store per call.
#pragma once

#include <cstdint>

namespace openmatrix {

// 0 outside Process. initial-exec: one instruction.
extern __thread std::uint64_t t_request_id __attribute__((tls_model("initial-exec")));

// The numbers of one worker thread.
class RequestIds {
 public:
  RequestIds();

  std::uint64_t Next() { return ++last_; }

 private:
  std::uint64_t last_;
};

}  // namespace openmatrix
