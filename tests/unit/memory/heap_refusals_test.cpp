// What the system refuses to the pool: each call by which it gets, moves and gives back pages
// fails, one after the other, alone or with all that follow. Every allocation answers, what it
// gives can be written, and the books are exact.
//
// Not under ThreadSanitizer, which maps its own memory by these calls before anything else runs.
#if !defined(__SANITIZE_THREAD__)
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <functional>
#include <vector>

#include "heap_support.h"
#include "memory/outgoing.h"

namespace {

enum class Refused { kOne, kAllFrom };

thread_local int countdown = 0;  // 0: nothing is refused
thread_local Refused refused = Refused::kOne;

bool IsRefused() {
  if (countdown == 0) return false;
  if (countdown > 1) return --countdown, false;
  if (refused == Refused::kOne) countdown = 0;
  errno = ENOMEM;
  return true;
}

template <typename Function>
Function* Real(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

// In place of the C library's, for all that is linked into this program.
extern "C" {

void* mmap(void* at, size_t bytes, int protection, int flags, int fd, off_t offset) noexcept {
  static auto* const real = Real<decltype(mmap)>("mmap");
  return IsRefused() ? MAP_FAILED : real(at, bytes, protection, flags, fd, offset);
}

void* mremap(void* at, size_t old_bytes, size_t bytes, int flags, ...) noexcept {
  static auto* const real = Real<decltype(mremap)>("mremap");
  std::va_list arguments;
  va_start(arguments, flags);
  void* const where = (flags & MREMAP_FIXED) != 0 ? va_arg(arguments, void*) : nullptr;
  va_end(arguments);
  return IsRefused() ? MAP_FAILED : real(at, old_bytes, bytes, flags, where);
}

int mprotect(void* at, size_t bytes, int protection) noexcept {
  static auto* const real = Real<decltype(mprotect)>("mprotect");
  // To take access away needs no memory: the system does not refuse it.
  return protection != PROT_NONE && IsRefused() ? -1 : real(at, bytes, protection);
}

int madvise(void* at, size_t bytes, int advice) noexcept {
  static auto* const real = Real<decltype(madvise)>("madvise");
  return IsRefused() ? -1 : real(at, bytes, advice);
}

}  // extern "C"

namespace openmatrix {
namespace {

constexpr std::array<View, 2> kViews = {kHost, kDevice};
constexpr std::uint32_t kSizes[] = {100, 300000, 5 * kMiB, 70 * kMiB};

// Larger than a step of the pool's growth.
Options SeveralSteps() {
  Options options = SmallHeap();
  options.host_memory = options.device_memory = 256 * kMiB;
  return options;
}

// Everything once. How many blocks there were.
int Use(Heap& heap) {
  int blocks = 0;
  for (const View view : kViews) {
    for (const std::uint32_t bytes : kSizes) {
      auto block = heap.Allocate(view, bytes, Family::kTransfer, Release::kAuto, NoWait());
      if (!block.ok()) {
        EXPECT_TRUE(block.error().code == Code::kNoMemory ||
                    block.error().code == Code::kCannotGrow)
            << block.error().text;
        continue;
      }
      ++blocks;
      auto* const data = static_cast<std::uint8_t*>(block.value());
      data[0] = data[bytes - 1] = 1;
      auto outgoing = Outgoing::Inspect(heap, data, bytes);
      EXPECT_TRUE(outgoing.ok()) << outgoing.error().text;
      if (outgoing.ok()) {
        const auto given_up = outgoing.value().PrepareFor(kOtherDevice, NoWait());
        EXPECT_TRUE(given_up.ok() || given_up.error().code == Code::kNoCapacity);
      }
      EXPECT_EQ(heap.Free(data, Family::kTransfer), FreeVerdict::kFreed);
    }
  }
  heap.Trim();
  const MemoryCounts counts = heap.Counts();
  for (const View view : {kHost, kDevice, kOtherDevice}) {
    EXPECT_EQ(counts.views[view.index].live_blocks, 0u);
    EXPECT_EQ(counts.views[view.index].charged_bytes, 0u);
    EXPECT_EQ(counts.views[view.index].allocations, counts.views[view.index].frees);
  }
  return blocks;
}

// Calls `run` with all numbers until nothing was refused. Prints how many.
void Sweep(const char* name, const std::function<void(int)>& run) {
  for (const Refused how : {Refused::kOne, Refused::kAllFrom}) {
    int number = 1;
    for (; !testing::Test::HasFailure(); ++number) {
      SCOPED_TRACE(testing::Message() << "call " << number << (how == Refused::kOne ? "" : " ff."));
      refused = how;
      run(number);
      const bool none = countdown > 1;
      countdown = 0;
      if (none) break;
    }
    std::printf("sweep: %s: %d refusals\n", name, number - 1);
    EXPECT_GT(number, 1);
  }
}

TEST(HeapRefusals, InTheLifeOfAHeapAreStatuses) {
  constexpr int kAll = static_cast<int>(kViews.size() * std::size(kSizes));
  Sweep("life of a heap", [](int number) {
    countdown = number;
    Heap heap(SeveralSteps());
    Use(heap);
    const int left = std::exchange(countdown, 0);
    const int blocks = Use(heap);
    EXPECT_TRUE(blocks == kAll || blocks == 0) << blocks;  // 0: it has no pool
    countdown = left;
  });
}

// Whether the byte can be read and written, without a signal if not.
bool IsUsable(std::uint8_t* at) {
  int ends[2];
  if (pipe(ends) != 0) return false;
  const bool usable = write(ends[1], at, 1) == 1 && read(ends[0], at, 1) == 1;
  close(ends[0]);
  close(ends[1]);
  return usable;
}

// In the child: what is there is as it was, what is written stays here, what is allocated is there.
bool IsWholeInChild(Heap& heap, const std::vector<std::uint8_t*>& blocks) {
  for (std::uint8_t* const block : blocks) {
    if (!IsUsable(block)) continue;  // refused: lost to this child
    if (block[0] != 7) return false;
    block[0] = 9;
  }
  for (const View view : kViews) {
    auto block = heap.Allocate(view, 4096, Family::kTransfer, Release::kAuto, NoWait());
    if (block.ok() && !IsUsable(static_cast<std::uint8_t*>(block.value()))) return false;
  }
  return true;
}

enum Outcome { kWhole, kBad, kNothingRefused };

TEST(HeapRefusals, InAForkLeaveTheParentAlone) {
  for (const bool links : {false, true}) {
    Sweep(links ? "fork that keeps links" : "fork", [links](int number) {
      Heap heap(SmallHeap());
      heap.KeepLinksInChild(links);
      std::vector<std::uint8_t*> blocks;
      for (const View view : kViews) {
        auto block = heap.Allocate(view, kMiB, Family::kTransfer, Release::kAuto, NoWait());
        ASSERT_TRUE(block.ok());
        blocks.push_back(static_cast<std::uint8_t*>(block.value()));
        blocks.back()[0] = 7;
      }
      countdown = number;
      // The child's counter is the one that the fork has used.
      int status = 0;
      const pid_t child = fork();
      if (child == 0) {
        alarm(60);
        const bool refusing = countdown <= 1;
        countdown = 0;
        _exit(!IsWholeInChild(heap, blocks) ? kBad : refusing ? kWhole : kNothingRefused);
      }
      countdown = 0;
      waitpid(child, &status, 0);
      EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) != kBad) << status;
      for (std::uint8_t* const block : blocks) {
        EXPECT_EQ(block[0], 7);
        EXPECT_EQ(heap.Free(block, Family::kTransfer), FreeVerdict::kFreed);
      }
      countdown = WIFEXITED(status) && WEXITSTATUS(status) == kNothingRefused ? 2 : 0;
    });
  }
}

}  // namespace
}  // namespace openmatrix

#endif
