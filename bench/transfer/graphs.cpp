// How many messages per second do 1, 4 and 16 graphs carry together, each with a sender and a
// receiver of its own, on the machine's cores? Peers have as many pairs of queues.
//
// An iteration is one message of 4 KiB in each graph.
#include <atomic>
#include <thread>
#include <vector>

#include "work.h"

namespace bench {
namespace {

// One graph's sender, on a thread of its own.
class Stream final : public Near {
 public:
  bool On(const Order&, Sender&) override { return false; }

  bool Run(Lane& lane, std::uint64_t messages) {
    Order order;
    order.bytes = kSmall;
    for (std::uint64_t i = 1; i < messages; ++i) {
      if (!lane.Send(order)) return false;
    }
    order.kind = Kind::kAnswer;
    return lane.Send(order) && lane.Await();
  }
};

void Run(benchmark::State& state) {
  const auto graphs = static_cast<std::size_t>(state.range(0));
  const auto messages = static_cast<std::uint64_t>(state.max_iterations);
  std::vector<Stream> streams(graphs);
  std::vector<std::unique_ptr<Lane>> lanes;
  for (Stream& stream : streams) {
    const auto number = static_cast<std::uint8_t>(lanes.size());
    lanes.push_back(Chosen().Open(stream, QueueFor(kSmall), number));
    if (lanes.back() == nullptr) return Fail(state, "no lane");
  }
  std::atomic<bool> well{true};
  Chosen().StartAudit();
  while (state.KeepRunningBatch(state.max_iterations)) {
    const Stopwatch watch;
    std::vector<std::thread> senders;
    for (std::size_t i = 0; i < graphs; ++i) {
      senders.emplace_back([&, i] {
        if (!streams[i].Run(*lanes[i], messages)) well = false;
      });
    }
    for (std::thread& sender : senders) sender.join();
    watch.Stop(state, messages * graphs);
  }
  if (!well) return Fail(state, "a send failed");
  Chosen().FinishAudit(state, (messages + 1) * graphs);
}

}  // namespace

void RegisterGraphs() {
  benchmark::RegisterBenchmark("graphs", Run)
      ->ArgName("count")
      ->Arg(1)
      ->Arg(4)
      ->Arg(16)
      ->UseManualTime();
}

}  // namespace bench
