#include "runtime/engine_host.h"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "hiaiengine/data_recv_interface.h"
#include "hiaiengine/engine.h"
#include "runtime/graph_impl.h"
#include "runtime/loader.h"
#include "runtime/process.h"
#include "runtime/public_access.h"
#include "runtime/side.h"
#include "runtime/user_call.h"
#include "transport/hdc.h"

namespace openmatrix {
namespace {

// The macros go up to 16; hand-written engines may go further, within reason.
constexpr std::uint32_t kMaxPorts = 1024;

// Fan-outs beyond this many connections cost an allocation per send.
constexpr std::size_t kInlineTargets = 8;

void NameThread(const EnginePlan& plan) {
  constexpr std::size_t kMaxNameBytes = 15;
  ::pthread_setname_np(::pthread_self(), plan.name.substr(0, kMaxNameBytes).c_str());
}

// Needs a privilege that tests and containers do not have: refusal is the normal case.
void SetPriority(std::uint32_t priority) {
  if (priority == 0) return;
  sched_param parameters{};
  parameters.sched_priority = static_cast<int>(priority);
  if (::pthread_setschedparam(::pthread_self(), SCHED_RR, &parameters) != 0) {
    static OnceGate gate;
    if (gate.Enter()) {
      Log(LogLevel::kInfo, "thread_priority has no effect: not allowed to use SCHED_RR");
    }
  }
}

}  // namespace

EngineHost::EngineHost(Process& process, GraphImpl& graph, EnginePlan plan)
    : process_(process),
      graph_(graph),
      plan_(std::move(plan)),
      where_("graph " + std::to_string(graph.id()) + ", engine " + std::to_string(plan_.id) +
             " \"" + plan_.name + "\"") {}

EngineHost::~EngineHost() = default;

class EngineHost::Visit {
 public:
  explicit Visit(EngineHost& host) : host_(host) {
    MutexLock lock(host_.mutex_);
    host_.visitors_.push_back(&token_);
  }
  ~Visit() {
    MutexLock lock(host_.mutex_);
    std::vector<StopToken*>& visitors = host_.visitors_;
    visitors.erase(std::find(visitors.begin(), visitors.end(), &token_));
  }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

  StopToken* token() { return &token_; }

 private:
  EngineHost& host_;
  StopToken token_;
};

Status EngineHost::CreateEngine() {
  const EngineCreator creator = process_.engines(plan_.side).Find(plan_.name);
  if (creator == nullptr) {
    const View other = plan_.side.is_host() ? View::Device(0) : View::Host();
    const bool elsewhere = process_.engines(other).Find(plan_.name) != nullptr;
    return {Code::kEngineNotCreated,
            where_ + ": no such engine is registered on the " +
                (plan_.side.is_host() ? "host" : "device") +
                (elsewhere ? " (it is on the other side: see `side` and `so_name`)" : "")};
  }
  // The address of code as data: allowed by POSIX, and only looked up.
  Status checked =
      CheckBelongsTo(reinterpret_cast<const void*>(creator), plan_.side, where_ + ": its creator");
  if (!checked.ok()) return checked;
  hiai::Engine* made = nullptr;
  {
    const ContextScope context(plan_.side, &graph_);
    CallUser(where_, "constructor", [&] { made = creator(); });
  }
  if (made == nullptr) return {Code::kEngineNotCreated, where_ + ": could not be constructed"};
  // The first word of an object with virtual functions is the address of its class's table. One
  // that is half the device's class and half the host's has no destructor that fits: it stays.
  checked = CheckBelongsTo(*reinterpret_cast<const void* const*>(made), plan_.side,
                           where_ + ": its class");
  if (!checked.ok()) return checked;
  // Whoever lets go last, the destructor runs on the engine's side, and with a living host.
  std::shared_ptr<GraphImpl> owner = graph_.shared_from_this();
  std::shared_ptr<hiai::Engine> engine(made, [this, owner](hiai::Engine* dying) {
    const ContextScope context(plan_.side, &graph_);
    CallUser(where_, "destructor", [&] { delete dying; });
  });
  {
    MutexLock lock(mutex_);
    engine_ = engine;
  }
  PublicAccess::Bind(*engine, this);
  HIAI_StatusT status = HIAI_OK;
  {
    const ContextScope context(plan_.side, &graph_);
    const bool returned =
        CallUser(where_, "InitMsgQueue", [&] { status = PublicAccess::InitMsgQueue(*engine); });
    if (!returned || status != HIAI_OK) {
      return {Code::kEngineNotCreated, where_ + ": did not announce its ports"};
    }
  }
  mailbox_ = std::make_unique<Mailbox>(std::vector<std::uint32_t>(inputs_, plan_.queue_size),
                                       process_.options().spin);
  return {};
}

Status EngineHost::SetPorts(std::uint32_t inputs, std::uint32_t outputs) {
  if (mailbox_ != nullptr) return {Code::kWrongState, where_ + ": InitQueue after the start"};
  if (inputs > kMaxPorts || outputs > kMaxPorts) {
    return {Code::kOutOfRange, where_ + ": more than " + std::to_string(kMaxPorts) + " ports"};
  }
  inputs_ = inputs;
  outputs_ = outputs;
  MutexLock lock(mutex_);
  routes_.assign(outputs, nullptr);
  return {};
}

Status EngineHost::AddEdge(std::uint32_t source_port, const std::shared_ptr<GraphImpl>& graph,
                           EngineHost& target, std::uint32_t target_port) {
  if (target_port >= target.inputs_) {
    return {Code::kBadConnection, target.where_ + ": has no input port " +
                                      std::to_string(target_port) + " to connect to"};
  }
  if (source_port >= kMaxPorts) {
    return {Code::kBadConnection, where_ + ": has no output port " + std::to_string(source_port)};
  }
  if (source_port >= outputs_) {
    Log(LogLevel::kWarning, "%s: connected output port %u is not one of its %u ports",
        where_.c_str(), source_port, outputs_);
  }
  MutexLock lock(mutex_);
  if (source_port >= routes_.size()) routes_.resize(source_port + 1);
  auto route = routes_[source_port] != nullptr ? std::make_shared<Route>(*routes_[source_port])
                                               : std::make_shared<Route>();
  route->edges.push_back(Edge{&target, graph, graph != nullptr, target_port});
  routes_[source_port] = std::move(route);
  return {};
}

Status EngineHost::Init() {
  const std::shared_ptr<hiai::Engine> object = engine();
  HIAI_StatusT status = HIAI_OK;
  const ContextScope context(plan_.side, &graph_);
  const bool returned =
      CallUser(where_, "Init", [&] { status = object->Init(plan_.config, plan_.models); });
  if (returned && status == HIAI_OK) return {};
  return Error{
      Code::kEngineInitFailed,
      where_ + ": Init " + (returned ? "returned " + std::to_string(status) : std::string("threw")),
      returned ? status : 0};
}

Status EngineHost::Send(std::uint32_t port, const std::string& name,
                        const std::shared_ptr<void>& message, const Wait& wait) {
  if (message == nullptr) return {Code::kNullMessage, where_ + ": SendData of a null message"};
  if (name.empty()) return {Code::kInvalidValue, where_ + ": SendData without a message name"};
  std::shared_ptr<const Route> route;
  {
    MutexLock lock(mutex_);
    if (port >= routes_.size()) {
      return {Code::kPortOutOfRange, where_ + ": has no output port " + std::to_string(port)};
    }
    route = routes_[port];
  }
  if (graph_.stopping()) return {Code::kQueueStopped, where_ + ": the graph is being destroyed"};
  if (route == nullptr || (route->edges.empty() && route->receiver == nullptr)) {
    return {Code::kPortNotConnected, where_ + ": output port " + std::to_string(port) +
                                         " has neither a connection nor a receiver"};
  }
  Wait stoppable = wait;
  std::optional<Visit> visit;
  if (wait.stop == nullptr && !route->edges.empty()) {
    stoppable.stop = visit.emplace(*this).token();
  }
  // After the visit is known: whoever stops the graph later ends its waits.
  if (graph_.stopping()) return {Code::kQueueStopped, where_ + ": the graph is being destroyed"};
  if (!route->edges.empty()) {
    Status delivered = Deliver(*route, name, message, stoppable);
    if (!delivered.ok()) return delivered;
  }
  return route->receiver != nullptr ? CallReceiver(*route->receiver, message) : Status();
}

Status EngineHost::Deliver(const Route& route, const std::string& name,
                           const std::shared_ptr<void>& message, const Wait& wait) {
  Target few[kInlineTargets];
  std::vector<Target> many;
  std::vector<std::shared_ptr<GraphImpl>> keep;  // empty, so free of cost, within one graph
  if (route.edges.size() > kInlineTargets) many.resize(route.edges.size());
  Target* targets = many.empty() ? few : many.data();
  std::size_t count = 0;
  for (const Edge& edge : route.edges) {
    if (edge.foreign) {
      std::shared_ptr<GraphImpl> graph = edge.graph.lock();
      if (graph == nullptr) return {Code::kNoGraph, where_ + ": the connected graph is gone"};
      keep.push_back(std::move(graph));
    }
    targets[count++] = Target{edge.target->mailbox(), edge.port, edge.target->side()};
  }
  const Sender sender{process_.heap(), plan_.side, process_.types(plan_.side)};
  return openmatrix::Send(sender, Targets{targets, count}, name, message, wait);
}

Status EngineHost::CallReceiver(hiai::DataRecvInterface& receiver,
                                const std::shared_ptr<void>& message) {
  const ContextScope context(plan_.side, &graph_);
  HIAI_StatusT status = HIAI_OK;
  const bool returned = CallUser(where_, "RecvData", [&] { status = receiver.RecvData(message); });
  if (!returned) return {Code::kHookFailed, where_ + ": the receiver of the output port threw"};
  if (status == HIAI_OK) return {};
  return Error{Code::kUserStatus, where_ + ": RecvData returned " + std::to_string(status), status};
}

Status EngineHost::SetReceiver(std::uint32_t port,
                               std::shared_ptr<hiai::DataRecvInterface> receiver) {
  if (receiver == nullptr) return {Code::kNullReceiver, where_ + ": SetDataRecvFunctor of null"};
  std::shared_ptr<const Route> replaced;  // may hold the last reference to a user's object
  MutexLock lock(mutex_);
  if (port >= routes_.size()) {
    return {Code::kPortOutOfRange, where_ + ": has no output port " + std::to_string(port)};
  }
  auto route = routes_[port] != nullptr ? std::make_shared<Route>(*routes_[port])
                                        : std::make_shared<Route>();
  route->receiver = std::move(receiver);
  replaced = std::exchange(routes_[port], std::move(route));
  return {};
}

void EngineHost::Work(StopToken& stop) {
  NameThread(plan_);
  SetPriority(plan_.priority);
  const std::shared_ptr<hiai::Engine> object = engine();
  const ContextScope context(plan_.side, &graph_, &stop);
  std::vector<std::shared_ptr<void>> arguments(inputs_);
  bool first = true;
  Frame frame;
  while (mailbox_->Take(frame, &stop)) {
    const std::uint32_t port = frame.port;
    CallUser(where_, "receiving a message", [&] {
      arguments[port] = frame.kind == Frame::Kind::kObject
                            ? std::move(frame.object)
                            : Receive(process_.types(plan_.side), std::move(frame));
    });
    frame = Frame();
    if (arguments[port] == nullptr) continue;
    RunOnce(*object, arguments);
    if (first) {
      // Objects that the first Run made static die before everything registered so far.
      first = false;
      process_.ArmExit();
    }
  }
}

void EngineHost::RunOnce(hiai::Engine& engine, std::vector<std::shared_ptr<void>>& arguments) {
  HIAI_StatusT status = HIAI_OK;
  const bool returned =
      CallUser(where_, "Process", [&] { status = PublicAccess::Run(engine, arguments); });
  if (returned && status != HIAI_OK && LogEnabled(LogLevel::kInfo)) {
    Log(LogLevel::kInfo, "%s: Process returned 0x%08x", where_.c_str(), status);
  }
  // The last reference may be ours, and its deleter is user code.
  for (std::shared_ptr<void>& argument : arguments) {
    if (argument == nullptr) continue;
    CallUser(where_, "deleter of a message", [&] { argument.reset(); });
  }
}

void EngineHost::Close() {
  if (mailbox_ != nullptr) mailbox_->Close();
  MutexLock lock(mutex_);
  for (StopToken* visitor : visitors_) visitor->Stop();
}

void EngineHost::Finish() {
  const ContextScope context(plan_.side, &graph_);
  if (mailbox_ != nullptr) {
    CallUser(where_, "deleter of a queued message", [&] { mailbox_->Drain(); });
  }
  std::shared_ptr<hiai::Engine> dying;
  {
    MutexLock lock(mutex_);
    dying = std::move(engine_);
  }
  dying.reset();
  // After the destructor: threads that the engine started may send until then.
  std::vector<std::shared_ptr<const Route>> routes;
  {
    MutexLock lock(mutex_);
    routes.resize(routes_.size());
    routes.swap(routes_);
  }
  CallUser(where_, "destructor of a receiver", [&] { routes.clear(); });
}

std::shared_ptr<hiai::Engine> EngineHost::engine() const {
  MutexLock lock(mutex_);
  return engine_;
}

}  // namespace openmatrix
