// What several tests of the memory floor need: a small heap, waits, and a forked child.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <thread>

#include "../base/in_child.h"
#include "base/options.h"
#include "memory/heap.h"

namespace openmatrix {

constexpr std::uint32_t kMiB = 1u << 20;
constexpr View kHost = View::Host();
constexpr View kDevice = View::Device(0);
constexpr View kOtherDevice = View::Device(1);

// Limits of 16 MiB (host) and 8 MiB (each of two devices); no page goes back by age, and who
// waits sleeps at once.
inline Options SmallHeap() {
  Options options;
  options.host_memory = 16 * kMiB;
  options.device_memory = 8 * kMiB;
  options.devices = 2;
  options.decay = std::chrono::milliseconds(0);
  options.spin = std::chrono::microseconds(0);
  return options;
}

inline Wait NoWait() { return Wait{std::chrono::steady_clock::now()}; }
inline Wait LongWait(StopToken* stop = nullptr) { return Wait::For(std::chrono::minutes(1), stop); }

// Yields until `condition()` holds. The test's own time-out ends a hopeless wait.
template <typename Condition>
void Await(const Condition& condition) {
  while (!condition()) std::this_thread::yield();
}

class SmallHeapTest : public testing::Test {
 protected:
  explicit SmallHeapTest(const Options& options = SmallHeap()) : heap_(options) {}

  std::uint8_t* Get(View view, std::uint32_t bytes, Release release = Release::kAuto,
                    Family family = Family::kTransfer) {
    auto block = heap_.Allocate(view, bytes, family, release, NoWait());
    EXPECT_TRUE(block.ok()) << block.error().text;
    return block.ok() ? static_cast<std::uint8_t*>(block.value()) : nullptr;
  }
  FreeVerdict Free(void* block, Family family = Family::kTransfer) {
    return heap_.Free(block, family);
  }
  ViewCounts At(View view) { return heap_.Counts().views[view.index]; }

  Heap heap_;
};

}  // namespace openmatrix
