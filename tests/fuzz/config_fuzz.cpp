// Any bytes as a configuration: an error with a text, or a plan that keeps its promises. What
// follows the last '*' comes many times: chance alone does not nest or repeat that deep.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>
#include <utility>

#include "base/log_sink.h"
#include "runtime/graph_config.h"

namespace openmatrix {
namespace {

void Require(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

constexpr std::size_t kRepeats = 20000;
constexpr std::size_t kLongest = 512 << 10;

std::string Repeated(const std::string& text) {
  const std::size_t star = text.rfind('*');
  if (star == std::string::npos) return text;
  const std::string part = text.substr(star + 1);
  std::string all = text.substr(0, star);
  for (std::size_t i = 0; i < kRepeats && all.size() + part.size() <= kLongest; ++i) all += part;
  return all;
}

void CheckError(const Error& error) { Require(!error.text.empty(), "an error has a text"); }

void CheckPlans(const std::vector<GraphPlan>& plans, const PlanLimits& limits) {
  std::set<std::uint32_t> graphs;
  std::set<std::pair<std::uint32_t, std::uint32_t>> engines;
  for (const GraphPlan& plan : plans) {
    Require(graphs.insert(plan.id).second, "a graph's id is used once");
    Require(!plan.device.is_host() && plan.device.device() < limits.devices, "the device exists");
    for (const EnginePlan& engine : plan.engines) {
      Require(engines.emplace(plan.id, engine.id).second, "an engine's id is used once");
      Require(!engine.name.empty(), "an engine has a name");
      Require(engine.workers >= 1 && engine.workers <= kMaxWorkers, "workers");
      Require(engine.queue_size >= 1 && engine.queue_size <= kMaxQueueSize, "queue size");
      Require(engine.priority <= kMaxThreadPriority, "priority");
    }
  }
  for (const GraphPlan& plan : plans) {
    for (const EdgePlan& edge : plan.edges) {
      Require(engines.count({plan.id, edge.source_engine}) == 1, "a source exists");
      Require(engines.count({edge.target_graph, edge.target_engine}) == 1, "a target exists");
    }
  }
}

}  // namespace
}  // namespace openmatrix

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace openmatrix;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto list = ParseGraphConfig(Repeated(text), "fuzz");
  if (!list.ok()) return CheckError(list.error()), 0;
  for (const Rules rules : {Rules::kDefault, Rules::kStrict}) {
    const PlanLimits limits{0, 4, rules};
    const auto plans = PlanGraphs(list.value(), limits);
    if (plans.ok()) {
      CheckPlans(plans.value(), limits);
    } else {
      CheckError(plans.error());
    }
  }
  return 0;
}
