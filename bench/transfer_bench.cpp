// What does it cost to send a payload across sides, and does that depend on its size?
//
// SendData with almost empty hooks, as a stream and as a round trip, 4 KiB .. 256 MiB - 96, next
// to a copy of the payload and to a queue with a mutex between two threads. Fails, with status 1,
// when the library says that it copied a payload. See README.md for what is not timed.
#include <benchmark/benchmark.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <chrono>
#include <cinttypes>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <queue>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "hiaiengine/api.h"
#include "openmatrix/stats.h"
#include "proto/graph_config.pb.h"
#include "transfer_message.h"

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint32_t kGraph = 1;
constexpr std::uint32_t kHostEngine = 2;
constexpr std::uint32_t kDeviceEngine = 3;
constexpr std::uint32_t kShortQueueEngine = 4;  // the same with a queue of 2
constexpr std::uint32_t kForever = 60'000;      // milliseconds
constexpr char kConfig[] =
    "graphs { graph_id: 1 device_id: '0'"
    "  engines { id: 2 engine_name: 'BenchHost' side: HOST thread_num: 1 }"
    "  engines { id: 3 engine_name: 'BenchDevice' side: DEVICE thread_num: 1"
    "            so_name: '" OPENMATRIX_BENCH_DEVICE
    "' }"
    "  engines { id: 4 engine_name: 'BenchDevice' side: DEVICE thread_num: 1 queue_size: 2"
    "            so_name: '" OPENMATRIX_BENCH_DEVICE
    "' }"
    "  connects { src_engine_id: 2 target_engine_id: 3 }"
    "  connects { src_engine_id: 3 target_engine_id: 2 }"
    "  connects { src_engine_id: 4 target_engine_id: 2 }"
    "}";

bool failed = false;

void Fail(benchmark::State& state, const char* why) {
  state.SkipWithError(why);
  failed = true;
}

// -- what crosses ------------------------------------------------------------------------------

OpenmatrixMemoryStats ReadStats() {
  OpenmatrixMemoryStats stats = {};
  stats.size = sizeof stats;
  stats.version = OPENMATRIX_MEMORY_STATS_VERSION;
  if (openmatrix_get_memory_stats(&stats) != 0) std::abort();
  return stats;
}

// Checks, at the end of a bench, that each of `hops` payloads crossed without a copy.
class CopyCheck {
 public:
  void Finish(benchmark::State& state, std::uint64_t hops) const {
    const OpenmatrixMemoryStats now = ReadStats();
    std::uint64_t copies = 0;
    for (std::size_t reason = 0; reason < OPENMATRIX_COPY_ROOM; ++reason) {
      const std::uint64_t count = now.copies[reason] - before_.copies[reason];
      if (count == 0) continue;
      std::fprintf(stderr, "transfer_bench: %" PRIu64 " copies for reason %zu of stats.h\n", count,
                   reason);
      copies += count;
    }
    state.counters["copies"] = static_cast<double>(copies);
    if (copies != 0) Fail(state, "a first hop was copied");
    if (now.shared_sends - before_.shared_sends != hops) {
      Fail(state, "the library counted another number of hops than were made");
    }
  }

 private:
  const OpenmatrixMemoryStats before_ = ReadStats();
};

// -- the host engine ---------------------------------------------------------------------------

// Rounds that the host engine still has to play, and when each ended. The worker owns it from the
// first message until `done`; then main does.
struct Game {
  std::mutex mutex;
  std::condition_variable changed;
  bool done = true;
  bool broken = false;
  std::uint64_t left = 0;
  std::uint32_t bytes = 0;
  std::vector<Clock::time_point> ends;

  void Begin(std::uint64_t rounds, std::uint32_t size) {
    done = false;
    broken = false;
    left = rounds;
    bytes = size;
    ends.clear();
    ends.reserve(rounds + 1);
  }
  void End(bool well) {
    {
      const std::lock_guard<std::mutex> lock(mutex);
      done = true;
      broken = !well;
    }
    changed.notify_all();
  }
  bool Await() {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [this] { return done; });
    return !broken;
  }
};
Game game;

class BenchHost : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("BenchHost", BenchHost, 1) {
  arg0.reset();  // its block goes back first, as it would in an application's next step
  game.ends.push_back(Clock::now());
  if (game.left == 0) {
    game.End(true);
    return HIAI_OK;
  }
  --game.left;
  const std::shared_ptr<Parcel> parcel = MakeParcel(game.bytes, true);
  if (parcel == nullptr || SendData(0, kParcel, parcel, kForever) != HIAI_OK) game.End(false);
  return HIAI_OK;
}

hiai::Graph& TheGraph() {
  static const std::shared_ptr<hiai::Graph> graph = hiai::Graph::GetInstance(kGraph);
  return *graph;
}

bool SendToDevice(std::uint32_t engine, std::uint32_t bytes, bool reply_wanted) {
  const std::shared_ptr<Parcel> parcel = MakeParcel(bytes, reply_wanted);
  return parcel != nullptr &&
         TheGraph().SendData({kGraph, engine, 0}, kParcel, parcel, kForever) == HIAI_OK;
}

// -- SendData ----------------------------------------------------------------------------------

double Seconds(Clock::duration time) { return std::chrono::duration<double>(time).count(); }

void ReportLatencies(benchmark::State& state, const std::vector<Clock::time_point>& ends) {
  std::vector<double> hops;  // half of each round trip
  for (std::size_t i = 1; i < ends.size(); ++i) hops.push_back(Seconds(ends[i] - ends[i - 1]) / 2);
  if (hops.empty()) return;
  std::sort(hops.begin(), hops.end());
  state.counters["p50_s"] = hops[hops.size() / 2];
  state.counters["p99_s"] = hops[hops.size() * 99 / 100];
}

// An iteration is one round trip: two messages, two payloads.
void SendDataPingPong(benchmark::State& state) {
  const auto bytes = static_cast<std::uint32_t>(state.range(0));
  const auto rounds = static_cast<std::uint64_t>(state.max_iterations);
  const CopyCheck copies;
  game.Begin(rounds, bytes);
  while (state.KeepRunningBatch(state.max_iterations)) {
    // The host engine starts at a message of its own side, which crosses nothing.
    if (TheGraph().SendData({kGraph, kHostEngine, 0}, kParcel, std::make_shared<Parcel>()) !=
        HIAI_OK) {
      game.End(false);
    }
    if (!game.Await()) {
      Fail(state, "SendData failed");
      return;
    }
    state.SetIterationTime(Seconds(game.ends.back() - game.ends.front()));
  }
  copies.Finish(state, 2 * rounds);
  ReportLatencies(state, game.ends);
}

// An iteration is one message; the last one is answered, so that all of them were delivered when
// the time is taken.
template <std::uint32_t engine>
void SendDataStream(benchmark::State& state) {
  const auto bytes = static_cast<std::uint32_t>(state.range(0));
  const auto messages = static_cast<std::uint64_t>(state.max_iterations);
  const CopyCheck copies;
  game.Begin(0, bytes);
  while (state.KeepRunningBatch(state.max_iterations)) {
    const Clock::time_point start = Clock::now();
    for (std::uint64_t i = 1; i <= messages; ++i) {
      if (!SendToDevice(engine, bytes, i == messages)) {
        Fail(state, "SendData failed");
        return;
      }
    }
    game.Await();
    state.SetIterationTime(Seconds(Clock::now() - start));
  }
  copies.Finish(state, messages + 1);
}

// -- the floors --------------------------------------------------------------------------------

void Memcpy(benchmark::State& state) {
  const auto bytes = static_cast<std::size_t>(state.range(0));
  const std::vector<std::uint8_t> from(bytes, 1);
  std::vector<std::uint8_t> to(bytes, 2);
  for (auto _ : state) {
    std::memcpy(to.data(), from.data(), bytes);
    benchmark::ClobberMemory();
  }
}

// std::queue, bounded as a port of an engine is.
class MutexQueue {
 public:
  void Push(std::shared_ptr<Parcel> parcel) {
    {
      std::unique_lock<std::mutex> lock(mutex_);
      not_full_.wait(lock, [this] { return queue_.size() < 200; });
      queue_.push(std::move(parcel));
    }
    not_empty_.notify_one();
  }
  std::shared_ptr<Parcel> Pop() {
    std::shared_ptr<Parcel> parcel;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      not_empty_.wait(lock, [this] { return !queue_.empty(); });
      parcel = std::move(queue_.front());
      queue_.pop();
    }
    not_full_.notify_one();
    return parcel;
  }

 private:
  std::mutex mutex_;
  std::condition_variable not_full_;
  std::condition_variable not_empty_;
  std::queue<std::shared_ptr<Parcel>> queue_;
};

// The queue carries pointers only, without hooks, sides or a payload: what it hands over could be
// of any size.
void MutexQueuePingPong(benchmark::State& state) {
  MutexQueue there;
  MutexQueue back;
  std::thread partner([&] {
    while (std::shared_ptr<Parcel> parcel = there.Pop()) back.Push(std::make_shared<Parcel>());
  });
  std::vector<Clock::time_point> ends{Clock::now()};
  for (auto _ : state) {
    there.Push(std::make_shared<Parcel>());
    back.Pop();
    ends.push_back(Clock::now());
  }
  there.Push(nullptr);
  partner.join();
  ReportLatencies(state, ends);
}

void MutexQueueStream(benchmark::State& state) {
  MutexQueue there;
  std::thread partner([&] {
    while (there.Pop() != nullptr) {
    }
  });
  for (auto _ : state) there.Push(std::make_shared<Parcel>());
  there.Push(nullptr);
  partner.join();
}

void Sizes(benchmark::internal::Benchmark* bench) {
  for (const int shift : {12, 16, 20, 24}) bench->Arg(std::int64_t{1} << shift);
  bench->Arg((std::int64_t{1} << 28) - 96);
  bench->ArgName("bytes");
}

bool MakeGraph() {
  hiai::GraphConfigList config;
  return google::protobuf::TextFormat::ParseFromString(kConfig, &config) &&
         HIAI_Init(0) == HIAI_OK && hiai::Graph::CreateGraph(config) == HIAI_OK;
}

}  // namespace

BENCHMARK(SendDataPingPong)->Name("sendData/pingPong")->Apply(Sizes)->UseManualTime();
// 200 payloads above 8 MiB, and those in quarantine, would not fit into the 4 GiB that a device
// sees.
BENCHMARK_TEMPLATE(SendDataStream, kDeviceEngine)
    ->Name("sendData/stream")
    ->ArgName("bytes")
    ->Arg(1 << 12)
    ->Arg(1 << 16)
    ->Arg(1 << 20)
    ->UseManualTime();
BENCHMARK_TEMPLATE(SendDataStream, kShortQueueEngine)
    ->Name("sendData/streamQueueOf2")
    ->Apply(Sizes)
    ->UseManualTime();
BENCHMARK(Memcpy)->Name("memcpy")->Apply(Sizes)->UseRealTime();
BENCHMARK(MutexQueuePingPong)->Name("mutexQueue/pingPong")->UseRealTime();
BENCHMARK(MutexQueueStream)->Name("mutexQueue/stream")->UseRealTime();

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  if (!MakeGraph()) {
    std::fprintf(stderr, "transfer_bench: no graph\n");
    return 1;
  }
  benchmark::RunSpecifiedBenchmarks();
  hiai::Graph::DestroyGraph(kGraph);
  benchmark::Shutdown();
  return failed ? 1 : 0;
}
