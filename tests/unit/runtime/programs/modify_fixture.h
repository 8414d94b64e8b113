// For tests of Graph::ModifyGraph: changes, piece by piece, and what their engines
// (modify_test.cpp) tell.
#pragma once

#include <atomic>
#include <string>
#include <thread>

#include "programs/config_text.h"
#include "programs/graph_fixture.h"
#include "proto/graph_config.pb.h"

namespace modify {

inline Gate g_gate;
inline std::atomic<int> g_alive{0};
inline std::atomic<std::uint32_t> g_last_status{0};
inline std::atomic<int> g_returned{0};   // calls of Process that came back
inline std::atomic<int> g_timed_out{0};  // whose send did
inline std::atomic<HIAI_StatusT> g_status_in_init{0};

using Change = hiai::GraphUpdateConfig;

inline void AddEngine(Change& change, std::uint32_t id, const std::string& name,
                      std::uint32_t queue_size = 0) {
  hiai::EngineConfig* engine = change.mutable_updatagraphconfig()->add_engines();
  engine->set_id(id);
  engine->set_engine_name(name);
  engine->set_side(hiai::EngineConfig_RunSide_HOST);
  engine->set_queue_size(queue_size);
}

inline void Fill(hiai::ConnectConfig& edge, std::uint32_t source, std::uint32_t target,
                 std::uint32_t graph) {
  edge.set_src_engine_id(source);
  edge.set_target_engine_id(target);
  edge.set_target_graph_id(graph);
}

inline void AddEdge(Change& change, std::uint32_t source, std::uint32_t target,
                    std::uint32_t graph = 0) {
  Fill(*change.mutable_updatagraphconfig()->add_connects(), source, target, graph);
}

inline void RemoveEdge(Change& change, std::uint32_t source, std::uint32_t target,
                       std::uint32_t graph = 0) {
  Fill(*change.add_del_connects(), source, target, graph);
}

inline Change Removing(std::uint32_t engine) {
  Change change;
  change.add_del_engine_ids(engine);
  return change;
}

inline HIAI_StatusT Modify(const Change& change, std::uint32_t graph = 1) {
  const auto handle = hiai::Graph::GetInstance(graph);
  return handle != nullptr ? handle->ModifyGraph(change) : HIAI_GRAPH_NOT_EXIST;
}

inline bool Exists(std::uint32_t engine) {
  return hiai::Graph::GetInstance(1)->GetEngine(engine) != nullptr;
}

template <typename Condition>
inline void Await(const Condition& condition) {
  while (!condition()) std::this_thread::yield();
}

class ModifyGraph : public GraphTest {
 protected:
  void SetUp() override {
    g_gate.Reset();
    g_last_status = 0;
    g_status_in_init = 0;
    g_returned = 0;
    g_timed_out = 0;
  }
  void TearDown() override {
    GraphTest::TearDown();
    EXPECT_EQ(g_alive, 0) << "every engine is destroyed with its graph, at the latest";
  }
};

}  // namespace modify
