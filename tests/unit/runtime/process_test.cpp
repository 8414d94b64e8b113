#include "runtime/process.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "api/process_instance.h"
#include "hiaiengine/engine.h"

namespace {

// What the engine below waits at: nothing of the library can end that.
std::mutex g_mutex;
std::condition_variable g_changed;
bool g_held = false;
bool g_inside = false;
std::atomic<int> g_destroyed{0};

class Stubborn : public hiai::Engine {
 public:
  ~Stubborn() override { ++g_destroyed; }
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("Stubborn", Stubborn, 1) {
  static_cast<void>(arg0);
  std::unique_lock<std::mutex> lock(g_mutex);
  g_inside = true;
  g_changed.notify_all();
  g_changed.wait(lock, [] { return !g_held; });
  g_inside = false;
  return HIAI_OK;
}

void Hold() {
  std::lock_guard<std::mutex> lock(g_mutex);
  g_held = true;
}

void LetGo() {
  std::lock_guard<std::mutex> lock(g_mutex);
  g_held = false;
  g_changed.notify_all();
}

void WaitUntilInside() {
  std::unique_lock<std::mutex> lock(g_mutex);
  g_changed.wait(lock, [] { return g_inside; });
}

}  // namespace

namespace openmatrix {
namespace {

constexpr PortAddress kPort{1, 1, 0};

hiai::GraphConfigList OneEngine(const std::string& name, std::uint32_t id = 1) {
  hiai::GraphConfigList list;
  hiai::GraphConfig* graph = list.add_graphs();
  graph->set_graph_id(id);
  hiai::EngineConfig* engine = graph->add_engines();
  engine->set_id(1);
  engine->set_engine_name(name);
  engine->set_side(hiai::EngineConfig_RunSide_HOST);
  return list;
}

Status SendOne(Process& process) {
  return process.Send(View::Host(), kPort, "name", std::make_shared<int>(1),
                      Wait::For(std::chrono::milliseconds(0)));
}

TEST(Process, ADestroyThatTimesOutKeepsTheEngineUntilItComesBack) {
  Process& process = GetProcess();
  g_destroyed = 0;
  Hold();
  ASSERT_TRUE(process.CreateGraphs(OneEngine("Stubborn")).ok());
  ASSERT_TRUE(SendOne(process).ok());
  WaitUntilInside();

  const Status destroyed = process.DestroyGraph(1, std::chrono::milliseconds(1));

  ASSERT_FALSE(destroyed.ok());
  EXPECT_EQ(destroyed.error().code, Code::kDestroyTimedOut);
  EXPECT_EQ(g_destroyed, 0);
  EXPECT_EQ(process.FindGraph(1), nullptr);
  LetGo();
  while (g_destroyed == 0) std::this_thread::yield();
}

TEST(Process, AParkedGraphRunsNothingMoreAndCanStillBeDestroyed) {
  Process& process = GetProcess();
  g_destroyed = 0;
  ASSERT_TRUE(process.CreateGraphs(OneEngine("Stubborn")).ok());

  process.Park();

  const Status sent = SendOne(process);
  ASSERT_FALSE(sent.ok());
  EXPECT_EQ(sent.error().code, Code::kQueueStopped);
  EXPECT_EQ(g_destroyed, 0);
  EXPECT_TRUE(process.DestroyGraph(1).ok());
  EXPECT_EQ(g_destroyed, 1);
}

TEST(Process, ParkGivesUpOnWorkersThatDoNotComeBack) {
  Process& process = GetProcess();
  Hold();
  ASSERT_TRUE(process.CreateGraphs(OneEngine("Stubborn")).ok());
  ASSERT_TRUE(SendOne(process).ok());
  WaitUntilInside();

  process.Park(std::chrono::milliseconds(1));

  LetGo();
  EXPECT_TRUE(process.DestroyGraph(1).ok());
}

TEST(Process, GraphIdsAreListedInOrder) {
  Process& process = GetProcess();
  ASSERT_TRUE(process.CreateGraphs(OneEngine("Stubborn", 30)).ok());
  ASSERT_TRUE(process.CreateGraphs(OneEngine("Stubborn", 4)).ok());

  EXPECT_EQ(process.GraphIds(), (std::vector<std::uint32_t>{4, 30}));

  EXPECT_TRUE(process.DestroyGraph(30).ok());
  EXPECT_TRUE(process.DestroyGraph(4).ok());
  EXPECT_TRUE(process.GraphIds().empty());
}

TEST(Process, ThreadsThatCreateOneGraphIdAtOnceMakeExactlyOneGraph) {
  Process& process = GetProcess();
  std::atomic<int> made{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const auto graphs = process.CreateGraphs(OneEngine("Stubborn"));
      if (graphs.ok()) {
        ++made;
      } else {
        EXPECT_EQ(graphs.error().code, Code::kGraphIdExists);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(made, 1);
  EXPECT_TRUE(process.DestroyGraph(1).ok());
}

// The system keeps each of them for ever.
TEST(Process, UpdatesThatComeWithEveryFrameRegisterOneExitHandler) {
  static std::atomic<int> handlers;
  handlers = 0;
  Options options;
  options.host_memory = options.device_memory = 4 << 20;
  Process process(options, Process::Wiring{nullptr, &GetEngineRegistry, [] { ++handlers; }});
  ASSERT_TRUE(process.CreateGraphs(OneEngine("Stubborn")).ok());
  const int before = handlers;

  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(process.UpdateConfig(1, 1, hiai::AIConfig(), /*wait=*/true).ok());
  }

  EXPECT_EQ(handlers, before + 1);
}

}  // namespace
}  // namespace openmatrix
