#include "runtime/update_plan.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace openmatrix {
namespace {

Error Rejected(const GraphFacts& graph, const std::string& why) {
  return Error{Code::kUpdateRejected, "update of graph " + std::to_string(graph.id) + ": " + why};
}

std::string Describe(const EdgePlan& edge) {
  return std::to_string(edge.source_engine) + ":" + std::to_string(edge.source_port) + " to " +
         std::to_string(edge.target_engine) + ":" + std::to_string(edge.target_port) +
         " of graph " + std::to_string(edge.target_graph);
}

// The engines that stay, or why one cannot go.
Result<std::set<std::uint32_t>> Remaining(const hiai::GraphUpdateConfig& config,
                                          const GraphFacts& graph) {
  std::set<std::uint32_t> engines(graph.engines.begin(), graph.engines.end());
  for (const std::uint32_t id : config.del_engine_ids()) {
    if (engines.erase(id) == 0) {
      return Rejected(graph,
                      "del_engine_ids names engine " + std::to_string(id) + ", which is not there");
    }
  }
  return engines;
}

// Each entry takes one connection away, so one that exists twice can be named twice.
Status PlanRemovedEdges(const hiai::GraphUpdateConfig& config, const GraphFacts& graph,
                        UpdatePlan& plan) {
  std::vector<EdgePlan> edges = graph.edges;
  for (const hiai::ConnectConfig& entry : config.del_connects()) {
    EdgePlan edge = PlanEdge(entry, graph.id);
    const auto found = std::find_if(edges.begin(), edges.end(), [&](const EdgePlan& candidate) {
      return SameEdge(candidate, edge);
    });
    if (found == edges.end()) {
      return Rejected(graph,
                      "del_connects names a connection that is not there: " + Describe(edge));
    }
    edges.erase(found);
    plan.removed_edges.push_back(edge);
  }
  return {};
}

}  // namespace

bool SameEdge(const EdgePlan& a, const EdgePlan& b) {
  return a.source_engine == b.source_engine && a.source_port == b.source_port &&
         a.target_graph == b.target_graph && a.target_engine == b.target_engine &&
         a.target_port == b.target_port;
}

Result<UpdatePlan> PlanUpdate(
    const hiai::GraphUpdateConfig& config, const GraphFacts& graph,
    const std::function<bool(std::uint32_t graph, std::uint32_t engine)>& has_engine) {
  const hiai::GraphConfig& news = config.updatagraphconfig();
  if (news.graph_id() != 0 && news.graph_id() != graph.id) {
    return Rejected(graph, "it is for graph " + std::to_string(news.graph_id()));
  }
  if (!news.device_id().empty() && news.device_id() != std::to_string(graph.device.device())) {
    return Rejected(graph, "a running graph cannot move to device " + news.device_id());
  }
  Result<std::set<std::uint32_t>> remaining = Remaining(config, graph);
  if (!remaining.ok()) return remaining.error();
  std::set<std::uint32_t>& engines = remaining.value();

  UpdatePlan plan;
  plan.removed_engines.assign(config.del_engine_ids().begin(), config.del_engine_ids().end());
  for (const hiai::EngineConfig& engine : news.engines()) {
    if (!engines.insert(engine.id()).second) {
      return {Code::kEngineIdRepeated, "update of graph " + std::to_string(graph.id) +
                                           ": there is an engine " + std::to_string(engine.id()) +
                                           " already"};
    }
    Result<EnginePlan> planned = PlanEngine(engine, graph.id, graph.device);
    if (!planned.ok()) return planned.error();
    plan.engines.push_back(std::move(planned.value()));
  }
  if (engines.size() > kMaxEnginesPerGraph) {
    return {Code::kOutOfRange, "update of graph " + std::to_string(graph.id) + ": " +
                                   std::to_string(engines.size()) + " engines are more than " +
                                   std::to_string(kMaxEnginesPerGraph)};
  }
  Status removed = PlanRemovedEdges(config, graph, plan);
  if (!removed.ok()) return removed.error();
  for (const hiai::ConnectConfig& entry : news.connects()) {
    const EdgePlan edge = PlanEdge(entry, graph.id);
    const bool target = edge.target_graph == graph.id
                            ? engines.count(edge.target_engine) != 0
                            : has_engine(edge.target_graph, edge.target_engine);
    if (engines.count(edge.source_engine) == 0 || !target) {
      return {Code::kBadConnection,
              "update of graph " + std::to_string(graph.id) +
                  ": connects names an engine that is not there: " + Describe(edge)};
    }
    plan.edges.push_back(edge);
  }
  return plan;
}

}  // namespace openmatrix
