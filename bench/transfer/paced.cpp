// How long does a message take to a receiver that has been idle, 5000 times a second, and how much
// CPU is that?
//
// The sender sleeps until each message's time (absolute deadlines), so CPU is all that the process
// uses, the sender's wake-ups included: the same for all. Whether the receiver is asleep is up to
// the candidate.
#include <sys/prctl.h>
#include <time.h>

#include "latencies.h"
#include "work.h"

namespace bench {
namespace {

constexpr std::int64_t kPeriodNs = 200'000;

class Delays final : public Near {
 public:
  bool On(const Order& order, Sender&) override {
    if (order.kind == Kind::kLast) return false;
    samples.push_back(order.value);
    return true;
  }
  std::vector<std::int64_t> samples;
};

void SleepUntil(std::int64_t ns) {
  timespec until;
  until.tv_sec = static_cast<time_t>(ns / 1'000'000'000);
  until.tv_nsec = static_cast<long>(ns % 1'000'000'000);
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) != 0) {
  }
}

// Sends at each period's end; one that is late by more than a period is not made up for, because
// its receiver would not have been idle.
bool Pace(Lane& lane, Order order, std::uint64_t messages) {
  std::int64_t next = NowNs();
  for (std::uint64_t i = 0; i < messages; ++i) {
    next = std::max(next + kPeriodNs, NowNs());
    SleepUntil(next);
    order.value = NowNs();
    if (!lane.Send(order)) return false;
  }
  return true;
}

void Run(benchmark::State& state) {
  const auto messages = static_cast<std::uint64_t>(state.max_iterations);
  Order order = OrderOf(state, Style::kPlain);
  Delays near;
  near.samples.reserve(messages);
  const std::unique_ptr<Lane> lane = Chosen().Open(near, QueueFor(order.bytes), 0);
  if (lane == nullptr) return Fail(state, "no lane");
  prctl(PR_SET_TIMERSLACK, 1UL);  // the default adds 50 us to a sleep
  Chosen().StartAudit();
  while (state.KeepRunningBatch(state.max_iterations)) {
    const Stopwatch watch;
    order.kind = Kind::kStamp;
    if (!Pace(*lane, order, messages)) return Fail(state, "a send failed");
    watch.Stop(state, messages);
    order.kind = Kind::kReport;
    if (!lane->Send(order) || !lane->Await()) return Fail(state, "a send failed");
  }
  Chosen().FinishAudit(state, messages);
  prctl(PR_SET_TIMERSLACK, 0UL);
  state.counters.erase("messages_per_s");  // it is what was asked for
  ReportLatencies(state, std::move(near.samples), 1);
}

}  // namespace

void RegisterPaced() { benchmark::RegisterBenchmark("paced", Run)->Apply(Sizes)->UseManualTime(); }

}  // namespace bench
