// Frames through real graphs on the public interface: many of them, and graphs that are destroyed
// while frames are under way.
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <thread>
#include <vector>

#include "frame.h"
#include "openmatrix/stats.h"
#include "stress.h"

namespace {

constexpr std::uint64_t kMiB = 1u << 20;

// Before anything reads the options: limits of 32 MiB a side.
const bool g_limited = setenv("OPENMATRIX_HOST_MEMORY", "32M", 1) == 0 &&
                       setenv("OPENMATRIX_DEVICE_MEMORY", "32M", 1) == 0;

std::atomic<std::uint32_t> g_received{0};
std::atomic<std::uint32_t> g_wrong{0};

class StressSink : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};
HIAI_IMPL_ENGINE_PROCESS("StressSink", StressSink, 1) {
  const auto frame = std::static_pointer_cast<Frame>(arg0);
  if (frame->number == 0 || !Painted(*frame)) ++g_wrong;
  ++g_received;
  return HIAI_OK;
}

OpenmatrixMemoryStats Stats() {
  OpenmatrixMemoryStats stats;
  std::memset(&stats, 0, sizeof stats);
  stats.size = sizeof stats;
  stats.version = OPENMATRIX_MEMORY_STATS_VERSION;
  EXPECT_EQ(openmatrix_get_memory_stats(&stats), 0);
  return stats;
}

std::uint64_t SharedKiB() {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.compare(0, 9, "RssShmem:") == 0) return std::stoull(line.substr(9));
  }
  return 0;
}

HIAI_StatusT Create() {
  const std::string path = testing::TempDir() + "stress_" + std::to_string(getpid()) + ".config";
  std::ofstream(path) << "graphs { graph_id: 1 "
                         "engines { id: 1 engine_name: \"StressEcho\" side: DEVICE queue_size: 8 "
                         "thread_num: 2 so_name: \"" OPENMATRIX_TEST_STRESS_DEVICE
                         "\" } "
                         "engines { id: 2 engine_name: \"StressSink\" side: HOST queue_size: 8 } "
                         "connects { src_engine_id: 1 target_engine_id: 2 } }";
  const HIAI_StatusT status = hiai::Graph::CreateGraph(path);
  std::remove(path.c_str());
  return status;
}

template <typename Condition>
void Await(const Condition& condition) {
  while (!condition()) std::this_thread::yield();
}

void ExpectNothingLive() {
  Await([] { return Stats().views[0].live_blocks + Stats().views[1].live_blocks == 0; });
}

TEST(GraphStress, TwentyThousandFramesWithDFreeDeletersStayWithinTheirLimits) {
  ASSERT_TRUE(g_limited);
  ASSERT_EQ(Create(), HIAI_OK);
  ASSERT_EQ(Stats().views[0].limit_bytes, 32 * kMiB);
  const std::uint32_t before = g_received;
  const std::uint64_t shared_before = Stats().shared_sends;
  const auto frames = static_cast<std::uint32_t>(openmatrix::Steps(20000));
  const auto graph = hiai::Graph::GetInstance(1);
  std::uint64_t most_kib = 0;
  for (std::uint32_t number = 1; number <= frames; ++number) {
    ASSERT_EQ(graph->SendData({1, 1, 0}, "stress.Frame", MakeFrame(number), kPatience), HIAI_OK);
    if (number % 500 == 0) most_kib = std::max(most_kib, SharedKiB());
  }
  Await([&] { return g_received - before == frames; });

  // Two limits of 32 MiB, each page shown by two views, and some room for what decays later.
  EXPECT_LE(most_kib, 2 * 2 * 32 * 1024 + 32 * 1024);
  EXPECT_EQ(g_wrong, 0u);
  const OpenmatrixMemoryStats stats = Stats();
  EXPECT_EQ(stats.shared_sends - shared_before, 2ull * frames) << "not one was copied";
  EXPECT_LE(stats.views[0].peak_bytes, 32 * kMiB);
  ExpectNothingLive();
  EXPECT_EQ(hiai::Graph::DestroyGraph(1), HIAI_OK);
}

TEST(GraphStress, GraphsDestroyedWithFramesUnderWayLoseNoMemory) {
  for (int round = 0; round < openmatrix::Steps(30); ++round) {
    ASSERT_EQ(Create(), HIAI_OK) << "round " << round;
    const auto graph = hiai::Graph::GetInstance(1);
    std::vector<std::thread> senders;
    for (int id = 0; id < 2; ++id) {
      senders.emplace_back([&] {
        for (std::uint32_t number = 1;; ++number) {
          const auto frame = MakeFrame(number);
          if (frame == nullptr) continue;
          if (graph->SendData({1, 1, 0}, "stress.Frame", frame, kPatience) != HIAI_OK) return;
        }
      });
    }
    const std::uint32_t before = g_received;
    Await([&] { return g_received - before >= 20; });

    EXPECT_EQ(hiai::Graph::DestroyGraph(1), HIAI_OK) << "round " << round;

    for (std::thread& sender : senders) sender.join();
    ExpectNothingLive();
  }
  EXPECT_EQ(g_wrong, 0u);
}

}  // namespace
