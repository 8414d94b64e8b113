// One change of a running graph: engines and connections come and go while messages flow.
//
// All that can fail comes first and touches nothing that runs: the check, the libraries, the new
// engines, their Init and their workers, the memory for what follows. Then the new edges replace
// the old ones, one engine's ports after the other, each in one step, and the removed engines are
// stopped. Messages over other connections notice nothing.
//
// Used by GraphImpl::Modify, which gives updates their turns. User code runs without a lock.
#pragma once

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "base/result.h"
#include "runtime/graph_impl.h"
#include "runtime/update_plan.h"

namespace openmatrix {

class GraphUpdate {
 public:
  explicit GraphUpdate(GraphImpl& graph) : graph_(graph) {}
  // Takes back what was added, unless all of it was done.
  ~GraphUpdate();
  GraphUpdate(const GraphUpdate&) = delete;
  GraphUpdate& operator=(const GraphUpdate&) = delete;

  // REQUIRES: called once. Fails as GraphImpl::Modify.
  Status Run(const hiai::GraphUpdateConfig& config);

 private:
  using Host = std::shared_ptr<EngineHost>;

  // Makes the new engines and connects what they send.
  Status Prepare();
  Status CreateEngines();
  Status ResolveEdges();
  // The new engines become the graph's: found, initialised, started.
  Status Join();
  Status StartNew();
  void PrepareCommit();
  void Commit();
  void ForgetGone();
  void TakeBack();

  Host FindSource(std::uint32_t id);
  Host FindTarget(const EdgePlan& edge);

  GraphImpl& graph_;
  UpdatePlan plan_;
  bool committed_ = false;
  GraphImpl::Members added_;
  std::vector<Host> foreign_;                // of other graphs, to which new edges lead
  std::map<Host, std::vector<Edge>> edges_;  // new ones, by where they start
  // For Commit, which must not need memory.
  GraphImpl::Members gone_;
  std::vector<EdgePlan> entries_;  // the connections that are to go
  std::vector<std::pair<Host, OutputPorts::Change>> changes_;
};

}  // namespace openmatrix
