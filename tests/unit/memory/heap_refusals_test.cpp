// What the system refuses to the pool: each call by which it gets, moves and gives back pages
// fails, one after the other, alone or with all that follow. Every allocation answers, what it
// gives can be written, and the books are exact.
//
// Not under ThreadSanitizer, which maps its own memory by these calls before anything else runs.
#if !defined(__SANITIZE_THREAD__)
#include <dlfcn.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <array>
#include <bitset>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <functional>
#include <string>

#include "heap_support.h"
#include "memory/outgoing.h"

namespace {

enum class Refused { kOne, kAllFrom };

thread_local int countdown = 0;  // 0: nothing is refused
thread_local Refused refused = Refused::kOne;
thread_local bool no_memfd = false;
thread_local bool no_room = false;  // no pages in the file system of the pool's file

bool IsRefused() {
  if (countdown == 0) return false;
  if (countdown > 1) return --countdown, false;
  if (refused == Refused::kOne) countdown = 0;
  errno = ENOMEM;
  return true;
}

// The system may have cleared the place before it refuses to map something there.
void* Refuse(void* place, std::size_t bytes) {
  if (place != nullptr) munmap(place, bytes);
  errno = ENOMEM;
  return MAP_FAILED;
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
  // To keep addresses from others needs no memory, either.
  const bool keeps = protection == PROT_NONE && (flags & MAP_FIXED_NOREPLACE) != 0;
  if (keeps || !IsRefused()) return real(at, bytes, protection, flags, fd, offset);
  return Refuse((flags & MAP_FIXED) != 0 ? at : nullptr, bytes);
}

void* mremap(void* at, size_t old_bytes, size_t bytes, int flags, ...) noexcept {
  static auto* const real = Real<decltype(mremap)>("mremap");
  std::va_list arguments;
  va_start(arguments, flags);
  void* const where = (flags & MREMAP_FIXED) != 0 ? va_arg(arguments, void*) : nullptr;
  va_end(arguments);
  return IsRefused() ? Refuse(where, bytes) : real(at, old_bytes, bytes, flags, where);
}

int mprotect(void* at, size_t bytes, int protection) noexcept {
  static auto* const real = Real<decltype(mprotect)>("mprotect");
  // To take access away needs no memory: the system does not refuse it.
  return protection != PROT_NONE && IsRefused() ? -1 : real(at, bytes, protection);
}

int memfd_create(const char* name, unsigned flags) noexcept {
  static auto* const real = Real<decltype(memfd_create)>("memfd_create");
  if (!no_memfd) return real(name, flags);
  errno = ENOSYS;
  return -1;
}

int madvise(void* at, size_t bytes, int advice) noexcept {
  static auto* const real = Real<decltype(madvise)>("madvise");
  if (no_room && advice == MADV_POPULATE_WRITE) return errno = ENOMEM, -1;
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
void Sweep(const std::string& name, const std::function<void(int)>& run) {
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
    std::printf("sweep: %s: %d refusals\n", name.c_str(), number - 1);
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

// The file lies in /dev/shm or the directory of temporary files, which others fill, too.
TEST(HeapRefusals, APoolInAFileAnswersWhenTheFileHasNoRoomInsteadOfASignalLater) {
  no_memfd = true;
  Heap heap(SeveralSteps());
  const auto allocate = [&] {
    return heap.Allocate(kHost, 4096, Family::kTransfer, Release::kAuto, NoWait());
  };
  no_room = true;
  const auto refused_block = allocate();
  no_room = false;
  no_memfd = false;

  EXPECT_FALSE(refused_block.ok());
  const auto block = allocate();
  ASSERT_TRUE(block.ok());
  EXPECT_EQ(heap.Free(block.value(), Family::kTransfer), FreeVerdict::kFreed);
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

// Whether nobody else's mapping can come there.
bool IsKept(void* at) {
  return mmap(at, 1, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) != at;
}

using Blocks = std::array<std::uint8_t*, kViews.size()>;

// What the child allocates is there; if it has lost a view, it gets nothing and is told why.
bool AllocatesAsItMay(Heap& heap, bool lost) {
  for (const View view : {kHost, kDevice, kOtherDevice}) {
    for (const std::uint32_t bytes : {4096u, kMiB}) {
      auto block = heap.Allocate(view, bytes, Family::kTransfer, Release::kAuto,
                                 Wait::For(std::chrono::milliseconds(1)));
      if (lost) {
        if (block.ok() || block.error().code != Code::kNoMemory) return false;
        if (block.error().text.find("forked child") == std::string::npos) return false;
      } else {
        if (!block.ok() || !IsUsable(static_cast<std::uint8_t*>(block.value()))) return false;
        if (heap.Free(block.value(), Family::kTransfer) != FreeVerdict::kFreed) return false;
      }
    }
  }
  return heap.Counts().waits == 0;
}

bool FreesAndAllocatesAsItMay(Heap& heap, const Blocks& blocks, bool lost) {
  for (std::uint8_t* const block : blocks) {
    if (heap.Free(block, Family::kTransfer) != FreeVerdict::kFreed) return false;
    if (heap.Free(block, Family::kTransfer) == FreeVerdict::kFreed) return false;
  }
  return AllocatesAsItMay(heap, lost);
}

// In the child: what is there is as it was, what is written stays here. All of it can be freed, and
// neither that nor a fork brings a lost place back into circulation.
bool IsWholeInChild(Heap& heap, const Blocks& some, const Blocks& others) {
  bool lost = false;
  for (const Blocks* const blocks : {&some, &others}) {
    for (std::uint8_t* const block : *blocks) {
      if (IsUsable(block)) {
        if (block[0] != 7) return false;
        block[0] = 9;
      } else {  // refused: lost to this child
        if (!IsKept(block)) return false;
        lost = true;
      }
    }
  }
  const auto goes_on = [&] { return FreesAndAllocatesAsItMay(heap, others, lost); };
  return AllocatesAsItMay(heap, lost) && FreesAndAllocatesAsItMay(heap, some, lost) &&
         TrueInChild(goes_on) && goes_on() && heap.Counts().views[kHost.index].live_blocks == 0;
}

enum Outcome { kWhole, kBad, kNothingRefused };

using Descriptors = std::bitset<256>;

Descriptors OpenDescriptors() {
  Descriptors open;
  for (std::size_t number = 0; number < open.size(); ++number) {
    open[number] = fcntl(static_cast<int>(number), F_GETFD) >= 0;
  }
  return open;
}

// As a program does that closes all it finds: what was not there before is the heap's.
void CloseAllBut(const Descriptors& before) {
  const Descriptors now = OpenDescriptors();
  for (std::size_t number = 0; number < now.size(); ++number) {
    if (now[number] && !before[number]) close(static_cast<int>(number));
  }
}

TEST(HeapRefusals, InAForkLeaveTheParentAlone) {
  for (const auto& [links, descriptor] : {std::pair(false, true), std::pair(false, false),
                                          std::pair(true, true), std::pair(true, false)}) {
    const std::string name = std::string("fork") + (links ? " that keeps links" : "") +
                             (descriptor ? "" : " without the descriptor");
    Sweep(name, [links = links, descriptor = descriptor](int number) {
      const Descriptors before = OpenDescriptors();
      Heap heap(SmallHeap());
      ASSERT_NE(OpenDescriptors(), before);
      if (!descriptor) CloseAllBut(before);
      heap.KeepLinksInChild(links);
      std::array<Blocks, 2> blocks;
      for (Blocks& some : blocks) {
        for (std::size_t index = 0; index < some.size(); ++index) {
          auto block =
              heap.Allocate(kViews[index], kMiB, Family::kTransfer, Release::kAuto, NoWait());
          ASSERT_TRUE(block.ok());
          some[index] = static_cast<std::uint8_t*>(block.value());
          some[index][0] = 7;
        }
      }
      countdown = number;
      // The child's counter is the one that the fork has used.
      int status = 0;
      const pid_t child = fork();
      if (child == 0) {
        alarm(60);
        const bool refusing = countdown <= 1;
        countdown = 0;
        _exit(!IsWholeInChild(heap, blocks[0], blocks[1]) ? kBad
              : refusing                                  ? kWhole
                                                          : kNothingRefused);
      }
      countdown = 0;
      waitpid(child, &status, 0);
      EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) != kBad) << status;
      for (const Blocks& some : blocks) {
        for (std::uint8_t* const block : some) {
          EXPECT_EQ(block[0], 7);
          EXPECT_EQ(heap.Free(block, Family::kTransfer), FreeVerdict::kFreed);
        }
      }
      countdown = WIFEXITED(status) && WEXITSTATUS(status) == kNothingRefused ? 2 : 0;
    });
  }
}

}  // namespace
}  // namespace openmatrix

#endif
