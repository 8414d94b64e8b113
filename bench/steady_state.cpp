// Do a million pairs of HIAI_DMalloc and HIAI_DFree of mixed sizes, some freed on another thread,
// make system calls once the caches are warm?
//
// Exit status 0 if none, 1 with a list of them otherwise. Takes an optional seed.
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
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

using Ring = bench::SpscRing<void*>;

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

// Equally many of each power of two, 64 B .. 1 MiB, as in mixed programs.
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

void Allocate(Sizes& sizes, std::vector<void*>& live, Ring& ring, int pairs) {
  for (int i = 0; i < pairs; ++i) {
    void*& slot = live[sizes.Index(live.size())];
    if (slot != nullptr) {
      if (sizes.OneIn(kRemoteOneIn)) {
        ring.Push(slot);
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
  Sizes sizes(seed);
  std::vector<void*> live(kLive);
  // Waiting for each other is this program's own doing: its yields are not counted.
  Ring ring(16, SyscallWatch::Yield);
  int watch_token = 0;
  void* const watch = &watch_token;

  std::thread remote([&] {
    while (void* block = ring.Pop()) {
      if (block == watch) {
        SyscallWatch::BeginOnThisThread();
      } else {
        Give(block);
      }
    }
    SyscallWatch::EndOnThisThread();
  });

  Allocate(sizes, live, ring, kWarmUpPairs);
  ring.Push(watch);
  SyscallWatch::BeginOnThisThread();
  Allocate(sizes, live, ring, kPairs);
  SyscallWatch::EndOnThisThread();
  ring.Push(nullptr);
  remote.join();
  for (void* block : live) Give(block);

  std::printf("steady_state: seed %" PRIu32
              ", %d pairs of 64 B .. 1 MiB, one in %u freed remotely\n",
              seed, kPairs, kRemoteOneIn);
  return SyscallWatch::Report() == 0 ? 0 : 1;
}
