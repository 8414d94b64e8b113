// Children, and children of those, while threads of the parent use everything. A child may call
// whatever it likes and end as it likes: none hangs, memory works in it and is its own, and the
// parent notices nothing.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "hiaiengine/data_type_reg.h"
#include "hiaiengine/log.h"
#include "storm.h"

namespace {
bool g_is_child = false;
}  // namespace

// The parent's other threads, whose stacks hold what they allocated, are not there in a child that
// calls exit(): all of that would count as leaked.
extern "C" int __lsan_is_turned_off();  // NOLINT: the name is LeakSanitizer's
extern "C" int __lsan_is_turned_off() { return g_is_child ? 1 : 0; }

namespace storm {
namespace {

constexpr std::uint32_t kBytes = 300 << 10;
constexpr std::uint64_t kTag = 7;
constexpr unsigned kChildSeconds = 40;  // what takes longer hangs

// What a child found, as its exit status.
enum Finding : int { kFine = 0, kWrongBytes = 41, kRefused = 42, kWrongStatus = 43 };

std::atomic<bool> g_stop{false};
std::atomic<std::uint32_t> g_wrong{0};
std::atomic<std::uint32_t> g_received{0};
std::uint8_t* g_still = nullptr;  // a block of the parent's that nobody changes

std::uint8_t* Take(bool host, std::uint32_t bytes, std::uint64_t tag, std::uint32_t time) {
  void* block = nullptr;
  if (HalfOf(host).alloc(bytes, block, time, 0) != HIAI_OK) return nullptr;
  Fill(static_cast<std::uint8_t*>(block), bytes, tag);
  return static_cast<std::uint8_t*>(block);
}

std::shared_ptr<Parcel> Of(std::uint8_t* data, std::uint32_t bytes, std::uint64_t tag) {
  auto parcel = std::make_shared<Parcel>();
  parcel->data = data;
  parcel->bytes = bytes;
  parcel->tag = tag;
  return parcel;
}

HIAI_StatusT Receive(std::uint32_t engine, const std::shared_ptr<Parcel>& parcel) {
  ++g_received;
  if (parcel->data == nullptr || !parcel->crossed) return HIAI_OK;
  if (!Filled(parcel->data, parcel->bytes, parcel->tag)) ++g_wrong;
  if (HalfOf(engine % 2 == 1).free(parcel->data) != HIAI_OK) ++g_wrong;
  return HIAI_OK;
}

// --- the parent's threads

void UseMemory(Random& random) {
  const std::uint32_t bytes = AnySize(random);
  const std::uint64_t tag = random();
  std::uint8_t* const block = Take(Below(random, 2) == 0, bytes, tag, Below(random, 3));
  if (block == nullptr) return;
  if (!Filled(block, bytes, tag)) ++g_wrong;
  if (HostHalf().free(block) != HIAI_OK) ++g_wrong;
}

void UseGraph(Random& random) {
  const bool host = Below(random, 2) == 0;
  const std::uint32_t bytes = 1 + Below(random, 64 << 10);
  const std::uint64_t tag = random();
  std::uint8_t* const block = Take(host, bytes, tag, 5);
  if (block == nullptr) return;
  const HIAI_StatusT status =
      HalfOf(host).send(host ? 1 : 2, Below(random, 2), Of(block, bytes, tag), 5);
  if (status != HIAI_OK && HostHalf().free(block) != HIAI_OK) ++g_wrong;
}

void UseTables(Random& random) {
  std::uint32_t first = 0;
  HIAI_GetFirstGraphId(&first);
  hiai::Graph::GetInstance(kGraphId);
  hiai::Graph::CreateGraph(std::string("/nonexistent"));
  hiai::Graph::DestroyGraph(77);
  HIAIDataTypeFactory::GetInstance()->Register("storm." + std::to_string(Below(random, 100)),
                                               HIAI_ConvertFuncT([](void*) { return nullptr; }));
  HIAI_ENGINE_LOG(HIAI_OK, "a line %u", first);
}

void UseAll(std::uint64_t seed) {
  Random random(seed);
  while (!g_stop) {
    switch (Below(random, 8)) {
      case 0:
      case 1:
        UseMemory(random);
        break;
      case 2:
        UseTables(random);
        break;
      default:
        UseGraph(random);
    }
  }
}

// --- a child

[[noreturn]] void Leave(int finding) { ::_exit(finding); }

void Require(bool good, Finding finding) {
  if (!good) Leave(finding);
}

// Memory works, and is the child's own.
void UseMemoryInChild(Random& random) {
  Require(Filled(g_still, kBytes, kTag), kWrongBytes);
  const std::uint64_t tag = random();
  std::uint8_t* const block = Take(Below(random, 2) == 0, kBytes, tag, 20);
  if (block == nullptr) return;  // the parent's threads may have had all at that moment
  Fill(g_still, kBytes, tag + 1);
  Require(Filled(block, kBytes, tag), kWrongBytes);
  Require(HostHalf().free(block) == HIAI_OK, kRefused);
  Require(HostHalf().free(block) == HIAI_GRAPH_NOT_FOND_MEMORY, kRefused);
  Require(Filled(g_still, kBytes, tag + 1), kWrongBytes);
  Fill(g_still, kBytes, kTag);
}

// There is nobody who would receive anything. What counts is that the answer comes, and is no lie.
void UseGraphInChild(Random& random) {
  const bool host = Below(random, 2) == 0;
  std::uint8_t* const block = Take(host, kBytes, kTag, 0);
  if (block != nullptr) {
    const std::uint32_t port = Below(random, 3);
    const auto parcel = Of(block, kBytes, kTag);
    Require(HalfOf(host).send(host ? 1 : 2, port, parcel, 5) != HIAI_OK, kWrongStatus);
    Require(HostHalf().free(block) == HIAI_OK, kRefused);
  }
  HIAI_PortID_t target = {kGraphId, 1, 0};
  std::shared_ptr<void> parcel = std::make_shared<Parcel>();
  Require(HIAI_SendData(target, "storm.Parcel", parcel, 5) != HIAI_OK, kWrongStatus);
}

// Not because workers that the child does not have would not stop.
void DestroyInChild(Random&) {
  const HIAI_StatusT status = DestroyStormGraph();
  Require(status == HIAI_OK || status == HIAI_GRAPH_NOT_EXIST, kWrongStatus);
}

void CreateInChild(Random&) { Require(CreateStormGraph(2) != HIAI_OK, kWrongStatus); }

// Fork again: what the child wrote is there, and what the grandchild writes is not.
void ForkInChild(Random& random) {
  const std::uint64_t tag = random();
  std::uint8_t* const block = Take(true, kBytes, tag, 20);
  Fill(g_still, kBytes, tag);
  const pid_t grandchild = ::fork();
  Require(grandchild >= 0, kRefused);
  if (grandchild == 0) {
    ::alarm(kChildSeconds);
    Require(Filled(g_still, kBytes, tag), kWrongBytes);
    Require(block == nullptr || Filled(block, kBytes, tag), kWrongBytes);
    Fill(g_still, kBytes, tag + 1);
    if (block != nullptr) Require(HostHalf().free(block) == HIAI_OK, kRefused);
    UseMemory(random);
    Leave(kFine);
  }
  int status = 0;
  Require(::waitpid(grandchild, &status, 0) == grandchild, kRefused);
  if (WIFSIGNALED(status)) ::raise(WTERMSIG(status));
  Require(WEXITSTATUS(status) == kFine, static_cast<Finding>(WEXITSTATUS(status)));
  Require(Filled(g_still, kBytes, tag), kWrongBytes);
  Require(block == nullptr || Filled(block, kBytes, tag), kWrongBytes);
  if (block != nullptr) Require(HostHalf().free(block) == HIAI_OK, kRefused);
  Fill(g_still, kBytes, kTag);
}

[[noreturn]] void Child(std::uint64_t seed) {
  g_is_child = true;
  ::alarm(kChildSeconds);
  Random random(seed);
  using Use = void (*)(Random&);
  constexpr std::array<Use, 7> kUses = {UseMemoryInChild, UseGraphInChild, UseTables,
                                        DestroyInChild,   CreateInChild,   ForkInChild,
                                        UseMemoryInChild};
  for (std::uint32_t calls = 1 + Below(random, 4); calls > 0; --calls) {
    kUses[Below(random, kUses.size())](random);
  }
  switch (Below(random, 3)) {
    case 0:
      std::exit(kFine);
    case 1:
      ::execl("/bin/true", "true", nullptr);
      Leave(kRefused);
    default:
      Leave(kFine);
  }
}

class ForkStorm : public testing::Test {
 protected:
  void ForkOne() {
    const std::uint64_t seed = random_();
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) Child(seed);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ++children_;
    ASSERT_FALSE(WIFSIGNALED(status))
        << "child of seed " << seed << " ended by signal " << WTERMSIG(status)
        << (WTERMSIG(status) == SIGALRM ? ": it hung" : "");
    ASSERT_EQ(WEXITSTATUS(status), kFine) << "child of seed " << seed;
    EXPECT_TRUE(Filled(g_still, kBytes, kTag));
  }

  Storm storm_;
  Random random_{storm_.seed()};
  std::uint64_t children_ = 0;
};

TEST_F(ForkStorm, NoChildHangsAndTheParentNoticesNothing) {
  SCOPED_TRACE(storm_.Text());
  ASSERT_EQ(CreateStormGraph(2), HIAI_OK);
  HostHalf().set_post(Receive);
  DeviceHalf().set_post(Receive);
  g_still = Take(true, kBytes, kTag, 0);
  ASSERT_NE(g_still, nullptr);
  std::vector<std::thread> threads;
  for (int count = 0; count < 3; ++count) threads.emplace_back(UseAll, random_());
  while (storm_.GoesOn()) ForkOne();
  g_stop = true;
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(HostHalf().free(g_still), HIAI_OK);
  Await([] { return Stats().views[0].live_blocks + Stats().views[1].live_blocks == 0; });
  EXPECT_EQ(g_wrong, 0u);
  EXPECT_GT(g_received, 0u);
  EXPECT_TRUE(WholeLimitIsToBeHad(HostHalf(), kHostLimit));
  EXPECT_TRUE(WholeLimitIsToBeHad(DeviceHalf(), kDeviceLimit));
  EXPECT_EQ(DestroyStormGraph(), HIAI_OK);
  std::printf("%llu children, %u messages\n", static_cast<unsigned long long>(children_),
              g_received.load());
}

// --- daemons

enum class Before { kNothing, kInit, kMemory, kGraph };

// What a daemon does after it has become one. kFine if all works, or, when its parent had the
// graph, if memory does and the graph's answer is no lie.
int Serve(Before before) {
  ::alarm(kChildSeconds);
  if (before == Before::kNothing && HIAI_Init(0) != HIAI_OK) return kWrongStatus;
  Random random(1);
  std::uint8_t* const block = Take(true, kBytes, kTag, 0);
  if (block == nullptr || HostHalf().free(block) != HIAI_OK) return kRefused;
  if (before == Before::kGraph) {
    UseGraphInChild(random);
    return kFine;
  }
  if (CreateStormGraph(2) != HIAI_OK) return kWrongStatus;
  HostHalf().set_post(Receive);
  DeviceHalf().set_post(Receive);
  for (const bool host : {true, false}) {
    std::uint8_t* const sent = Take(host, kBytes, kTag, 0);
    if (sent == nullptr) return kRefused;
    if (HalfOf(host).send(host ? 1 : 2, 0, Of(sent, kBytes, kTag), 0) != HIAI_OK) {
      return kWrongStatus;
    }
  }
  Await([] { return g_received == 2; });
  if (g_wrong != 0) return kWrongBytes;
  return DestroyStormGraph() == HIAI_OK ? kFine : kWrongStatus;
}

[[noreturn]] void BecomeDaemonAndServe(Before before, int report) {
  g_is_child = true;
  if (before != Before::kNothing) HIAI_Init(0);
  if (before == Before::kMemory) HostHalf().free(Take(true, kBytes, kTag, 0));
  if (before == Before::kGraph) Require(CreateStormGraph(2) == HIAI_OK, kWrongStatus);
  Require(::daemon(/*nochdir=*/1, /*noclose=*/1) == 0, kRefused);
  const int finding = Serve(before);
  Require(::write(report, &finding, sizeof finding) == sizeof finding, kRefused);
  Leave(kFine);
}

// The program is a child, so that this one stays what it is. A pipe, because nobody is a daemon's
// parent; it ends with the daemon.
int FindingOfDaemon(Before before) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return kRefused;
  const pid_t program = ::fork();
  if (program == 0) BecomeDaemonAndServe(before, ends[1]);
  ::close(ends[1]);
  ::waitpid(program, nullptr, 0);
  int finding = -1;
  if (::read(ends[0], &finding, sizeof finding) != sizeof finding) finding = -1;
  ::close(ends[0]);
  return finding;
}

TEST(Daemon, WorksWhenItStartsBeforeTheLibrary) {
  EXPECT_EQ(FindingOfDaemon(Before::kNothing), kFine);
}

TEST(Daemon, WorksWhenItStartsRightAfterInit) { EXPECT_EQ(FindingOfDaemon(Before::kInit), kFine); }

TEST(Daemon, WorksWhenItStartsAfterMemoryWasUsed) {
  EXPECT_EQ(FindingOfDaemon(Before::kMemory), kFine);
}

TEST(Daemon, HasMemoryAndNoGraphWhenTheGraphWasItsParents) {
  EXPECT_EQ(FindingOfDaemon(Before::kGraph), kFine);
}

}  // namespace
}  // namespace storm
