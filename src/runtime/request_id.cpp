#include "runtime/request_id.h"

#include <atomic>

namespace openmatrix {
namespace {

// Room for the calls of one worker: twelve days at a million per second, and then the numbers of
// the next worker, which only statistics would notice.
constexpr unsigned kCallBits = 40;

}  // namespace

__thread std::uint64_t t_request_id __attribute__((tls_model("initial-exec")));

RequestIds::RequestIds() {
  static std::atomic<std::uint64_t> workers{0};  // no partner: a number of its own
  last_ = workers.fetch_add(1, std::memory_order_relaxed) << kCallBits;
}

}  // namespace openmatrix
