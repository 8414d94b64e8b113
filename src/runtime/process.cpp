#include "runtime/process.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "runtime/side.h"
#include "transport/hdc.h"

namespace openmatrix {
namespace {

std::string Named(std::uint32_t graph) { return "graph " + std::to_string(graph); }

}  // namespace

Process::Process(const Options& options, Wiring wiring)
    : options_(options),
      arm_exit_(wiring.arm_exit),
      process_id_(::getpid()),
      heap_(options_),
      host_types_(std::move(wiring.host_types)),
      device_types_(std::move(wiring.device_types)),
      host_engines_(wiring.host_engines),
      device_engines_(wiring.device_engines),
      loader_([this] {
        host_types_.Refresh();
        device_types_.Refresh();
        ArmExit();
      }) {}

Process::~Process() {
  for (const std::uint32_t id : GraphIds()) static_cast<void>(DestroyGraph(id));
}

Status Process::Init(std::uint32_t device) {
  if (device >= options_.devices || device >= kMaxDevices) {
    return {Code::kInitFailed, "device " + std::to_string(device) + ": there are " +
                                   std::to_string(options_.devices) +
                                   " devices (OPENMATRIX_DEVICES)"};
  }
  default_device_.store(device, std::memory_order_relaxed);
  return {};
}

Result<std::vector<std::shared_ptr<GraphImpl>>> Process::CreateGraphs(
    const hiai::GraphConfigList& config) {
  const PlanLimits limits{default_device_.load(std::memory_order_relaxed),
                          std::min(options_.devices, kMaxDevices), options_.rules};
  Result<std::vector<GraphPlan>> plans = PlanGraphs(config, limits);
  if (!plans.ok()) return plans.error();
  // Before user code runs; Publish asks again, for those who create at the same time.
  const Status unused = CheckUnused(plans.value());
  if (!unused.ok()) return unused.error();
  Graphs graphs;
  for (const GraphPlan& plan : plans.value()) {
    graphs.push_back(std::make_shared<GraphImpl>(*this, plan));
  }
  Status built = Build(graphs);
  for (const std::shared_ptr<GraphImpl>& graph : graphs) graph->EndBuild();
  if (!built.ok()) {
    Withdraw(graphs);
    return built.error();
  }
  ArmExit();
  return graphs;
}

Status Process::Build(const Graphs& graphs) {
  for (const std::shared_ptr<GraphImpl>& graph : graphs) {
    Status created = graph->CreateEngines();
    if (!created.ok()) return created;
  }
  const auto find = [&graphs](std::uint32_t id) -> std::shared_ptr<GraphImpl> {
    for (const std::shared_ptr<GraphImpl>& graph : graphs) {
      if (graph->id() == id) return graph;
    }
    return nullptr;
  };
  for (const std::shared_ptr<GraphImpl>& graph : graphs) {
    Status connected = graph->Connect(find);
    if (!connected.ok()) return connected;
  }
  // Init may already send to its graph, and watch its ports: it must be found.
  Status published = Publish(graphs);
  if (!published.ok()) return published;
  for (const std::shared_ptr<GraphImpl>& graph : graphs) {
    Status ready = graph->InitEngines();
    if (!ready.ok()) return ready;
  }
  for (const std::shared_ptr<GraphImpl>& graph : graphs) {
    Status started = graph->Start();
    if (!started.ok()) return started;
  }
  return {};
}

Status Process::CheckUnused(const std::vector<GraphPlan>& plans) {
  MutexLock lock(mutex_);
  for (const GraphPlan& plan : plans) {
    if (graphs_.count(plan.id) != 0) {
      return {Code::kGraphIdExists, Named(plan.id) + " exists already"};
    }
  }
  return {};
}

Status Process::Publish(const Graphs& graphs) {
  MutexLock lock(mutex_);
  for (const std::shared_ptr<GraphImpl>& graph : graphs) {
    if (graphs_.count(graph->id()) != 0) {
      return {Code::kGraphIdExists, Named(graph->id()) + " exists already"};
    }
  }
  ever_.erase(std::remove_if(ever_.begin(), ever_.end(),
                             [](const std::weak_ptr<GraphImpl>& graph) { return graph.expired(); }),
              ever_.end());
  for (const std::shared_ptr<GraphImpl>& graph : graphs) {
    graphs_[graph->id()] = graph;
    ever_.push_back(graph);
  }
  return {};
}

void Process::Withdraw(const Graphs& graphs) {
  {
    MutexLock lock(mutex_);
    for (const std::shared_ptr<GraphImpl>& graph : graphs) {
      const auto found = graphs_.find(graph->id());
      if (found != graphs_.end() && found->second == graph) graphs_.erase(found);
    }
  }
  for (const std::shared_ptr<GraphImpl>& graph : graphs) {
    static_cast<void>(graph->Destroy(kDestroyBound));
  }
}

std::shared_ptr<GraphImpl> Process::FindGraph(std::uint32_t id) {
  MutexLock lock(mutex_);
  const auto found = graphs_.find(id);
  return found != graphs_.end() ? found->second : nullptr;
}

std::vector<std::uint32_t> Process::GraphIds() {
  MutexLock lock(mutex_);
  std::vector<std::uint32_t> ids;
  for (const auto& entry : graphs_) ids.push_back(entry.first);
  return ids;
}

Status Process::DestroyGraph(std::uint32_t id, std::chrono::milliseconds bound) {
  std::shared_ptr<GraphImpl> graph;
  {
    MutexLock lock(mutex_);
    const auto found = graphs_.find(id);
    if (found == graphs_.end()) return {Code::kNoGraph, Named(id) + " does not exist"};
    graph = std::move(found->second);
    graphs_.erase(found);
  }
  return graph->Destroy(bound);
}

Result<std::shared_ptr<GraphImpl>> Process::Locate(const PortAddress& address,
                                                   EngineHost*& engine) {
  std::shared_ptr<GraphImpl> graph = FindGraph(address.graph);
  if (graph == nullptr) return {Code::kNoGraph, Named(address.graph) + " does not exist"};
  engine = graph->FindEngine(address.engine);
  if (engine == nullptr) {
    return {Code::kNoEngine,
            Named(address.graph) + " has no engine " + std::to_string(address.engine)};
  }
  return graph;
}

Status Process::Send(View view, const PortAddress& target, const std::string& name,
                     const std::shared_ptr<void>& message, const Wait& wait) {
  if (message == nullptr) return {Code::kInvalidValue, "SendData of a null message"};
  if (name.empty()) return {Code::kInvalidValue, "SendData without a message name"};
  EngineHost* engine = nullptr;
  const Result<std::shared_ptr<GraphImpl>> graph = Locate(target, engine);
  if (!graph.ok()) return graph.error();
  if (graph.value()->stopping()) {
    return {Code::kQueueStopped, Named(target.graph) + " is being destroyed"};
  }
  const Target to{engine->mailbox(), target.port, engine->side()};
  const Sender from{heap_, view, types(view)};
  return openmatrix::Send(from, Targets{&to, 1}, name, message, wait);
}

Status Process::SendCopy(View view, const PortAddress& target, const std::string& name,
                         void* object, const Wait& wait) {
  if (object == nullptr) return {Code::kInvalidValue, "SendData of a null message"};
  if (name.empty()) return {Code::kInvalidValue, "SendData without a message name"};
  EngineHost* engine = nullptr;
  const Result<std::shared_ptr<GraphImpl>> graph = Locate(target, engine);
  if (!graph.ok()) return graph.error();
  const TypeHooks* hooks = types(view).Find(name);
  if (hooks == nullptr || !hooks->convert) {
    return {Code::kNoConverter, "message type \"" + name + "\" has no converter"};
  }
  std::shared_ptr<void> message = hooks->convert(object);
  if (message == nullptr) {
    return {Code::kNoConverter, "the converter of \"" + name + "\" returned null"};
  }
  if (engine->side() == view) {
    const Sender from{heap_, view, types(view)};
    Result<std::shared_ptr<void>> copy = Copy(from, name, message, wait);
    if (!copy.ok()) return copy.error();
    message = std::move(copy.value());
  }
  return Send(view, target, name, message, wait);
}

Status Process::SetReceiver(View view, const PortAddress& source,
                            std::shared_ptr<hiai::DataRecvInterface> receiver) {
  EngineHost* engine = nullptr;
  const Result<std::shared_ptr<GraphImpl>> graph = Locate(source, engine);
  if (!graph.ok()) return graph.error();
  if (engine->side() != view) {
    return {Code::kNoEngine, Named(source.graph) + ": engine " + std::to_string(source.engine) +
                                 " is on the other side; only its own side can watch it"};
  }
  return engine->SetReceiver(source.port, std::move(receiver));
}

void Process::ArmExit() {
  if (arm_exit_ != nullptr) arm_exit_();
}

void Process::Park(std::chrono::milliseconds bound) {
  // A forked child has the graphs but none of their threads.
  if (::getpid() != process_id_) return;
  const auto deadline = std::chrono::steady_clock::now() + bound;
  Graphs graphs;
  {
    MutexLock lock(mutex_);
    for (const std::weak_ptr<GraphImpl>& entry : ever_) {
      std::shared_ptr<GraphImpl> graph = entry.lock();
      if (graph != nullptr) graphs.push_back(std::move(graph));
    }
  }
  for (const std::shared_ptr<GraphImpl>& graph : graphs) graph->Park(deadline);
}

}  // namespace openmatrix
