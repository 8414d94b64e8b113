#include "storm.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

namespace storm {
namespace {

// Before any registration lets the library read its options. Hooks that throw are no news here.
__attribute__((constructor(101))) void SetEnvironment() {
  setenv("OPENMATRIX_HOST_MEMORY", "24M", 1);
  setenv("OPENMATRIX_DEVICE_MEMORY", "16M", 1);
  setenv("OPENMATRIX_DECAY_MS", "20", 1);
  setenv("OPENMATRIX_LOG", "fatal", 1);
}

std::uint64_t ChooseSeed() {
  const char* const chosen = std::getenv("OPENMATRIX_TEST_SEED");
  return chosen != nullptr ? std::strtoull(chosen, nullptr, 10) : std::random_device{}();
}

// The word that belongs at `at`, a multiple of 8.
std::uint64_t WordAt(std::uint64_t tag, std::uint32_t at) {
  return (tag + at) * 0x9E3779B97F4A7C15ull;
}

template <typename Place>
void EachPlace(std::uint32_t bytes, std::uint32_t step, const Place& place) {
  for (std::uint32_t at = 0; at + 8 <= bytes; at += step) place(at, 8u);
  const std::uint32_t rest = bytes % 8;
  if (rest != 0) place(bytes - rest, rest);
}

bool Matches(const std::uint8_t* block, std::uint32_t bytes, std::uint64_t tag,
             std::uint32_t step) {
  bool good = true;
  EachPlace(bytes, step, [&](std::uint32_t at, std::uint32_t length) {
    const std::uint64_t word = WordAt(tag, at);
    good = good && std::memcmp(block + at, &word, length) == 0;
  });
  return good;
}

}  // namespace

std::uint32_t AnySize(Random& random) {
  const std::uint32_t shift = Below(random, 22);  // 1 B .. 4 MiB
  return (1u << shift) + Below(random, 1u << shift);
}

Storm::Storm()
    : seed_(ChooseSeed()),
      end_(std::chrono::steady_clock::now() + openmatrix::StormTime()),
      watchdog_(seed_) {
  std::printf("%s\n", Text().c_str());
  std::fflush(stdout);
  EXPECT_EQ(Stats().views[0].limit_bytes, kHostLimit);
}

bool Storm::GoesOn() {
  watchdog_.Progress();
  return std::chrono::steady_clock::now() < end_ && !testing::Test::HasFailure();
}

void Fill(std::uint8_t* block, std::uint32_t bytes, std::uint64_t tag) {
  EachPlace(bytes, 8, [&](std::uint32_t at, std::uint32_t length) {
    const std::uint64_t word = WordAt(tag, at);
    std::memcpy(block + at, &word, length);
  });
}

bool Filled(const std::uint8_t* block, std::uint32_t bytes, std::uint64_t tag) {
  return Matches(block, bytes, tag, 8);
}

bool Sampled(const std::uint8_t* block, std::uint32_t bytes, std::uint64_t tag) {
  return Matches(block, bytes, tag, 4096);
}

OpenmatrixMemoryStats Stats() {
  OpenmatrixMemoryStats stats;
  std::memset(&stats, 0, sizeof stats);
  stats.size = sizeof stats;
  stats.version = OPENMATRIX_MEMORY_STATS_VERSION;
  EXPECT_EQ(openmatrix_get_memory_stats(&stats), 0);
  return stats;
}

bool WholeLimitIsToBeHad(const Half& half, std::uint64_t limit) {
  void* all = nullptr;
  const HIAI_StatusT status = half.alloc(static_cast<std::uint32_t>(limit), all, 0, 0);
  return status == HIAI_OK && half.free(all) == HIAI_OK;
}

void Await(const std::function<bool()>& condition) {
  while (!condition()) std::this_thread::yield();
}

HIAI_StatusT CreateStormGraph(std::uint32_t queue_size) {
  const std::string queue = " queue_size: " + std::to_string(queue_size) + " } ";
  const std::string host = " engine_name: \"StormNode\" side: HOST" + queue;
  const std::string device =
      " engine_name: \"StormNode\" so_name: \"" OPENMATRIX_TEST_STORM_DEVICE "\"" + queue;
  std::string text = "graphs { graph_id: 1 engines { id: 1" + host + "engines { id: 2" + device +
                     "engines { id: 3" + host + "engines { id: 4" + device;
  constexpr int kEdges[][3] = {{1, 0, 2}, {2, 0, 1}, {1, 1, 2}, {1, 1, 4},
                               {2, 1, 1}, {2, 1, 3}, {1, 2, 3}, {2, 2, 4}};
  for (const int(&edge)[3] : kEdges) {
    text += "connects { src_engine_id: " + std::to_string(edge[0]) +
            " src_port_id: " + std::to_string(edge[1]) +
            " target_engine_id: " + std::to_string(edge[2]) + " } ";
  }
  const std::string path = testing::TempDir() + "storm_" + std::to_string(::getpid()) + ".config";
  std::ofstream(path) << text << "}";
  const HIAI_StatusT status = hiai::Graph::CreateGraph(path);
  std::remove(path.c_str());
  return status;
}

}  // namespace storm
