// Limits of the options and of the system that nobody meant for us: absurd, tiny, or set by a
// batch system for the whole process.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "../../stderr_capture.h"
#include "base/sanitizers.h"
#include "heap_support.h"
#include "memory/heap.h"
#include "memory/heap_impl.h"
#include "memory/outgoing.h"

namespace openmatrix {
namespace {

bool Lower(int resource, rlim_t bytes) {
  const rlimit limit{bytes, bytes};
  return setrlimit(resource, &limit) == 0;
}

bool Allocates(Heap& heap, View view) {
  const auto block = heap.Allocate(view, 4096, Family::kTransfer, Release::kAuto, NoWait());
  return block.ok() && heap.Free(block.value(), Family::kTransfer) == FreeVerdict::kFreed;
}

Options HostLimit(std::uint64_t bytes) {
  Options options = SmallHeap();
  options.host_memory = bytes;
  return options;
}

TEST(HeapLimitsTest, ALimitThatDoesNotFitInASignedNumberStillServes) {
  Heap heap(HostLimit(~std::uint64_t{0}));
  EXPECT_TRUE(Allocates(heap, kHost));
}

#if !defined(OPENMATRIX_ASAN)  // its shadow of so many bytes would fill the memory
// Limits follow the budget, and free pages stay.
Options LimitedByBudget() {
  Options options = HostLimit(0);
  options.device_memory = 0;
  options.retain = ~0ull >> 1;
  return options;
}

// Blocks are numbered by 32-bit grains of 128 bytes: half a TiB. A larger pool handed out numbers
// that had wrapped, and so two live blocks at one address.
TEST(HeapLimitsTest, NoTwoBlocksOfAVastPoolShareAnAddress) {
  Heap heap(HostLimit(1ull << 40));
  std::vector<void*> blocks;
  constexpr std::uint64_t kMany = (520ull << 30) / Heap::kCommonBlockBytes;
  while (blocks.size() < kMany) {
    const auto block =
        heap.Allocate(kHost, Heap::kCommonBlockBytes, Family::kTransfer, Release::kAuto, NoWait());
    if (!block.ok()) break;  // the limit that the heap chose
    blocks.push_back(block.value());
  }
  for (void* block : blocks) {
    ASSERT_EQ(heap.Free(block, Family::kTransfer), FreeVerdict::kFreed);
  }
  EXPECT_EQ(heap.Counts().views[0].live_blocks, 0u);
}

// The sum of the sides' limits may be more than the process has: all sides together stay below.
TEST(HeapLimitsTest, AllSidesTogetherStayBelowTheTotal) {
  Heap heap(LimitedByBudget(), MemoryBudget{4ull << 30, "a test"});
  const Heap::Limits& limits = heap.limits();
  EXPECT_EQ(limits.host_bytes, 2ull << 30);
  EXPECT_EQ(limits.total_bytes, (4ull << 30) / 5 * 4);
  std::uint64_t taken = 0;
  for (const View view : {kHost, kDevice}) {
    for (;;) {
      const auto block =
          heap.Allocate(view, Heap::kCommonBlockBytes, Family::kTransfer, Release::kAuto, NoWait());
      if (!block.ok()) {
        EXPECT_EQ(block.error().code, Code::kNoMemory);
        break;
      }
      taken += Heap::kCommonBlockBytes;
    }
  }
  EXPECT_LE(taken, limits.total_bytes);
  EXPECT_GT(taken + 2ull * Heap::kCommonBlockBytes, limits.total_bytes);
}

TEST(HeapLimitsTest, VerboseShowsTheTotalAndTheFileThatSetIt) {
  Options options = LimitedByBudget();
  options.verbose = true;
  const StderrCapture capture;
  Heap heap(options, MemoryBudget{1000 * kMiB, "/sys/fs/cgroup/a/memory.max"});
  const std::string output = capture.Text();
  EXPECT_NE(output.find("all sides together at most 800 MiB"), std::string::npos) << output;
  EXPECT_NE(output.find("1000 MiB may be used by /sys/fs/cgroup/a/memory.max"), std::string::npos)
      << output;
}

// A freed run beside the untouched rest of the pool must not lend it its name: what is fresh is
// asked for.
TEST(HeapLimitsTest, AFreedNeighbourOpensNoWayAroundTheTotal) {
  Heap heap(LimitedByBudget(), MemoryBudget{256 * kMiB, "a test"});
  const auto take = [&](View view, std::uint32_t bytes) {
    auto block = heap.Allocate(view, bytes, Family::kTransfer, Release::kAuto, NoWait());
    return block.ok() ? block.value() : nullptr;
  };
  ASSERT_NE(take(kHost, 100 * kMiB), nullptr);
  ASSERT_NE(take(kDevice, 64 * kMiB), nullptr);
  void* const last = take(kDevice, 32 * kMiB);
  ASSERT_NE(last, nullptr);
  ASSERT_EQ(heap.Free(last, Family::kTransfer), FreeVerdict::kFreed);
  EXPECT_EQ(take(kDevice, 60 * kMiB), nullptr) << "164 + 60 MiB of 204";
  MutexLock lock(heap.impl().mutex);
  const PageRuns& runs = heap.impl().pool->runs();
  EXPECT_LE(runs.used_bytes() + runs.dirty_bytes(), heap.limits().total_bytes);
}

// What one side gave back and is kept for reuse counts, too: it goes back to the system when
// another size needs the room.
TEST(HeapLimitsTest, FreePagesMakeWayForAnotherSizeAtTheTotal) {
  Heap heap(LimitedByBudget(), MemoryBudget{256 * kMiB, "a test"});
  std::vector<void*> blocks;
  while (true) {
    const auto block = heap.Allocate(kHost, kMiB, Family::kTransfer, Release::kAuto, NoWait());
    if (!block.ok()) break;
    blocks.push_back(block.value());
  }
  EXPECT_GE(blocks.size(), 100u);
  // Every second one: no two free ones lie side by side.
  for (std::size_t i = 0; i < blocks.size(); i += 2) heap.Free(blocks[i], Family::kTransfer);
  const auto large = [&](View view, std::uint32_t bytes) {
    return heap.Allocate(view, bytes, Family::kTransfer, Release::kAuto, NoWait()).ok();
  };
  EXPECT_TRUE(large(kDevice, 48 * kMiB));
  EXPECT_TRUE(large(kDevice, 48 * kMiB));
  EXPECT_GT(heap.Counts().decommitted_bytes, 0u);
}

// A small class keeps an empty span for its next block. What it is cut from must not be missing
// when a large block needs it.
TEST(HeapLimitsTest, AnEmptySpanMakesWayForALargeBlock) {
  Options options = SmallHeap();
  options.device_memory = 4ull << 30;
  Heap heap(options);
  const auto large = [&] {
    return heap
        .Allocate(kDevice, Heap::kCommonBlockBytes, Family::kTransfer, Release::kAuto, NoWait())
        .ok();
  };
  for (int i = 0; i < 15; ++i) ASSERT_TRUE(large());
  ASSERT_TRUE(Allocates(heap, kDevice));
  EXPECT_TRUE(large());
}

// A waiter that lacks room in the pool, not in its own limit, broke the quarantines of the other
// sides before it slept, and never again.
TEST(HeapLimitsTest, AWaiterForRoomInThePoolGetsWhatAnotherSideHasInQuarantine) {
  Options options = SmallHeap();
  options.host_memory = 2ull << 30;
  options.device_memory = 4ull << 30;
  Heap heap(options);
  const auto large = [&](View view, const Wait& wait) {
    return heap.Allocate(view, Heap::kCommonBlockBytes, Family::kTransfer, Release::kAuto, wait);
  };
  const auto sent = large(kHost, NoWait());
  ASSERT_TRUE(sent.ok());
  auto out = Outgoing::Inspect(heap, sent.value(), 1);
  auto payload = out.value().PrepareFor(kOtherDevice, NoWait());
  ASSERT_TRUE(out.value().Commit(&payload.value(), 1, {}).ok());
  for (int i = 0; i < 15; ++i) ASSERT_TRUE(large(kDevice, NoWait()).ok());

  std::thread waiter([&] { EXPECT_TRUE(large(kDevice, LongWait()).ok()); });
  Await([&] { return heap.Counts().waits > 0; });
  payload.value() = Payload();  // dropped: from here on only the quarantine keeps the block
  waiter.join();
}
#endif

// The limit counts for the pool's memory object too, and exceeding it is a deadly signal.
TEST(HeapLimitsTest, ALimitOnTheSizeOfFilesHarmsNothing) {
  EXPECT_TRUE(TrueInChild([] {
    if (!Lower(RLIMIT_FSIZE, 4096)) return false;
    Heap heap(SmallHeap());
    return Allocates(heap, kHost) && Allocates(heap, kDevice);
  }));
}

#if !defined(OPENMATRIX_ASAN) && !defined(__SANITIZE_THREAD__)
// Sanitizers need terabytes of address space for themselves.
TEST(HeapLimitsTest, WithLittleAddressSpaceDevicesHaveWindowsToo) {
  for (const rlim_t gib : {6u, 14u, 24u, 40u}) {
    EXPECT_TRUE(TrueInChild([gib] {
      if (!Lower(RLIMIT_AS, gib << 30)) return false;
      Options options = SmallHeap();
      options.devices = 64;
      Heap heap(options);
      return Allocates(heap, kHost) && (gib < 14 || Allocates(heap, kDevice));
    })) << gib
        << " GiB";
  }
}

TEST(HeapLimitsTest, AHostAndADeviceFitIntoHalfAGigabyteOfAddresses) {
  EXPECT_TRUE(TrueInChild([] {
    if (!Lower(RLIMIT_AS, 512 * kMiB)) return false;
    Options options = SmallHeap();
    options.devices = 4;
    Heap heap(options);
    return Allocates(heap, kHost) && Allocates(heap, kDevice);
  }));
}

TEST(HeapLimitsTest, LockedMemoryIsWhatIsUsedAndNotWhatIsReserved) {
  EXPECT_TRUE(TrueInChild([] {
    if (mlockall(MCL_FUTURE) != 0) {
      // Without the privilege the reservation itself is limited: less is reserved.
      Heap heap(SmallHeap());
      return Allocates(heap, kHost);
    }
    Heap heap(SmallHeap());
    const bool works = Allocates(heap, kHost) && Allocates(heap, kDevice);
    std::ifstream file("/proc/self/statm");
    std::uint64_t all = 0;
    std::uint64_t resident = 0;
    file >> all >> resident;
    return works && resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) < 512 * kMiB;
  }));
}

// Bytes of this process that a core dump, also a debugger's, would contain.
std::uint64_t DumpableBytes() {
  std::ifstream file("/proc/self/smaps");
  std::uint64_t sum = 0;
  std::uint64_t kib = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("Size:", 0) == 0)
      kib = std::stoull(line.substr(line.find_first_of("0123456789")));
    if (line.rfind("VmFlags:", 0) == 0 && line.find(" dd") == std::string::npos) sum += kib << 10;
  }
  return sum;
}

TEST(HeapLimitsTest, CoreDumpsContainWhatIsUsedAndNotWhatIsReserved) {
  const std::uint64_t before = DumpableBytes();
  Options options = SmallHeap();
  options.host_memory = 8ull << 30;
  Heap heap(options);
  ASSERT_TRUE(Allocates(heap, kHost));
  ASSERT_TRUE(Allocates(heap, kDevice));
  const std::uint64_t more = DumpableBytes() - before;
  EXPECT_LT(more, 160 * kMiB);
  EXPECT_GE(more, 64 * kMiB) << "the used part is missing";
}

TEST(HeapLimitsTest, ARefusedGrowthConcernsOnlyTheBlockThatNeedsIt) {
  EXPECT_TRUE(TrueInChild([] {
    Options options = SmallHeap();
    options.host_memory = 2048 * kMiB;
    Heap heap(options);
    if (!Allocates(heap, kHost)) return false;
    std::ifstream file("/proc/self/status");
    rlim_t data = 0;
    for (std::string line; std::getline(file, line);) {
      if (line.rfind("VmData:", 0) == 0) data = std::stoull(line.substr(7)) << 10;
    }
    if (!Lower(RLIMIT_DATA, data + kMiB)) return false;
    const auto large = [&] {
      return heap.Allocate(kHost, 250 * kMiB, Family::kTransfer, Release::kAuto, NoWait()).ok();
    };
    if (large() || large()) return false;
    for (const std::uint32_t bytes : {64u, 5000u, 300000u, 1u << 20}) {
      if (!heap.Allocate(kHost, bytes, Family::kTransfer, Release::kAuto, NoWait()).ok()) {
        return false;
      }
    }
    return true;
  }));
}

TEST(HeapLimitsTest, TheBlockTableFitsIntoALimitOnPrivateData) {
  EXPECT_TRUE(TrueInChild([] {
    if (!Lower(RLIMIT_DATA, 128 * kMiB)) return false;
    Heap heap(SmallHeap());
    return Allocates(heap, kHost);
  }));
}
#endif

}  // namespace
}  // namespace openmatrix
