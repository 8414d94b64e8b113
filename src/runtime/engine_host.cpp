#include "runtime/engine_host.h"

#include <pthread.h>
#include <sched.h>

#include <utility>

#include "hiaiengine/engine.h"
#include "runtime/graph_impl.h"
#include "runtime/loader.h"
#include "runtime/process.h"
#include "runtime/public_access.h"
#include "runtime/request_id.h"
#include "runtime/side.h"
#include "runtime/user_call.h"
#include "transport/hdc.h"

namespace openmatrix {
namespace {

// The macros go up to 16; hand-written engines may go further, within reason.
constexpr std::uint32_t kMaxPorts = 1024;

// Whose Work this thread runs.
__thread const EngineHost* t_worker_of __attribute__((tls_model("initial-exec"))) = nullptr;

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

EngineHost::EngineHost(Process& process, std::shared_ptr<GraphImpl> graph, EnginePlan plan)
    : process_(process),
      keep_graph_(std::move(graph)),
      graph_(*keep_graph_),
      plan_(std::move(plan)),
      where_("graph " + std::to_string(graph_.id()) + ", engine " + std::to_string(plan_.id) +
             " \"" + plan_.name + "\""),
      quiet_(std::chrono::milliseconds(plan_.quiet_ms), plan_.quiet_repeats),
      oam_(plan_.oam) {}

EngineHost::~EngineHost() = default;

Status EngineHost::CreateEngine() {
  const EngineCreator creator = process_.engines(plan_.side).Find(plan_.name);
  if (creator == nullptr) {
    const View other = plan_.side.is_host() ? graph_.device() : View::Host();
    const bool elsewhere = process_.engines(other).Find(plan_.name) != nullptr;
    return {Code::kEngineNotCreated,
            where_ + ": no such engine is registered on " +
                (plan_.side.is_host() ? std::string("the host")
                                      : "device " + std::to_string(plan_.side.device())) +
                (elsewhere ? " (it is on the other side: see `side` and `so_name`)" : "")};
  }
  // The address of code as data: allowed by POSIX, and only looked up.
  Status checked =
      CheckBelongsTo(reinterpret_cast<const void*>(creator), plan_.side, where_ + ": its creator");
  if (!checked.ok()) return checked;
  const std::string its_class = where_ + ": its class";  // now: what throws later loses the engine
  hiai::Engine* made = nullptr;
  {
    const ContextScope context(plan_.side, &graph_);
    CallUser(where_, "constructor", [&] { made = creator(); });
  }
  if (made == nullptr) return {Code::kEngineNotCreated, where_ + ": could not be constructed"};
  // The first word of an object with virtual functions is the address of its class's table. One
  // that is half the device's class and half the host's has no destructor that fits: it stays.
  checked = CheckBelongsTo(*reinterpret_cast<const void* const*>(made), plan_.side, its_class);
  if (!checked.ok()) return checked;
  // Whoever lets go last, the destructor runs on the engine's side, and with a living host.
  const std::shared_ptr<EngineHost> self = shared_from_this();
  std::shared_ptr<hiai::Engine> engine(made, [this, self](hiai::Engine* dying) {
    const ContextScope context(plan_.side, &graph_);
    DropUsers(where_, "destructor", [&] { delete dying; });
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
  routes_.Resize(outputs);
  return {};
}

Status EngineHost::CheckEdge(const EdgePlan& edge, const EngineHost& target) const {
  if (edge.target_port >= target.inputs_) {
    return {Code::kBadConnection, target.where_ + ": has no input port " +
                                      std::to_string(edge.target_port) + " to connect to"};
  }
  if (edge.source_port >= kMaxPorts) {
    return {Code::kBadConnection,
            where_ + ": has no output port " + std::to_string(edge.source_port)};
  }
  if (edge.source_port >= outputs_) {
    Log(LogLevel::kWarning, "%s: connected output port %u is not one of its %u ports",
        where_.c_str(), edge.source_port, outputs_);
  }
  return {};
}

Edge EngineHost::EdgeTo(const EdgePlan& plan, const std::shared_ptr<EngineHost>& target) const {
  Edge edge{plan, target.get(), nullptr, {}};
  if (&target->graph_ == &graph_) {
    edge.target = target;
  } else {
    edge.foreign = target;
  }
  return edge;
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

Status EngineHost::UpdateConfig(const hiai::AIConfig& config, bool wait) {
  const std::shared_ptr<ConfigUpdates::Update> update = updates_.Push(config);
  if (update == nullptr) return Stopped();
  // Nobody else could run it while this thread waits: it is the engine's worker, or the one that
  // will start its workers.
  const bool here = WorksHere() || (!started() && graph_.BuildsHere());
  if (wait && here) {
    RunUpdates();
  } else {
    mailbox_->Recall();
  }
  return wait ? updates_.Await(*update, CurrentStop()) : Status();
}

void EngineHost::RunUpdates() {
  const std::shared_ptr<hiai::Engine> object = engine();
  if (object == nullptr) return;
  const ContextScope context(plan_.side, &graph_);
  updates_.RunAll([&](const hiai::AIConfig& config) -> Status {
    HIAI_StatusT status = HIAI_OK;
    const bool returned =
        CallUser(where_, "UpdateConfig", [&] { status = object->UpdateConfig(config); });
    // As with the first Run; each time costs memory, and updates may come with every frame.
    if (!std::exchange(updated_, true)) process_.ArmExit();
    if (returned && status == HIAI_OK) return {};
    const std::string text =
        where_ + ": UpdateConfig " + (returned ? "returned " + std::to_string(status) : "threw");
    Log(LogLevel::kWarning, "%s", text.c_str());
    return {Code::kUpdateFailed, text};
  });
}

template <typename Call>
bool EngineHost::TakeOrCall(Frame& frame, StopToken& stop, std::uint32_t& recalls,
                            const Call& call) {
  Clock* const clock = process_.clock();
  const bool quiet = quiet_.enabled();
  Wait wait{Clock::Never(), &stop};
  const auto heed = [&](std::uint32_t seen) {
    if (seen == recalls) return;
    recalls = seen;
    RunUpdates();
  };
  // Also in a child, if user code forked and came back: the parent has the same messages.
  const auto leave = [&] { return process_.graphs_are_parents(); };
  while (!leave()) {
    const std::uint32_t seen = mailbox_->recalls();  // before due() and RunUpdates(): see Recall
    heed(seen);
    if (leave()) break;
    if (quiet) wait = Wait{quiet_.due(), &stop, clock};
    if (mailbox_->Take(frame, wait, seen)) {
      const bool others_wait_for_ever = quiet && quiet_.Received(NowOf(clock));
      if (others_wait_for_ever && plan_.workers > 1) mailbox_->Recall();
      heed(mailbox_->recalls());  // an update that came before this message
      return !leave();
    }
    if (mailbox_->closed() || stop.stopped()) return false;
    if (quiet && quiet_.Claim(NowOf(clock))) call();
  }
  return false;
}

void EngineHost::Work(StopToken& stop, Arguments arguments) {
  NameThread(plan_);
  SetPriority(plan_.priority);
  const std::shared_ptr<hiai::Engine> object = engine();
  const ContextScope context(plan_.side, &graph_, &stop);
  t_worker_of = this;
  RequestIds ids;
  if (quiet_.enabled()) quiet_.Start(NowOf(process_.clock()));
  bool first = true;
  const auto call = [&] {
    t_request_id = ids.Next();
    RunOnce(*object, arguments);
    t_request_id = 0;
    if (first) {
      // Objects that the first Run made static die before everything registered so far.
      first = false;
      process_.ArmExit();
    }
  };
  Frame frame;
  std::uint32_t recalls = 0;
  while (TakeOrCall(frame, stop, recalls, call)) {
    const std::uint32_t port = frame.port;
    CallUser(where_, "receiving a message", [&] {
      arguments[port] = frame.kind == Frame::Kind::kObject
                            ? std::move(frame.object)
                            : Receive(process_.types(plan_.side), std::move(frame));
    });
    frame = Frame();
    if (arguments[port] == nullptr) continue;
    if (process_.graphs_are_parents()) return;  // the deserialize hook forked
    call();
  }
}

void EngineHost::RunOnce(hiai::Engine& engine, Arguments& arguments) {
  HIAI_StatusT status = HIAI_OK;
  const bool returned =
      CallUser(where_, "Process", [&] { status = PublicAccess::Run(engine, arguments); });
  if (returned && status != HIAI_OK && LogEnabled(LogLevel::kInfo)) {
    Log(LogLevel::kInfo, "%s: Process returned 0x%08x", where_.c_str(), status);
  }
  // The last reference may be ours, and its deleter is user code: see StartWithoutCancellation.
  for (std::shared_ptr<void>& argument : arguments) argument.reset();
}

bool EngineHost::WorksHere() const { return t_worker_of == this; }

bool EngineHost::stopping() const {
  return closed_.load(std::memory_order_seq_cst) || graph_.stopping();
}

void EngineHost::Close() {
  closed_.store(true, std::memory_order_seq_cst);
  updates_.Close();
  if (mailbox_ != nullptr) mailbox_->Close();
  MutexLock lock(mutex_);
  for (StopToken* visitor : visitors_) visitor->Stop();
}

void EngineHost::WorkerEnded(bool last) {
  Log(LogLevel::kWarning,
      "%s: a worker was ended by the program's code (pthread_exit or a cancellation)%s",
      where_.c_str(), last ? "; it was the last one: the engine takes no more messages" : "");
  if (!last) return;
  updates_.Close();
  mailbox_->Close();
}

void EngineHost::Finish() {
  const ContextScope context(plan_.side, &graph_);
  if (mailbox_ != nullptr) {
    DropUsers(where_, "deleter of a queued message", [&] { mailbox_->Drain(); });
  }
  if (process_.graphs_are_parents()) return;
  std::shared_ptr<hiai::Engine> dying;
  {
    MutexLock lock(mutex_);
    dying = std::move(engine_);
  }
  dying.reset();
  if (process_.graphs_are_parents()) return;
  // After the destructor: threads that the engine started may send until then.
  std::vector<OutputPorts::RoutePointer> routes = routes_.Clear();
  DropUsers(where_, "destructor of a receiver", [&] { routes.clear(); });
}

std::shared_ptr<hiai::Engine> EngineHost::engine() const {
  MutexLock lock(mutex_);
  return engine_;
}

}  // namespace openmatrix
