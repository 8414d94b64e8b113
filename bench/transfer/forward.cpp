// What does it cost to send on what was received? Host, device 0, device 1, host: one message at a
// time, and one payload that each engine sends on as it came.
//
// The first hop shares; the others copy, because the block is received memory that its receiver may
// still read. The time is of the whole way, p50_s too.
#include "latencies.h"
#include "matrix_candidate.h"
#include "work.h"

namespace bench {
namespace {

constexpr std::uint64_t kCopies = 2;

class Laps final : public Near {
 public:
  Laps(const Order& order, std::uint64_t laps) : order_(order), left_(laps) {
    samples.reserve(laps);
  }

  bool On(const Order&, Sender& to_far_end) override {
    const std::int64_t now = NowNs();
    if (started_ != 0) samples.push_back(now - started_);
    if (left_ == 0) return false;
    --left_;
    started_ = NowNs();
    return to_far_end.Send(order_);
  }

  std::vector<std::int64_t> samples;

 private:
  const Order order_;
  std::uint64_t left_;
  std::int64_t started_ = 0;
};

void Run(benchmark::State& state) {
  const auto laps = static_cast<std::uint64_t>(state.max_iterations);
  const Order order = OrderOf(state, Style::kPlain);
  Laps near(order, laps);
  const std::unique_ptr<Lane> lane = OpenForwardingLane(near, QueueFor(order.bytes), 0);
  if (lane == nullptr) return Fail(state, "no lane");
  const CopyAudit audit;
  while (state.KeepRunningBatch(state.max_iterations)) {
    const Stopwatch watch;
    if (!lane->Send(order) || !lane->Await()) return Fail(state, "a send failed");
    watch.Stop(state, laps + 1);
  }
  audit.Finish(state, laps + 1, kCopies * (laps + 1));
  state.counters["copies_per_message"] = state.counters["copies"] / static_cast<double>(laps + 1);
  ReportLatencies(state, std::move(near.samples), 1);
}

}  // namespace

void RegisterForward() {
  benchmark::RegisterBenchmark("forward3", Run)->Apply(Sizes)->UseManualTime();
}

}  // namespace bench
