// How many video frames per second go from one thread to another, which frees them?
//
// NV12 frames of 1920x1080 and 3840x2160, 16 at most in flight, the same ring for all candidates.
// The CPU of both threads is counted too, and both spin at the ring: compare it between candidates.
#include <thread>

#include "../spsc_ring.h"
#include "work.h"

namespace bench {
namespace {

constexpr std::int64_t kFullHd = 1920 * 1080 * 3 / 2;
constexpr std::int64_t kUltraHd = 3840 * 2160 * 3 / 2;
constexpr std::int64_t kSmall = 4096;
constexpr std::size_t kInFlight = 16;

void Frames(benchmark::State& state) {
  const std::size_t bytes = BytesOf(state);
  const int touch = TouchOf(state);
  SpscRing<void*> ring(kInFlight);
  std::thread consumer([&] {
    while (void* block = ring.Pop()) Give(block, bytes);
  });
  for (std::size_t i = 0; i < 2 * kInFlight; ++i) ring.Push(TakeUsed(bytes, touch));
  const double before = CpuSeconds();
  for (auto _ : state) ring.Push(TakeUsed(bytes, touch));
  const double cpu = CpuSeconds() - before;
  ring.Push(nullptr);
  consumer.join();
  const auto frames = static_cast<double>(state.iterations());
  state.counters["frames_per_s"] = benchmark::Counter(frames, benchmark::Counter::kIsRate);
  state.counters["cpu_s_per_frame"] = cpu / frames;
}

BENCHMARK(Frames)
    ->Name("frames")
    ->ArgNames({"bytes", "touch"})
    ->ArgsProduct({{kSmall, kFullHd, kUltraHd}, {kNone, kPages, kAll}})
    ->UseRealTime();

}  // namespace
}  // namespace bench
