// A graph that is modified while two threads send through it: what goes over the connection that
// stays arrives in order and completely, whatever comes and goes beside it.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "hiaiengine/api.h"
#include "hiaiengine/engine.h"
#include "proto/graph_config.pb.h"
#include "stress.h"

namespace {

constexpr std::uint32_t kGraph = 1;
constexpr std::uint32_t kFeeder = 1;
constexpr std::uint32_t kSink = 2;
constexpr std::uint32_t kPatience = 100000;  // milliseconds
constexpr std::size_t kSenders = 2;

struct Parcel {
  std::size_t sender = 0;
  std::uint32_t number = 0;
};

std::atomic<std::uint32_t> g_received[kSenders];
std::atomic<std::uint32_t> g_wrong{0};
std::atomic<int> g_passers_by{0};

class StressFeeder : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};
HIAI_IMPL_ENGINE_PROCESS("StressFeeder", StressFeeder, 1) {
  const HIAI_StatusT status = SendData(0, "stress.Parcel", arg0, kPatience);
  if (status != HIAI_OK) ++g_wrong;
  return status;
}

class StressOrderedSink : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};
HIAI_IMPL_ENGINE_PROCESS("StressOrderedSink", StressOrderedSink, 1) {
  const auto parcel = std::static_pointer_cast<Parcel>(arg0);
  if (++g_received[parcel->sender] != parcel->number) ++g_wrong;
  return HIAI_OK;
}

// Comes and goes. Its queue is short and it takes its time, so that senders wait for it.
class StressPasserBy : public hiai::Engine {
 public:
  StressPasserBy() { ++g_passers_by; }
  ~StressPasserBy() override { --g_passers_by; }
  HIAI_StatusT UpdateConfig(const hiai::AIConfig& config) override {
    value_ = config.items(0).value();  // no lock: never while Process runs
    return HIAI_OK;
  }
  HIAI_DEFINE_PROCESS(1, 1)

 private:
  std::string value_;
};
HIAI_IMPL_ENGINE_PROCESS("StressPasserBy", StressPasserBy, 1) {
  for (std::size_t i = 0; i < 3 + value_.size(); ++i) std::this_thread::yield();
  static_cast<void>(arg0);
  return HIAI_OK;
}

void AddPasserBy(hiai::GraphUpdateConfig& change, std::uint32_t id) {
  hiai::GraphConfig* news = change.mutable_updatagraphconfig();
  hiai::EngineConfig* engine = news->add_engines();
  engine->set_id(id);
  engine->set_engine_name("StressPasserBy");
  engine->set_side(hiai::EngineConfig_RunSide_HOST);
  engine->set_queue_size(1);
  hiai::ConnectConfig* edge = news->add_connects();
  edge->set_src_engine_id(kFeeder);
  edge->set_target_engine_id(id);
}

void Create() {
  hiai::GraphConfigList list;
  hiai::GraphConfig* graph = list.add_graphs();
  graph->set_graph_id(kGraph);
  for (const auto& [id, name] : {std::pair<std::uint32_t, const char*>{kFeeder, "StressFeeder"},
                                 {kSink, "StressOrderedSink"}}) {
    hiai::EngineConfig* engine = graph->add_engines();
    engine->set_id(id);
    engine->set_engine_name(name);
    engine->set_side(hiai::EngineConfig_RunSide_HOST);
    engine->set_queue_size(8);
  }
  hiai::ConnectConfig* edge = graph->add_connects();
  edge->set_src_engine_id(kFeeder);
  edge->set_target_engine_id(kSink);
  ASSERT_EQ(hiai::Graph::CreateGraph(list), HIAI_OK);
}

// Adds its engine, exchanges it for another of the same id, cuts its connection, takes it away.
void ModifyUntil(const std::atomic<bool>& done, hiai::Graph& graph, std::uint32_t id,
                 std::atomic<int>& changes) {
  while (!done) {
    hiai::GraphUpdateConfig add;
    AddPasserBy(add, id);
    EXPECT_EQ(graph.ModifyGraph(add), HIAI_OK);
    add.add_del_engine_ids(id);
    EXPECT_EQ(graph.ModifyGraph(add), HIAI_OK);
    hiai::GraphUpdateConfig cut;
    *cut.add_del_connects() = add.updatagraphconfig().connects(0);
    EXPECT_EQ(graph.ModifyGraph(cut), HIAI_OK);
    hiai::GraphUpdateConfig remove;
    remove.add_del_engine_ids(id);
    EXPECT_EQ(graph.ModifyGraph(remove), HIAI_OK);
    ++changes;
  }
}

void SendMany(hiai::Graph& graph, std::size_t sender, std::uint32_t count) {
  for (std::uint32_t number = 1; number <= count; ++number) {
    const auto parcel = std::make_shared<Parcel>(Parcel{sender, number});
    EXPECT_EQ(graph.SendData({kGraph, kFeeder, 0}, "stress.Parcel", parcel, kPatience), HIAI_OK);
  }
}

TEST(ModifyStress, NothingIsLostOrOvertakenOnTheConnectionThatStays) {
  ASSERT_NO_FATAL_FAILURE(Create());
  const auto graph = hiai::Graph::GetInstance(kGraph);
  std::atomic<bool> done{false};
  std::atomic<int> changes{0};
  const auto count = static_cast<std::uint32_t>(openmatrix::Steps(20000));
  std::vector<std::thread> others;
  for (std::uint32_t id : {10u, 11u}) {
    others.emplace_back([&, id] { ModifyUntil(done, *graph, id, changes); });
  }
  others.emplace_back([&] {
    hiai::AIConfig config;
    config.add_items()->set_value("slow");
    for (bool wait = false; !done; wait = !wait) {
      const HIAI_StatusT status = hiai::Graph::UpdateEngineConfig(kGraph, 10, config, wait);
      EXPECT_TRUE(status == HIAI_OK || status == HIAI_GRAPH_ENGINE_NOT_EXIST ||
                  status == HIAI_QUEUE_STOPPED)
          << status;
      std::this_thread::yield();
    }
  });
  std::vector<std::thread> senders;
  for (std::size_t sender = 0; sender < kSenders; ++sender) {
    senders.emplace_back([&, sender] { SendMany(*graph, sender, count); });
  }
  for (std::thread& sender : senders) sender.join();
  while (changes < 5) std::this_thread::yield();
  done = true;
  for (std::thread& other : others) other.join();
  for (const std::atomic<std::uint32_t>& received : g_received) {
    while (received < count) std::this_thread::yield();
  }

  EXPECT_EQ(g_wrong, 0u);
  EXPECT_EQ(g_passers_by, 0);
  EXPECT_EQ(hiai::Graph::DestroyGraph(kGraph), HIAI_OK);
}

// Senders, modifiers and the end of the graph meet; what counts is that nobody hangs or crashes.
TEST(ModifyStress, DestroyComesWhileTheGraphIsModifiedAndUsed) {
  for (int round = 0; round < openmatrix::Steps(60); ++round) {
    for (std::atomic<std::uint32_t>& received : g_received) received = 0;
    ASSERT_NO_FATAL_FAILURE(Create());
    const auto graph = hiai::Graph::GetInstance(kGraph);
    std::vector<std::thread> threads;
    for (std::size_t sender = 0; sender < kSenders; ++sender) {
      threads.emplace_back([&, sender] {
        for (std::uint32_t number = 1;; ++number) {
          const auto parcel = std::make_shared<Parcel>(Parcel{sender, number});
          if (graph->SendData({kGraph, kFeeder, 0}, "stress.Parcel", parcel, kPatience) !=
              HIAI_OK) {
            return;
          }
        }
      });
    }
    for (std::uint32_t id : {10u, 11u}) {
      threads.emplace_back([&, id] {
        hiai::GraphUpdateConfig add;
        AddPasserBy(add, id);
        hiai::GraphUpdateConfig remove;
        remove.add_del_engine_ids(id);
        while (graph->ModifyGraph(add) == HIAI_OK && graph->ModifyGraph(remove) == HIAI_OK) {
        }
      });
    }
    while (g_received[0] < 50) std::this_thread::yield();

    EXPECT_EQ(hiai::Graph::DestroyGraph(kGraph), HIAI_OK);

    for (std::thread& thread : threads) thread.join();
    ASSERT_EQ(g_passers_by, 0);
  }
}

}  // namespace
