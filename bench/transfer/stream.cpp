// How many messages per second go one way when the sender never pauses?
//
// The last message is answered, so that all were delivered when the time is taken. Plain, with
// cereal hooks (cereal_stream), and from senders whose message objects free their blocks again
// after they were sent (late_frees), which puts addresses into quarantine.
#include "work.h"

namespace bench {
namespace {

class OneAnswer final : public Near {
 public:
  bool On(const Order&, Sender&) override { return false; }
};

void Run(benchmark::State& state, Style style) {
  const auto messages = static_cast<std::uint64_t>(state.max_iterations);
  Order order = OrderOf(state, style);
  OneAnswer near;
  const std::unique_ptr<Lane> lane = Chosen().Open(near, QueueFor(order.bytes), 0);
  if (lane == nullptr) return Fail(state, "no lane");
  Chosen().StartAudit();
  while (state.KeepRunningBatch(state.max_iterations)) {
    const Stopwatch watch;
    bool well = true;
    for (std::uint64_t i = 1; i < messages && well; ++i) well = lane->Send(order);
    order.kind = Kind::kAnswer;
    if (!well || !lane->Send(order) || !lane->Await()) return Fail(state, "a send failed");
    watch.Stop(state, messages);
  }
  Chosen().FinishAudit(state, messages + 1);
}

}  // namespace

void RegisterStream() {
  benchmark::RegisterBenchmark("stream", Run, Style::kPlain)->Apply(Sizes)->UseManualTime();
}

void RegisterStreamsOfStyles() {
  benchmark::RegisterBenchmark("cereal_stream", Run, Style::kCereal)->Apply(Sizes)->UseManualTime();
  benchmark::RegisterBenchmark("late_frees", Run, Style::kLateFree)->Apply(Sizes)->UseManualTime();
}

}  // namespace bench
