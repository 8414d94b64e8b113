#include "runtime/graph_config.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <iterator>
#include <set>
#include <utility>

#include "base/log_sink.h"
#include "base/mutex.h"
#include "base/no_destructor.h"
#include "os/fork_guard.h"
#include "os/regular_file.h"
#include "os/stack_room.h"

namespace openmatrix {
namespace {

// For libprotobuf's first use, and the deepest text that is let in.
constexpr std::size_t kStackOfParser = std::size_t{256} << 10;

// The parser has locks of its own, which protobuf does not bring through a fork.
Mutex g_parsing;
NoDestructor<HeldAcrossForks> g_parsing_held(ForkRank::kTables, g_parsing);

// Keeps the first error; protobuf would print all of them to stderr.
class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, google::protobuf::io::ColumnNumber column,
                const std::string& message) override {
    if (!text_.empty()) return;
    text_ = std::to_string(line + 1) + ":" + std::to_string(column + 1) + ": " + message;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

std::string InGraph(std::uint32_t graph) { return "graph " + std::to_string(graph); }

std::string InEngine(std::uint32_t graph, std::uint32_t engine) {
  return InGraph(graph) + ", engine " + std::to_string(engine);
}

// With a stack of its own: what is asked here is whether the program's would do.
bool IsTooDeep(const hiai::AIConfig& config) {
  std::vector<std::pair<const hiai::AIConfigItem*, int>> items;
  for (const hiai::AIConfigItem& item : config.items()) items.emplace_back(&item, 1);
  while (!items.empty()) {
    const auto [item, depth] = items.back();
    items.pop_back();
    if (depth > kMaxConfigDepth) return true;
    for (const hiai::AIConfigItem& inner : item->sub_items()) items.emplace_back(&inner, depth + 1);
  }
  return false;
}

// The system would take what stands before the NUL for the name.
Status CheckNames(const hiai::EngineConfig& config, const std::string& where) {
  const auto is_cut = [](const std::string& name) { return name.find('\0') != std::string::npos; };
  const auto any_is_cut = [&](const auto& names) {
    return std::any_of(names.begin(), names.end(), is_cut);
  };
  const char* const field = is_cut(config.engine_name())            ? "engine_name"
                            : any_is_cut(config.so_name())          ? "so_name"
                            : any_is_cut(config.internal_so_name()) ? "internal_so_name"
                                                                    : nullptr;
  if (field == nullptr) return {};
  return {Code::kConfigMalformed, where + ": " + field + " has a NUL byte in it"};
}

Result<View> PlanDevice(const hiai::GraphConfig& graph, const PlanLimits& limits) {
  const std::string& text = graph.device_id();
  std::uint64_t device = limits.default_device;
  if (!text.empty()) {
    if (text.find_first_not_of("0123456789") != std::string::npos || text.size() > 9) {
      return {Code::kConfigMalformed,
              InGraph(graph.graph_id()) + ": device_id \"" + text + "\" is not a number"};
    }
    device = std::stoull(text);
  }
  if (device >= limits.devices) {
    return {Code::kOutOfRange, InGraph(graph.graph_id()) + ": device_id " + std::to_string(device) +
                                   ", but there are " + std::to_string(limits.devices) +
                                   " devices (OPENMATRIX_DEVICES)"};
  }
  return View::Device(static_cast<std::uint32_t>(device));
}

}  // namespace

Status CheckDepth(const hiai::AIConfig& config, std::uint32_t graph, std::uint32_t engine) {
  if (!IsTooDeep(config)) return {};
  return {Code::kConfigMalformed, InEngine(graph, engine) + ": sub_items are nested more than " +
                                      std::to_string(kMaxConfigDepth) + " deep"};
}

Result<EnginePlan> PlanEngine(const hiai::EngineConfig& config, std::uint32_t graph, View device) {
  const std::string where = InEngine(graph, config.id());
  if (config.engine_name().empty()) {
    return {Code::kEngineNotCreated, where + ": engine_name is missing"};
  }
  const Status named = CheckNames(config, where);
  if (!named.ok()) return named.error();
  if (config.thread_priority() > kMaxThreadPriority) {
    return {Code::kOutOfRange, where + ": thread_priority " +
                                   std::to_string(config.thread_priority()) + " is not in 1 .. 99"};
  }
  if (config.thread_num() > kMaxWorkers) {
    return {Code::kOutOfRange, where + ": thread_num " + std::to_string(config.thread_num()) +
                                   " is more than " + std::to_string(kMaxWorkers)};
  }
  Status shallow = CheckDepth(config.ai_config(), graph, config.id());
  if (!shallow.ok()) return shallow.error();
  EnginePlan plan;
  plan.id = config.id();
  plan.name = config.engine_name();
  // Empty values are common in configurations, and mean what an absent field means.
  const auto is_given = [](const std::string& name) { return !name.empty(); };
  std::copy_if(config.so_name().begin(), config.so_name().end(), std::back_inserter(plan.libraries),
               is_given);
  std::copy_if(config.internal_so_name().begin(), config.internal_so_name().end(),
               std::back_inserter(plan.installed), is_given);
  plan.side = config.side() == hiai::EngineConfig_RunSide_HOST ? View::Host() : device;
  plan.workers = config.thread_num() != 0 ? config.thread_num() : 1;
  plan.priority = config.thread_priority();
  if (config.queue_size() != 0) plan.queue_size = config.queue_size();
  if (plan.queue_size > kMaxQueueSize) {
    Log(LogLevel::kWarning, "%s: queue_size %u cut to %u", where.c_str(), plan.queue_size,
        kMaxQueueSize);
    plan.queue_size = kMaxQueueSize;
  }
  plan.quiet_ms = config.wait_inputdata_max_time();
  plan.quiet_repeats = config.is_repeat_timeout_flag();
  plan.config = config.ai_config();
  plan.models.assign(config.ai_model().begin(), config.ai_model().end());
  plan.oam = config.oam_config();
  return plan;
}

EdgePlan PlanEdge(const hiai::ConnectConfig& config, std::uint32_t graph) {
  return EdgePlan{config.src_engine_id(),
                  config.src_port_id(),
                  config.target_graph_id() != 0 ? config.target_graph_id() : graph,
                  config.target_engine_id(),
                  config.target_port_id(),
                  config.receive_memory_without_dvpp()};
}

namespace {

Result<GraphPlan> PlanGraph(const hiai::GraphConfig& config, const PlanLimits& limits) {
  GraphPlan plan;
  plan.id = config.graph_id();
  if (plan.id == 0 && limits.rules == Rules::kStrict) {
    return {Code::kInvalidValue, "graph_id 0 is not allowed under strict rules"};
  }
  if (static_cast<std::uint32_t>(config.engines_size()) > kMaxEnginesPerGraph) {
    return {Code::kOutOfRange, InGraph(plan.id) + ": " + std::to_string(config.engines_size()) +
                                   " engines are more than " + std::to_string(kMaxEnginesPerGraph)};
  }
  const Result<View> device = PlanDevice(config, limits);
  if (!device.ok()) return device.error();
  plan.device = device.value();
  std::set<std::uint32_t> engines;
  for (const hiai::EngineConfig& engine : config.engines()) {
    if (!engines.insert(engine.id()).second) {
      return {Code::kEngineIdRepeated, InEngine(plan.id, engine.id()) + ": the id is used twice"};
    }
    Result<EnginePlan> planned = PlanEngine(engine, plan.id, plan.device);
    if (!planned.ok()) return planned.error();
    plan.engines.push_back(std::move(planned.value()));
  }
  for (const hiai::ConnectConfig& edge : config.connects()) {
    plan.edges.push_back(PlanEdge(edge, plan.id));
  }
  return plan;
}

bool HasEngine(const std::vector<GraphPlan>& plans, std::uint32_t graph, std::uint32_t engine) {
  for (const GraphPlan& plan : plans) {
    if (plan.id != graph) continue;
    for (const EnginePlan& candidate : plan.engines) {
      if (candidate.id == engine) return true;
    }
  }
  return false;
}

Status CheckEdges(const std::vector<GraphPlan>& plans) {
  for (const GraphPlan& plan : plans) {
    for (const EdgePlan& edge : plan.edges) {
      if (!HasEngine(plans, plan.id, edge.source_engine)) {
        return {Code::kBadConnection, InGraph(plan.id) + ": connects names unknown src_engine_id " +
                                          std::to_string(edge.source_engine)};
      }
      if (!HasEngine(plans, edge.target_graph, edge.target_engine)) {
        return {Code::kBadConnection,
                InGraph(plan.id) + ": connects names unknown target_engine_id " +
                    std::to_string(edge.target_engine) + " in " + InGraph(edge.target_graph)};
      }
    }
  }
  return {};
}

// libprotobuf makes its tables of messages at their first use. If memory ends in between they stay
// half made, and the next use would crash.
enum class Tables : std::uint8_t { kUnmade, kMade, kHalfMade };
std::atomic<Tables> g_tables{Tables::kUnmade};  // no partner: a number of its own

class UseOfTables {
 public:
  bool impossible() const { return g_tables.load() == Tables::kHalfMade; }
  void Succeeded() { g_tables.store(Tables::kMade); }
  ~UseOfTables() {
    Tables now = Tables::kUnmade;
    const bool thrown = std::uncaught_exceptions() > before_;
    if (thrown) g_tables.compare_exchange_strong(now, Tables::kHalfMade);
  }

 private:
  const int before_ = std::uncaught_exceptions();
};

Result<hiai::GraphConfigList> ParseHere(const std::string& text, const std::string& name) {
  UseOfTables use;
  if (use.impossible()) {
    return {Code::kHostMemoryExhausted,
            name +
                ": memory ended while libprotobuf was used the first time; it cannot be used any "
                "more in this process"};
  }
  static constexpr char kByteOrderMark[] = "\xEF\xBB\xBF";  // editors on Windows write it
  const bool marked = text.compare(0, 3, kByteOrderMark) == 0;
  hiai::GraphConfigList list;
  FirstError errors;
  google::protobuf::TextFormat::Parser parser;
  MutexLock lock(g_parsing);
  parser.RecordErrorsTo(&errors);
  // Parser, copies and destructors of messages go down the stack with each level.
  parser.SetRecursionLimit(kMaxConfigDepth);
  if (!parser.ParseFromString(marked ? text.substr(3) : text, &list)) {
    return {Code::kConfigMalformed, name + ":" + errors.text()};
  }
  use.Succeeded();
  return list;
}

}  // namespace

Result<hiai::GraphConfigList> ReadGraphConfig(const std::string& path) {
  const auto failed = [](Code code, const Error& error) {
    return Error{code, "configuration file " + error.text};
  };
  const Result<RegularFile> file = RegularFile::Open(path);
  if (!file.ok()) {
    const bool missing = file.error().code == Code::kFileMissing;
    return failed(missing ? Code::kFileMissing : Code::kConfigMalformed, file.error());
  }
  const Result<std::string> text = file.value().ReadAll(kMaxConfigBytes);
  if (!text.ok()) return failed(Code::kConfigMalformed, text.error());
  return ParseGraphConfig(text.value(), path);
}

Result<hiai::GraphConfigList> ParseGraphConfig(const std::string& text, const std::string& name) {
  Result<hiai::GraphConfigList> list = Error{Code::kConfigMalformed, ""};
  RunWithStack(kStackOfParser, [&] { list = ParseHere(text, name); });
  return list;
}

Result<std::vector<GraphPlan>> PlanGraphs(const hiai::GraphConfigList& list,
                                          const PlanLimits& limits) {
  if (list.graphs_size() == 0) {
    return {Code::kConfigMalformed, "the configuration has no graphs"};
  }
  std::vector<GraphPlan> plans;
  std::set<std::uint32_t> ids;
  for (const hiai::GraphConfig& graph : list.graphs()) {
    if (!ids.insert(graph.graph_id()).second) {
      return {Code::kGraphIdExists, InGraph(graph.graph_id()) + ": the id is used twice"};
    }
    Result<GraphPlan> plan = PlanGraph(graph, limits);
    if (!plan.ok()) return plan.error();
    plans.push_back(std::move(plan.value()));
  }
  const Status edges = CheckEdges(plans);
  if (!edges.ok()) return edges.error();
  return plans;
}

}  // namespace openmatrix
