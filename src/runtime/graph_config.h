// From a protobuf text file to a checked plan: what to build, with every default filled in.
//
// Pure functions: no graph exists yet, nothing is loaded, any thread may call.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/options.h"
#include "base/result.h"
#include "memory/view.h"
#include "proto/graph_config.pb.h"

namespace openmatrix {

constexpr std::uint32_t kMaxEnginesPerGraph = 512;
constexpr std::uint32_t kDefaultQueueSize = 200;
// A slot costs memory before any message comes; more than this is a slip of the pen.
constexpr std::uint32_t kMaxQueueSize = 65536;
constexpr std::uint32_t kMaxWorkers = 1024;
constexpr std::uint32_t kMaxThreadPriority = 99;
constexpr std::uint64_t kMaxConfigBytes = std::uint64_t{64} << 20;
// Levels of braces in a file; of sub_items in a list that the program made. Copies and destructors
// of protobuf take a third of a KiB of the caller's stack for each, and that may have 16 KiB.
constexpr int kMaxConfigDepth = 32;

struct EnginePlan {
  std::uint32_t id = 0;
  std::string name;
  std::vector<std::string> libraries;  // so_name
  std::vector<std::string> installed;  // internal_so_name
  View side;
  std::uint32_t workers = 1;
  std::uint32_t priority = 0;  // 0: the system's normal scheduling
  std::uint32_t queue_size = kDefaultQueueSize;
  std::uint32_t quiet_ms = 0;  // wait_inputdata_max_time
  bool quiet_repeats = false;  // is_repeat_timeout_flag
  hiai::AIConfig config;
  std::vector<hiai::AIModelDescription> models;
  hiai::OAMConfigDef oam;
};

struct EdgePlan {
  std::uint32_t source_engine = 0;
  std::uint32_t source_port = 0;
  std::uint32_t target_graph = 0;
  std::uint32_t target_engine = 0;
  std::uint32_t target_port = 0;
  bool without_dvpp = false;  // receive_memory_without_dvpp
};

struct GraphPlan {
  std::uint32_t id = 0;
  View device;  // the side of its DEVICE engines
  std::vector<EnginePlan> engines;
  std::vector<EdgePlan> edges;
};

struct PlanLimits {
  std::uint32_t default_device = 0;
  std::uint32_t devices = 1;
  Rules rules = Rules::kDefault;
};

// The parts of a plan, for graphs that change later. PlanEngine fails with kEngineNotCreated (no
// engine_name), kConfigMalformed (as CheckDepth) or kOutOfRange. A connection without
// target_graph_id stays within `graph`.
Result<EnginePlan> PlanEngine(const hiai::EngineConfig& config, std::uint32_t graph, View device);
EdgePlan PlanEdge(const hiai::ConnectConfig& config, std::uint32_t graph);

// Fails with kConfigMalformed if `config`, made by the program, is nested too deep to be copied.
Status CheckDepth(const hiai::AIConfig& config, std::uint32_t graph, std::uint32_t engine);

// Reads the regular file at `path`. Fails with kFileMissing, or with kConfigMalformed: naming line
// and column, for what is no regular file, larger than kMaxConfigBytes or nested too deep.
Result<hiai::GraphConfigList> ReadGraphConfig(const std::string& path);

// The same for text that is already here; `name` stands in messages.
Result<hiai::GraphConfigList> ParseGraphConfig(const std::string& text, const std::string& name);

// Checks `list` and fills in defaults. Fails with kConfigMalformed (no graph, device_id is no
// number), kInvalidValue (graph 0 under strict rules), kGraphIdExists (twice in the list),
// kEngineIdRepeated, kBadConnection, kEngineNotCreated (no engine_name), or kOutOfRange.
Result<std::vector<GraphPlan>> PlanGraphs(const hiai::GraphConfigList& list,
                                          const PlanLimits& limits);

}  // namespace openmatrix
