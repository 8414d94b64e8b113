// How long does a message take from one thread to another one that waits for nothing else?
//
// A new message and a new block each way. A sample is a round trip; half of it is reported. With
// hooks that do nothing, and (cereal_ping_pong) with hooks as applications write them.
#include "latencies.h"
#include "work.h"

namespace bench {
namespace {

constexpr std::uint64_t kWarmUp = 64;

// Sends the next message when the answer to the last one is there.
class PingPong final : public Near {
 public:
  PingPong(const Order& order, std::uint64_t rounds) : order_(order), left_(kWarmUp + rounds) {
    ends_.reserve(left_ + 1);
  }

  bool On(const Order&, Sender& to_far_end) override {
    ends_.push_back(NowNs());
    if (left_ == 0) return false;
    --left_;
    return to_far_end.Send(order_);
  }

  // Sets the time of the bench: the rounds after those for warming up.
  void Report(benchmark::State& state) const {
    std::vector<std::int64_t> samples;
    samples.reserve(ends_.size());
    for (std::size_t i = kWarmUp + 1; i < ends_.size(); ++i) {
      samples.push_back(ends_[i] - ends_[i - 1]);
    }
    state.SetIterationTime(static_cast<double>(ends_.back() - ends_[kWarmUp]) * 1e-9);
    ReportLatencies(state, std::move(samples), 2);
  }

 private:
  const Order order_;
  std::uint64_t left_;
  std::vector<std::int64_t> ends_;
};

void Run(benchmark::State& state, Style style) {
  const auto rounds = static_cast<std::uint64_t>(state.max_iterations);
  Order order = OrderOf(state, style);
  order.kind = Kind::kAnswer;
  PingPong near(order, rounds);
  const std::unique_ptr<Lane> lane = Chosen().Open(near, QueueFor(order.bytes), 0);
  if (lane == nullptr) return Fail(state, "no lane");
  Chosen().StartAudit();
  while (state.KeepRunningBatch(state.max_iterations)) {
    if (!lane->Send(order) || !lane->Await()) return Fail(state, "a send failed");
    near.Report(state);
  }
  Chosen().FinishAudit(state, 2 * (kWarmUp + rounds + 1));
}

}  // namespace

void RegisterPingPong() {
  benchmark::RegisterBenchmark("ping_pong", Run, Style::kPlain)->Apply(Sizes)->UseManualTime();
}

void RegisterCerealPingPong() {
  benchmark::RegisterBenchmark("cereal_ping_pong", Run, Style::kCereal)
      ->Apply(Sizes)
      ->UseManualTime();
}

}  // namespace bench
