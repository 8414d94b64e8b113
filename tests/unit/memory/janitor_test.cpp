// Pages go back by age, above the retention limit, and never while somebody uses them.
#include "memory/janitor.h"

#include <dirent.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>

#include "heap_support.h"

namespace openmatrix {
namespace {

Options Decaying(int milliseconds) {
  Options options = SmallHeap();
  options.decay = std::chrono::milliseconds(milliseconds);
  return options;
}

void* Get(Heap& heap, std::uint32_t bytes) {
  auto block = heap.Allocate(kHost, bytes, Family::kTransfer, Release::kAuto, NoWait());
  EXPECT_TRUE(block.ok());
  return block.ok() ? block.value() : nullptr;
}

void FreeAll(Heap& heap, const std::vector<void*>& blocks) {
  for (void* block : blocks) EXPECT_EQ(heap.Free(block, Family::kTransfer), FreeVerdict::kFreed);
}

// Frees come from a thread that ends, so that nothing stays in a cache.
void TouchAndFreeElsewhere(Heap& heap, int blocks) {
  std::thread([&] {
    std::vector<void*> all;
    for (int i = 0; i < blocks; ++i) all.push_back(Get(heap, kMiB));
    for (void* block : all) std::memset(block, 1, kMiB);
    FreeAll(heap, all);
  }).join();
}

int ThreadsNamed(const std::string& name) {
  int count = 0;
  DIR* tasks = opendir("/proc/self/task");
  while (const dirent* task = readdir(tasks)) {
    std::ifstream file(std::string("/proc/self/task/") + task->d_name + "/comm");
    std::string text;
    if (std::getline(file, text) && text == name) ++count;
  }
  closedir(tasks);
  return count;
}

TEST(Janitor, FreePagesGoBackWhenTheyAreOldEnough) {
  Heap heap(Decaying(4));
  TouchAndFreeElsewhere(heap, 4);
  Await([&] { return heap.Counts().decommitted_bytes >= 4 * kMiB; });
  EXPECT_EQ(heap.Counts().views[0].charged_bytes, 0u);
}

TEST(Janitor, LargeBlocksOfAThreadThatIsBusyWithSmallOnesGoBack) {
  Options options = Decaying(4);
  options.host_memory = 128 * kMiB;
  Heap heap(options);
  void* const large = Get(heap, 20 * kMiB);
  void* const larger = Get(heap, 64 * kMiB);
  std::memset(large, 1, 20 * kMiB);
  FreeAll(heap, {large, larger});
  Await([&] {
    FreeAll(heap, {Get(heap, 64)});
    return heap.Counts().decommitted_bytes >= 20 * kMiB;
  });
  EXPECT_LT(heap.Counts().views[0].charged_bytes, kMiB);
}

TEST(Janitor, TheCacheOfAnIdleThreadIsTakenBack) {
  Heap heap(Decaying(4));
  void* block = Get(heap, 4 * kMiB);
  std::memset(block, 1, 4 * kMiB);
  EXPECT_EQ(heap.Free(block, Family::kTransfer), FreeVerdict::kFreed);

  Await([&] { return heap.Counts().views[0].charged_bytes == 0; });
  Await([&] { return heap.Counts().decommitted_bytes >= 4 * kMiB; });

  EXPECT_NE(Get(heap, 16 * kMiB), nullptr) << "and the thread goes on";
}

TEST(Janitor, LiveBlocksKeepTheirPagesAndTheirNeighboursGo) {
  Heap heap(Decaying(2));
  std::vector<void*> blocks;
  for (int i = 0; i < 8; ++i) blocks.push_back(Get(heap, kMiB));
  for (void* block : blocks) std::memset(block, 7, kMiB);
  std::vector<void*> kept;
  for (std::size_t i = 0; i < blocks.size(); i += 2) {
    heap.Free(blocks[i], Family::kTransfer);
    kept.push_back(blocks[i + 1]);
  }

  Await([&] { return heap.Counts().decommitted_bytes >= 4 * kMiB; });

  for (void* block : kept) {
    EXPECT_EQ(std::memchr(block, 0, kMiB), nullptr) << "not a byte is lost";
  }
  FreeAll(heap, kept);
}

TEST(Janitor, PagesAboveTheRetentionLimitGoBackAtOnceAlsoWithoutDecay) {
  Options options = Decaying(0);
  options.retain = kMiB;
  Heap heap(options);

  TouchAndFreeElsewhere(heap, 8);

  Await([&] { return heap.Counts().decommitted_bytes >= 7 * kMiB; });
}

TEST(Janitor, AHeapMayGoWhileItsPagesGoBack) {
  Options options = Decaying(0);
  options.retain = 0;
  for (int round = 0; round < 30; ++round) {
    Heap heap(options);
    TouchAndFreeElsewhere(heap, 8);
  }
}

TEST(Janitor, OneThreadDoesItAndItIsNamed) {
  Heap heap(Decaying(1));
  void* const block = Get(heap, kMiB);
  Await([] { return ThreadsNamed("openmatrix-trim") == 1; });
  TouchAndFreeElsewhere(heap, 1);
  EXPECT_EQ(ThreadsNamed("openmatrix-trim"), 1);
  FreeAll(heap, {block});
}

TEST(Janitor, TheThreadEndsWhenNothingIsLeftToDoAndComesBack) {
  Heap heap(Decaying(1));
  for (std::uint64_t round = 1; round <= 3; ++round) {
    TouchAndFreeElsewhere(heap, 1);
    Await([&] { return heap.Counts().decommitted_bytes >= round * kMiB; });
    Await([] { return ThreadsNamed("openmatrix-trim") == 0; });
  }
}

// ThreadSanitizer starts no threads in a child.
#if !defined(__SANITIZE_THREAD__)
// The exit status of a child whose only thread calls `body` with a heap and leaves by pthread_exit.
// Its exit handlers then run on the janitor's thread, and may start threads that allocate.
int StatusOfLastThread(void (*body)(Heap&)) {
  static Heap* heap = nullptr;
  pid_t child = -1;
  // Not the test program's main, whose frames pthread_exit would unwind.
  std::thread([&child, body] {
    child = ::fork();
    if (child != 0) return;
    ::alarm(60);
    heap = new Heap(Decaying(1));
    std::atexit([] {
      std::thread([] { FreeAll(*heap, {Get(*heap, kMiB)}); }).join();
      ::_exit(3);  // the test program's own end is not for this thread
    });
    body(*heap);
    ::pthread_exit(nullptr);
  }).join();
  int status = -1;
  if (::waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
  return WEXITSTATUS(status);
}

TEST(Janitor, AProcessWhoseLastThreadLeavesEnds) {
  EXPECT_EQ(StatusOfLastThread([](Heap& heap) { FreeAll(heap, {Get(heap, kMiB)}); }), 3);
}

TEST(Janitor, AProcessWhoseLastThreadLeavesBlocksBehindEnds) {
  EXPECT_EQ(StatusOfLastThread([](Heap& heap) { Get(heap, kMiB); }), 3);
}
#endif

TEST(Janitor, WithoutDecayAndBelowTheRetentionLimitThereIsNoThread) {
  Heap heap(Decaying(0));
  TouchAndFreeElsewhere(heap, 4);
  EXPECT_EQ(ThreadsNamed("openmatrix-trim"), 0);
  EXPECT_EQ(heap.Counts().decommitted_bytes, 0u);
}

TEST(Janitor, TrimmersAllocatorsAndTheJanitorGetAlong) {
  Heap heap(Decaying(1));
  std::vector<std::thread> threads;
  for (int id = 0; id < 3; ++id) {
    threads.emplace_back([&, id] {
      for (int step = 0; step < 200; ++step) {
        void* block = Get(heap, kMiB);
        std::memset(block, id, 4096);
        if (id == 0) heap.Trim();
        EXPECT_EQ(static_cast<char*>(block)[4095], id);
        heap.Free(block, Family::kTransfer);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  heap.Trim();
  EXPECT_EQ(heap.Counts().views[0].live_blocks, 0u);
}

}  // namespace
}  // namespace openmatrix
