// From a GraphUpdateConfig to a checked plan of what changes in a running graph.
//
// Pure functions: nothing is loaded or changed, any thread may call.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/result.h"
#include "runtime/graph_config.h"

namespace openmatrix {

// What an update is checked against.
struct GraphFacts {
  std::uint32_t id = 0;
  View device;
  std::vector<std::uint32_t> engines;
  std::vector<EdgePlan> edges;
};

struct UpdatePlan {
  std::vector<EnginePlan> engines;
  std::vector<EdgePlan> edges;
  std::vector<std::uint32_t> removed_engines;
  std::vector<EdgePlan> removed_edges;  // those of removed engines are not listed
};

// Engines are removed before others are added, so an id may be replaced. `has_engine` knows other
// graphs. Fails with kUpdateRejected (another graph or device, something to delete that is not
// there, or twice), kEngineIdRepeated, kBadConnection, kEngineNotCreated (no engine_name) or
// kOutOfRange.
Result<UpdatePlan> PlanUpdate(
    const hiai::GraphUpdateConfig& config, const GraphFacts& graph,
    const std::function<bool(std::uint32_t graph, std::uint32_t engine)>& has_engine);

// True if both say the same connection.
bool SameEdge(const EdgePlan& a, const EdgePlan& b);

}  // namespace openmatrix
