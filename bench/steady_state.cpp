// Do a million pairs of HIAI_DMalloc and HIAI_DFree of mixed sizes, some freed on another thread,
// make system calls once the caches are warm?
//
// Exit status 0 if none, 1 with a list of them otherwise. Arguments: seed, and "together" to let
// both threads run at the same time. Without it they take turns: then nobody has to sleep on a
// lock, which depends on how the system schedules them, and any call is the library's own doing.
#include <atomic>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <thread>
#include <vector>

#include "hiaiengine/ai_memory.h"
#include "spsc_ring.h"
#include "syscall_watch.h"

namespace {

using bench::SyscallWatch;

constexpr int kPairs = 1'000'000;
constexpr int kWarmUpPairs = 200'000;
constexpr std::size_t kLive = 16;  // blocks that the allocating thread keeps
constexpr unsigned kRemoteOneIn = 4;

void* Take(std::uint32_t bytes) {
  void* block = nullptr;
  if (hiai::HIAIMemory::HIAI_DMalloc(bytes, block) != HIAI_OK) {
    std::fprintf(stderr, "steady_state: no block of %" PRIu32 " bytes\n", bytes);
    std::_Exit(1);
  }
  return block;
}

void Give(void* block) {
  if (hiai::HIAIMemory::HIAI_DFree(block) != HIAI_OK) {
    std::fprintf(stderr, "steady_state: a live block was not freed\n");
    std::_Exit(1);
  }
}

// As many between 64 and 128 B as between 512 KiB and 1 MiB, and so on.
class Sizes {
 public:
  explicit Sizes(std::uint32_t seed) : random_(seed) {}
  std::uint32_t Next() {
    const std::uint32_t power = 1u << (6 + random_() % 14);
    return power + static_cast<std::uint32_t>(random_()) % (power + 1);
  }
  bool OneIn(unsigned n) { return random_() % n == 0; }
  std::size_t Index(std::size_t count) { return random_() % count; }

 private:
  std::minstd_rand random_;
};

// The thread that frees what the other one allocated.
class Freer {
 public:
  explicit Freer(bool together) : together_(together), thread_([this] { Run(); }) {}

  void Free(void* block) {
    ++given_;
    if (together_) {
      ring_.Push(block);
      return;
    }
    batch_.push_back(block);
    if (batch_.size() < kBatch) return;
    for (void* one : batch_) ring_.Push(one);
    batch_.clear();
    AwaitIdle();
  }

  // The following frees are watched.
  void Watch() {
    Flush();
    ring_.Push(&watch_);
    ++given_;
    AwaitIdle();
  }

  // Frees the rest and ends the thread.
  void Finish() {
    Flush();
    ring_.Push(nullptr);
    thread_.join();
  }

 private:
  static constexpr std::size_t kBatch = 16;

  void Flush() {
    for (void* one : batch_) ring_.Push(one);
    batch_.clear();
  }
  void AwaitIdle() {
    bench::Backoff backoff(SyscallWatch::Yield);
    while (done_.load(std::memory_order_acquire) < given_) backoff.Pause();
  }
  void Run() {
    while (void* block = ring_.Pop()) {
      if (block == &watch_) {
        SyscallWatch::BeginOnThisThread();
      } else {
        Give(block);
      }
      done_.fetch_add(1, std::memory_order_release);
    }
    SyscallWatch::EndOnThisThread();
  }

  const bool together_;
  char watch_ = 0;  // its address in the ring means: watch from here on
  std::size_t given_ = 0;
  std::vector<void*> batch_;
  std::atomic<std::size_t> done_{0};  // partner: AwaitIdle
  // Waiting for each other is this program's own doing: its yields are not noted.
  bench::SpscRing<void*> ring_{kBatch, SyscallWatch::Yield};
  std::thread thread_;  // last: uses the others
};

void Allocate(Sizes& sizes, std::vector<void*>& live, Freer& freer, int pairs) {
  for (int i = 0; i < pairs; ++i) {
    void*& slot = live[sizes.Index(live.size())];
    if (slot != nullptr) {
      if (sizes.OneIn(kRemoteOneIn)) {
        freer.Free(slot);
      } else {
        Give(slot);
      }
    }
    slot = Take(sizes.Next());
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint32_t seed =
      argc > 1 ? static_cast<std::uint32_t>(std::strtoul(argv[1], nullptr, 10)) : 1u;
  const bool together = argc > 2 && std::strcmp(argv[2], "together") == 0;
  Sizes sizes(seed);
  std::vector<void*> live(kLive);
  Freer freer(together);

  Allocate(sizes, live, freer, kWarmUpPairs);
  freer.Watch();
  SyscallWatch::BeginOnThisThread();
  Allocate(sizes, live, freer, kPairs);
  SyscallWatch::EndOnThisThread();
  freer.Finish();
  for (void* block : live) Give(block);

  std::printf("seed %" PRIu32 ": %d pairs of 64 B .. 1 MiB, one in %u freed on another thread\n",
              seed, kPairs, kRemoteOneIn);
  return SyscallWatch::Report() == 0 ? 0 : 1;
}
