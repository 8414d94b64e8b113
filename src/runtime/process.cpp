#include "runtime/process.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/cancellation.h"
#include "base/log_sink.h"
#include "runtime/side.h"
#include "transport/hdc.h"

namespace openmatrix {
namespace {

std::uint64_t KeyOf(std::uint32_t graph, std::uint32_t engine) {
  return std::uint64_t{graph} << 32 | engine;
}

std::string Named(std::uint32_t graph) { return "graph " + std::to_string(graph); }

}  // namespace

Process::Process(const Options& options, Wiring wiring)
    : options_(options),
      arm_exit_(wiring.arm_exit),
      clock_(wiring.clock),
      process_id_(::getpid()),
      heap_(options_),
      make_types_(wiring.make_types),
      engines_(wiring.engines),
      loader_([this] {
        types_.ForEach([](View, TypeRegistry& types) { types.Refresh(); });
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

// A child of a fork meanwhile has half a graph of its parent's.
class Process::Creating {
 public:
  explicit Creating(Process& process) : process_(process) {
    MutexLock lock(process_.mutex_);
    ++process_.creating_;
  }
  ~Creating() {
    MutexLock lock(process_.mutex_);
    --process_.creating_;
  }
  Creating(const Creating&) = delete;
  Creating& operator=(const Creating&) = delete;

 private:
  Process& process_;
};

Result<std::vector<std::shared_ptr<GraphImpl>>> Process::CreateGraphs(
    const hiai::GraphConfigList& config) {
  const PlanLimits limits{default_device_.load(std::memory_order_relaxed),
                          std::min(options_.devices, kMaxDevices), options_.rules};
  Result<std::vector<GraphPlan>> plans = PlanGraphs(config, limits);
  if (!plans.ok()) return plans.error();
  const Creating creating(*this);
  const Status allowed = MayCreate(plans.value());
  if (!allowed.ok()) return allowed.error();
  Graphs graphs;
  for (const GraphPlan& plan : plans.value()) {
    graphs.push_back(std::make_shared<GraphImpl>(*this, plan));
    graphs.back()->MakeHandle();
  }
  // Also when memory ends and an exception leaves: a graph that is half made goes away again.
  struct Building {
    Process& process;
    const Graphs& graphs;
    bool ok = false;
    ~Building() {
      if (process.graphs_are_parents()) {  // user code forked
        for (const std::shared_ptr<GraphImpl>& graph : graphs) process.Keep(*graph);
        return;
      }
      for (const std::shared_ptr<GraphImpl>& graph : graphs) graph->EndBuild();
      if (!ok) process.Withdraw(graphs);
    }
  };
  {
    Building building{*this, graphs};
    const Status built = Build(graphs);
    building.ok = built.ok();
    if (!built.ok()) return built.error();
  }
  ArmExit();
  return graphs;
}

TypeRegistry& Process::types(View view) {
  return types_.Get(view, [this](View wanted) {
    return make_types_ != nullptr ? make_types_(wanted) : std::make_unique<TypeRegistry>(nullptr);
  });
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
  // User code ran, which may have forked.
  if (Status own = CheckGraphsAreOwn(); !own.ok()) return own;
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

Status Process::MayCreate(const std::vector<GraphPlan>& plans) {
  // Before user code runs; Publish asks again, for those who create at the same time.
  Status allowed = CheckUnused(plans);
  if (allowed.ok()) allowed = CheckGraphsAreOwn();
  if (!allowed.ok()) return allowed;
  // All of them first: nothing of a configuration runs if one library is refused.
  std::map<std::uint8_t, std::vector<std::string>> libraries;  // by View::index
  for (const GraphPlan& plan : plans) {
    for (const EnginePlan& engine : plan.engines) {
      std::vector<std::string>& all = libraries[engine.side.index];
      all.insert(all.end(), engine.libraries.begin(), engine.libraries.end());
    }
  }
  for (const auto& [side, names] : libraries) {
    Status verified = loader_.Verify(names, View{side});
    if (!verified.ok()) return verified;
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
    for (const std::shared_ptr<EngineHost>& engine : graph->Engines()) {
      index_[KeyOf(graph->id(), engine->id())] = engine;
    }
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
    RemoveFromIndex(*graph);
    graph->End(kDestroyBound);
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
  if (graphs_are_parents()) {
    Keep(*graph);
    TellOfFork();
    return {};
  }
  RemoveFromIndex(*graph);
  return graph->Destroy(bound);
}

Result<std::shared_ptr<EngineHost>> Process::Locate(const PortAddress& address) {
  MutexLock lock(mutex_);
  if (graphs_are_parents()) return CheckGraphsAreOwn().error();
  const auto found = index_.find(KeyOf(address.graph, address.engine));
  if (found != index_.end()) return found->second;
  if (graphs_.count(address.graph) == 0) {
    return {Code::kNoGraph, Named(address.graph) + " does not exist"};
  }
  return {Code::kNoEngine,
          Named(address.graph) + " has no engine " + std::to_string(address.engine)};
}

void Process::AddToIndex(GraphImpl& graph, const std::vector<std::shared_ptr<EngineHost>>& added) {
  MutexLock lock(mutex_);
  const auto known = graphs_.find(graph.id());
  if (known == graphs_.end() || known->second.get() != &graph) return;
  for (const std::shared_ptr<EngineHost>& engine : added) {
    index_[KeyOf(graph.id(), engine->id())] = engine;
  }
}

void Process::ReplaceInIndex(const std::shared_ptr<EngineHost>& engine) {
  std::shared_ptr<EngineHost> replaced;  // not destroyed under the lock
  MutexLock lock(mutex_);
  const auto found = index_.find(KeyOf(engine->graph().id(), engine->id()));
  if (found != index_.end() && &found->second->graph() == &engine->graph()) {
    replaced = std::exchange(found->second, engine);
  }
}

void Process::ForgetEngine(EngineHost& engine) {
  std::shared_ptr<EngineHost> forgotten;  // not destroyed under the lock
  MutexLock lock(mutex_);
  const auto found = index_.find(KeyOf(engine.graph().id(), engine.id()));
  if (found == index_.end() || found->second.get() != &engine) return;
  forgotten = std::move(found->second);
  index_.erase(found);
}

// The graph itself must not be found any more. One with its id may be there already.
void Process::RemoveFromIndex(GraphImpl& graph) {
  MutexLock lock(mutex_);
  for (auto entry = index_.begin(); entry != index_.end();) {
    entry = &entry->second->graph() == &graph ? index_.erase(entry) : std::next(entry);
  }
}

void Process::ForgetEdgesTo(EngineHost& engine) {
  Graphs others;
  {
    MutexLock lock(mutex_);
    for (const auto& entry : graphs_) {
      if (entry.second.get() != &engine.graph()) others.push_back(entry.second);
    }
  }
  for (const std::shared_ptr<GraphImpl>& graph : others) graph->ForgetEdgesTo(engine);
}

Status Process::UpdateConfig(std::uint32_t graph, std::uint32_t engine,
                             const hiai::AIConfig& config, bool wait) {
  Status shallow = CheckDepth(config, graph, engine);
  if (!shallow.ok()) return shallow;
  const Result<std::shared_ptr<EngineHost>> found = Locate(PortAddress{graph, engine, 0});
  return found.ok() ? found.value()->UpdateConfig(config, wait) : Status(found.error());
}

Status Process::Send(View view, const PortAddress& target, const std::string& name,
                     const std::shared_ptr<void>& message, const Wait& wait) {
  if (message == nullptr) return {Code::kInvalidValue, "SendData of a null message"};
  if (name.empty()) return {Code::kInvalidValue, "SendData without a message name"};
  const Result<std::shared_ptr<EngineHost>> found = Locate(target);
  if (!found.ok()) return found.error();
  EngineHost* const engine = found.value().get();
  if (engine->graph().stopping()) {
    return {Code::kQueueStopped, Named(target.graph) + " is being destroyed"};
  }
  const Target to{engine->mailbox(), target.port, engine->side()};
  const Sender from{heap_, view, types(view), &links_.cut()};
  return openmatrix::Send(from, Targets{&to, 1}, name, message, wait);
}

Status Process::SendCopy(View view, const PortAddress& target, const std::string& name,
                         void* object, const Wait& wait) {
  if (object == nullptr) return {Code::kInvalidValue, "SendData of a null message"};
  if (name.empty()) return {Code::kInvalidValue, "SendData without a message name"};
  const Result<std::shared_ptr<EngineHost>> found = Locate(target);
  if (!found.ok()) return found.error();
  EngineHost* const engine = found.value().get();
  const TypeHooks* hooks = types(view).Find(name);
  if (hooks == nullptr || !hooks->convert) {
    return {Code::kNoConverter, "message type \"" + name + "\" has no converter"};
  }
  // Nobody else may have it: the message's deleter must not be unwound.
  struct Message {
    std::shared_ptr<void> object;
    ~Message() {
      const NoCancellation here;
      object.reset();
    }
  } message;
  {
    const UserCancellation as_the_user_wants;
    message.object = hooks->convert(object);
  }
  if (message.object == nullptr) {
    return {Code::kNoConverter, "the converter of \"" + name + "\" returned null"};
  }
  if (engine->side() == view) {
    const Sender from{heap_, view, types(view)};
    Result<std::shared_ptr<void>> copy = Copy(from, name, message.object, wait);
    if (!copy.ok()) return copy.error();
    Message original;
    original.object = std::exchange(message.object, std::move(copy.value()));
  }
  return Send(view, target, name, message.object, wait);
}

Status Process::SetReceiver(View view, const PortAddress& source,
                            std::shared_ptr<hiai::DataRecvInterface> receiver) {
  const Result<std::shared_ptr<EngineHost>> found = Locate(source);
  if (!found.ok()) return found.error();
  EngineHost* const engine = found.value().get();
  if (engine->side() != view) {
    return {Code::kNoEngine, Named(source.graph) + ": engine " + std::to_string(source.engine) +
                                 " is on the other side; only its own side can watch it"};
  }
  return engine->SetReceiver(source.port, std::move(receiver));
}

Status Process::CheckDevice(std::uint32_t device) const {
  if (device < options_.devices && device < kMaxDevices) return {};
  return {Code::kOutOfRange, "device " + std::to_string(device) + ": there are " +
                                 std::to_string(options_.devices) +
                                 " devices (OPENMATRIX_DEVICES)"};
}

Status Process::DisconnectDevice(std::uint32_t device) {
  if (Status own = CheckGraphsAreOwn(); !own.ok()) return own;
  Status known = CheckDevice(device);
  if (!known.ok()) return known;
  const std::uint64_t cut = links_.Cut(device);
  if (cut == 0) return {};
  Log(LogLevel::kWarning,
      "device %u is disconnected: until it is connected again messages that need it fail, which is "
      "logged at debug level",
      device);
  Graphs graphs;
  {
    MutexLock lock(mutex_);
    for (const auto& entry : graphs_) {
      if (entry.second->device() == View::Device(device)) graphs.push_back(entry.second);
    }
  }
  for (std::shared_ptr<GraphImpl>& graph : graphs) PostDisconnect(std::move(graph), cut);
  return {};
}

Status Process::ReconnectDevice(std::uint32_t device) {
  if (Status own = CheckGraphsAreOwn(); !own.ok()) return own;
  Status known = CheckDevice(device);
  if (known.ok()) links_.Restore(device);
  return known;
}

Status Process::OnDisconnect(const std::shared_ptr<GraphImpl>& graph,
                             DisconnectHandler::Function handler) {
  if (Status own = CheckGraphsAreOwn(); !own.ok()) return own;
  if (!handler) return {Code::kInvalidValue, "RegisterEventHandle of null"};
  graph->disconnect_handler().Set(std::move(handler));
  if (graph->stopping()) {
    // Nobody forgets it later, and it may hold an engine that holds the graph.
    graph->disconnect_handler().Set({});
    return {Code::kNoGraph, Named(graph->id()) + " is being destroyed"};
  }
  const std::uint64_t cut = links_.CurrentCut(graph->device().device());
  if (cut != 0) PostDisconnect(graph, cut);
  return {};
}

void Process::PostDisconnect(std::shared_ptr<GraphImpl> graph, std::uint64_t cut) {
  if (graph->disconnect_handler().empty()) return;  // no thread for nothing
  notifier_.Post([graph = std::move(graph), cut] { graph->CallDisconnectHandler(cut); });
}

void Process::ArmExit() {
  if (arm_exit_ != nullptr) arm_exit_();
}

void Process::Park(std::chrono::milliseconds bound) {
  // None of the workers are here; nor are they where somebody called clone() or _Fork().
  if (graphs_are_parents() || ::getpid() != process_id_) return;
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
