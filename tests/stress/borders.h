// What the tests of the borders share: a graph of one device engine and two host engines.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>

#include "frame.h"
#include "hiaiengine/api.h"
#include "openmatrix/stats.h"

namespace borders {

constexpr std::uint32_t kGraph = 1;
constexpr std::uint32_t kEcho = 1;  // on the device: answers frames
constexpr std::uint32_t kSink = 2;  // takes the answers
constexpr std::uint32_t kGate = 3;  // does nothing while it is shut

extern std::atomic<std::uint32_t> answers;
extern std::atomic<bool> shut;
extern std::atomic<std::uint32_t> at_gate;  // calls that wait there

// The path of the graph's configuration.
const std::string& ConfigFile();

inline OpenmatrixMemoryStats Stats() {
  OpenmatrixMemoryStats stats;
  std::memset(&stats, 0, sizeof stats);
  stats.size = sizeof stats;
  stats.version = OPENMATRIX_MEMORY_STATS_VERSION;
  openmatrix_get_memory_stats(&stats);
  return stats;
}

template <typename Condition>
void Await(const Condition& condition) {
  while (!condition()) std::this_thread::yield();
}

// Whatever was under way has arrived or was dropped. A message on its way keeps a block.
inline void AwaitNothingLive() {
  Await([] {
    const OpenmatrixMemoryStats now = Stats();  // one look, or a message could pass in between
    return now.views[0].live_blocks + now.views[1].live_blocks == 0;
  });
}

}  // namespace borders
