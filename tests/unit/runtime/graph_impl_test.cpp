// A graph that is destroyed while its workers wait for memory.
#include "runtime/graph_impl.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "api/process_instance.h"
#include "hiaiengine/engine.h"
#include "runtime/process.h"
#include "runtime/side.h"

namespace {

openmatrix::Heap* g_heap = nullptr;
std::atomic<int> g_result{-1};  // the Code that the worker's wait ended with

class Hungry : public hiai::Engine {
 public:
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("GraphImplTest.Hungry", Hungry, 1) {
  static_cast<void>(arg0);
  const auto block = g_heap->Allocate(
      openmatrix::View::Host(), 1 << 20, openmatrix::Family::kTransfer, openmatrix::Release::kAuto,
      openmatrix::Wait::For(std::chrono::minutes(1), openmatrix::CurrentStop()));
  g_result = block.ok() ? -2 : static_cast<int>(block.error().code);
  return HIAI_OK;
}

}  // namespace

namespace openmatrix {
namespace {

TEST(GraphImpl, DestroyEndsTheWaitOfAWorkerForMemory) {
  Options options;
  options.host_memory = options.device_memory = 4 << 20;
  Process process(options, Process::Wiring{nullptr, &GetEngineRegistry});
  g_heap = &process.heap();
  std::vector<void*> all;
  for (;;) {
    const auto block = g_heap->Allocate(View::Host(), 1 << 20, Family::kTransfer, Release::kAuto,
                                        Wait::For(std::chrono::milliseconds(0)));
    if (!block.ok()) break;
    all.push_back(block.value());
  }
  hiai::GraphConfigList config;
  hiai::GraphConfig* graph = config.add_graphs();
  graph->set_graph_id(1);
  hiai::EngineConfig* engine = graph->add_engines();
  engine->set_id(1);
  engine->set_engine_name("GraphImplTest.Hungry");
  engine->set_side(hiai::EngineConfig_RunSide_HOST);
  ASSERT_TRUE(process.CreateGraphs(config).ok());
  ASSERT_TRUE(process
                  .Send(View::Host(), PortAddress{1, 1, 0}, "name", std::make_shared<int>(1),
                        Wait::For(std::chrono::milliseconds(0)))
                  .ok());
  while (g_heap->Counts().waits == 0) std::this_thread::yield();

  const Status destroyed = process.DestroyGraph(1);

  EXPECT_TRUE(destroyed.ok());
  EXPECT_EQ(g_result, static_cast<int>(Code::kPoolStopped));
  for (void* block : all) EXPECT_EQ(g_heap->Free(block, Family::kTransfer), FreeVerdict::kFreed);
  while (g_result == -1) std::this_thread::yield();
}

}  // namespace
}  // namespace openmatrix
