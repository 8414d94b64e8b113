// The stream the other way round: from a device's engine to the host's.
#include "work.h"

namespace bench {
namespace {

class Count final : public Near {
 public:
  explicit Count(std::uint64_t messages) : left_(messages) {}
  bool On(const Order&, Sender&) override { return --left_ != 0; }

 private:
  std::uint64_t left_;
};

void Run(benchmark::State& state) {
  const auto messages = static_cast<std::uint64_t>(state.max_iterations);
  Order order = OrderOf(state, Style::kPlain);
  order.kind = Kind::kBurst;
  order.value = static_cast<std::int64_t>(messages);
  Count near(messages);
  const std::unique_ptr<Lane> lane = Chosen().Open(near, QueueFor(order.bytes), 0);
  if (lane == nullptr) return Fail(state, "no lane");
  Chosen().StartAudit();
  while (state.KeepRunningBatch(state.max_iterations)) {
    const Stopwatch watch;
    if (!lane->Send(order) || !lane->Await()) return Fail(state, "a send failed");
    watch.Stop(state, messages);
  }
  Chosen().FinishAudit(state, messages);
}

}  // namespace

void RegisterStreamToHost() {
  benchmark::RegisterBenchmark("stream_d2h", Run)->Apply(Sizes)->UseManualTime();
}

}  // namespace bench
