// What the storms share: their end and their seed, the graph, contents that can be checked, the
// library's books, and a watchdog for what would hang.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <random>
#include <string>
#include <thread>

#include "half.h"
#include "openmatrix/stats.h"
#include "stress.h"

namespace storm {

constexpr std::uint32_t kGraphId = 1;
constexpr std::uint64_t kMiB = 1u << 20;
// Small, so that storms exhaust them all the time.
constexpr std::uint64_t kHostLimit = 24 * kMiB;
constexpr std::uint64_t kDeviceLimit = 16 * kMiB;

using Random = std::mt19937_64;
inline std::uint32_t Below(Random& random, std::uint64_t bound) {
  return static_cast<std::uint32_t>(random() % bound);
}

// Small sizes are common, large ones exhaust.
std::uint32_t AnySize(Random& random);

// Aborts with the stack of each thread when a storm makes no progress for a minute: what should
// have ended hangs.
class Watchdog {
 public:
  explicit Watchdog(std::uint64_t seed);
  ~Watchdog();
  void Progress();

 private:
  void Watch();

  const std::uint64_t seed_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t progress_ = 0;
  bool done_ = false;
  std::thread thread_;
};

// One storm. The seed is random, or OPENMATRIX_TEST_SEED; it is printed at once, because a crash
// leaves no time.
class Storm {
 public:
  Storm();

  std::uint64_t seed() const { return seed_; }
  std::string Text() const { return "OPENMATRIX_TEST_SEED=" + std::to_string(seed_); }
  // True until the time of a storm is over. Counts as progress.
  bool GoesOn();

 private:
  const std::uint64_t seed_;
  const std::chrono::steady_clock::time_point end_;
  Watchdog watchdog_;
};

// Fills a block so that a byte of another block, or of another place, shows.
void Fill(std::uint8_t* block, std::uint32_t bytes, std::uint64_t tag);
bool Filled(const std::uint8_t* block, std::uint32_t bytes, std::uint64_t tag);
// Looks at one place of each page only.
bool Sampled(const std::uint8_t* block, std::uint32_t bytes, std::uint64_t tag);

OpenmatrixMemoryStats Stats();

// Whether all that a side may have is to be had: nothing is charged for nobody.
bool WholeLimitIsToBeHad(const Half& half, std::uint64_t limit);

// Until `condition` holds. The watchdog ends what never does.
void Await(const std::function<bool()>& condition);

// Graph 1 with engines 1 and 3 on the host, 2 and 4 on the device, and these connections
// (engine.port): 1.0 -> 2, 2.0 -> 1, 1.1 -> 2 + 4, 2.1 -> 1 + 3, 1.2 -> 3, 2.2 -> 4.
HIAI_StatusT CreateStormGraph(std::uint32_t queue_size);
inline HIAI_StatusT DestroyStormGraph() { return hiai::Graph::DestroyGraph(kGraphId); }

const Half& HostHalf();
const Half& DeviceHalf();  // REQUIRES: a storm's graph was created once
inline const Half& HalfOf(bool host) { return host ? HostHalf() : DeviceHalf(); }

}  // namespace storm
