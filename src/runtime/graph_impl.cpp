#include "runtime/graph_impl.h"

#include <algorithm>
#include <map>
#include <system_error>
#include <utility>

#include "base/cancellation.h"
#include "base/log_sink.h"
#include "os/thread.h"
#include "runtime/loader.h"
#include "runtime/process.h"
#include "runtime/public_access.h"
#include "runtime/side.h"
#include "runtime/user_call.h"

namespace openmatrix {

GraphImpl::GraphImpl(Process& process, const GraphPlan& plan)
    : process_(process),
      id_(plan.id),
      device_(plan.device),
      first_engines_(plan.engines),
      builder_(std::this_thread::get_id()) {
  inside_.push_back(builder_);
  edges_ = plan.edges;
}

GraphImpl::~GraphImpl() { ReleaseThreads(/*join=*/false); }

Status GraphImpl::LoadLibraries(const EnginePlan& plan) {
  if (plan.libraries.empty() && plan.installed.empty()) return {};
  process_.MakeRegistries(plan.side);
  Status loaded = process_.loader().Load(plan.libraries, plan.side, plan.installed);
  if (loaded.ok() || loaded.error().code != Code::kFileMissing) return loaded;
  if (process_.engines(plan.side).Find(plan.name) == nullptr) {
    return {Code::kLibraryNotLoaded, "graph " + std::to_string(id_) + ", engine \"" + plan.name +
                                         "\": " + loaded.error().text};
  }
  Log(LogLevel::kWarning, "graph %u, engine \"%s\": %s; the engine is registered already", id_,
      plan.name.c_str(), loaded.error().text.c_str());
  return {};
}

Status GraphImpl::CreateEngines() {
  for (const EnginePlan& plan : first_engines_) {
    Status loaded = LoadLibraries(plan);
    if (!loaded.ok()) return loaded;
  }
  for (const EnginePlan& plan : first_engines_) {
    const auto host = std::make_shared<EngineHost>(process_, shared_from_this(), plan);
    {
      MutexLock lock(mutex_);
      members_.push_back(std::make_shared<Member>(host));
      by_id_[plan.id] = members_.back();
    }
    Status created = host->CreateEngine();
    if (!created.ok()) return created;
  }
  return {};
}

Status GraphImpl::Connect(const std::function<std::shared_ptr<GraphImpl>(std::uint32_t)>& find) {
  std::vector<EdgePlan> edges;
  {
    MutexLock lock(mutex_);
    edges = edges_;
  }
  // One change for all edges of an engine: each change copies those that are there.
  std::map<std::shared_ptr<EngineHost>, std::vector<Edge>> added;
  for (const EdgePlan& edge : edges) {
    const std::shared_ptr<GraphImpl> other =
        edge.target_graph != id_ ? find(edge.target_graph) : shared_from_this();
    const std::shared_ptr<EngineHost> source = FindEngine(edge.source_engine);
    const std::shared_ptr<EngineHost> target =
        other != nullptr ? other->FindEngine(edge.target_engine) : nullptr;
    if (source == nullptr || target == nullptr) {
      return {Code::kBadConnection, "graph " + std::to_string(id_) + ": bad connects entry"};
    }
    Status checked = source->CheckEdge(edge, *target);
    if (!checked.ok()) return checked;
    added[source].push_back(source->EdgeTo(edge, target));
  }
  for (auto& [source, own] : added) source->AddEdges(std::move(own));
  return {};
}

Status GraphImpl::InitEngines() {
  for (const std::shared_ptr<EngineHost>& engine : Engines()) {
    Status ready = engine->Init();
    if (!ready.ok()) return ready;
  }
  return {};
}

Status GraphImpl::Start() {
  if (const Status own = process_.CheckGraphsAreOwn(); !own.ok()) return own;
  MutexLock lock(mutex_);
  if (state_ != State::kBuilding) {
    return {Code::kNoGraph, "graph " + std::to_string(id_) + " was destroyed while it started"};
  }
  state_ = State::kRunning;
  try {
    StartWorkers(members_);
  } catch (const std::system_error& error) {
    return {Code::kEngineNotStarted,
            "graph " + std::to_string(id_) + ": no more threads: " + error.what()};
  }
  return {};
}

// Throws what std::thread throws. Those that were started stay, and are counted.
void GraphImpl::StartWorkers(const Members& members) {
  const std::shared_ptr<GraphImpl> self = shared_from_this();
  std::size_t count = 0;
  for (const MemberPointer& member : members) count += member->host->plan().workers;
  // Nothing may fail between the start of a thread and its entry in both lists.
  workers_.reserve(workers_.size() + count);
  inside_.reserve(inside_.size() + count);
  for (const MemberPointer& member : members) {
    member->host->SetStarted();
    for (std::uint32_t i = 0; i < member->host->plan().workers; ++i) {
      const auto stop = std::make_shared<StopToken>();
      // By value: the worker keeps the graph, and with it engine and token.
      std::thread thread([self, member, stop, arguments = member->host->NoArguments()]() mutable {
        self->RunWorker(*member, *stop, arguments);
      });
      ++member->inside;
      inside_.push_back(thread.get_id());
      workers_.push_back(Worker{member, stop, std::move(thread)});
    }
  }
}

void GraphImpl::RunWorker(Member& member, StopToken& stop, EngineHost::Arguments& arguments) {
  StartWithoutCancellation();
  // A destructor, because a thread that calls pthread_exit leaves by unwinding.
  struct Leaving {
    GraphImpl& graph;
    Member& member;
    bool returned;
    ~Leaving() { graph.WorkerLeft(member, returned); }
  } leaving{*this, member, false};
  member.host->Work(stop, std::move(arguments));
  leaving.returned = true;
}

void GraphImpl::WorkerLeft(Member& member, bool returned) {
  if (process_.graphs_are_parents()) return;
  bool alone;
  bool last;
  {
    MutexLock lock(mutex_);
    alone = --member.inside == 0;
    last = alone && member.removed && !member.finishing;
    if (last) member.finishing = true;
  }
  if (!returned) member.host->WorkerEnded(alone);
  if (last) FinishMember(member);
  ThreadLeft();
}

void GraphImpl::FinishMember(Member& member) {
  member.host->Finish();
  MutexLock lock(mutex_);
  member.finished = true;
  changed_.NotifyAll();
}

void GraphImpl::CallDisconnectHandler(std::uint64_t cut) {
  if (!ThreadEnters()) return;
  struct Leaving {
    GraphImpl& graph;
    ~Leaving() { graph.ThreadLeft(); }
  } leaving{*this};
  // Also for what the handler holds, which goes here if it replaced itself.
  const ContextScope context(View::Host(), this);
  const DisconnectHandler::Function handler = disconnect_handler_.Claim(cut);
  if (!handler) return;
  const std::string where = "graph " + std::to_string(id_);
  std::uint32_t status = HIAI_OK;
  const bool returned = CallUser(where, "the disconnect handler", [&] { status = handler(); });
  if (returned && status != HIAI_OK) {
    Log(LogLevel::kInfo, "%s: the disconnect handler returned 0x%08x", where.c_str(), status);
  }
  process_.ArmExit();  // for objects that the handler made static
}

bool GraphImpl::ThreadEnters() {
  MutexLock lock(mutex_);
  if (state_ == State::kParked || state_ == State::kDestroying) return false;
  inside_.push_back(std::this_thread::get_id());
  return true;
}

bool GraphImpl::LeaveThread() {
  if (process_.graphs_are_parents()) return false;
  MutexLock lock(mutex_);
  const auto self = std::find(inside_.begin(), inside_.end(), std::this_thread::get_id());
  if (self != inside_.end()) inside_.erase(self);
  changed_.NotifyAll();
  return state_ == State::kDestroying && inside_.empty() && !finishing_;
}

void GraphImpl::ThreadLeft() {
  if (LeaveThread()) FinishIfLast();
}

void GraphImpl::GuestLeft() {
  if (!LeaveThread()) return;
  kept_ = shared_from_this();
  if (!Thread::StartDetached<GraphImpl, &GraphImpl::FinishHere>(this)) FinishHere();
}

void GraphImpl::FinishHere() {
  const std::shared_ptr<GraphImpl> self = std::move(kept_);
  FinishIfLast();
}

void GraphImpl::FinishIfLast() {
  {
    MutexLock lock(mutex_);
    if (state_ != State::kDestroying || !inside_.empty() || finishing_) return;
    finishing_ = true;
  }
  // Nobody is inside, so the list stays as it is.
  for (std::size_t i = 0;; ++i) {
    std::shared_ptr<EngineHost> engine;
    {
      MutexLock lock(mutex_);
      if (i == members_.size()) break;
      engine = members_[i]->host;
    }
    engine->Finish();
    if (process_.graphs_are_parents()) return;  // a destructor forked, and this is the child
  }
  disconnect_handler_.Set({});  // what it captured may hold an engine, and that the graph
  Members members;
  std::map<std::uint32_t, MemberPointer> by_id;
  {
    MutexLock lock(mutex_);
    members.swap(members_);
    by_id.swap(by_id_);
    for (Worker& worker : workers_) worker.member = nullptr;
  }
  members.clear();
  by_id.clear();
  MutexLock lock(mutex_);
  finished_ = true;
  changed_.NotifyAll();
}

void GraphImpl::RequestStop(State state) {
  stopping_.store(true, std::memory_order_seq_cst);
  {
    // No user code runs under the lock: waits are ended, that is all.
    MutexLock lock(mutex_);
    if (state_ == State::kDestroying) return;
    state_ = state;
    // Queues first: when the last worker leaves, nothing can be queued any more.
    for (const MemberPointer& member : members_) member->host->Close();
    for (const Worker& worker : workers_) worker.stop->Stop();
  }
  turn_bell_.RingAll();
}

Status GraphImpl::Destroy(std::chrono::milliseconds bound) {
  const bool ended = End(bound);
  if (const Status own = process_.CheckGraphsAreOwn(); !own.ok()) return own;
  if (ended) return {};
  return {Code::kDestroyTimedOut,
          "graph " + std::to_string(id_) + ": a worker or a destructor did not come back within " +
              std::to_string(bound.count()) + " ms; its engine stays alive until it does"};
}

bool GraphImpl::End(std::chrono::milliseconds bound) {
  const auto deadline = std::chrono::steady_clock::now() + bound;
  const bool inside = InsideGraph(this);
  RequestStop(State::kDestroying);
  if (inside) {
    // The last one to leave does the rest: a worker, or the thread whose Init this is.
    ReleaseThreads(/*join=*/false);
    return true;
  }
  FinishIfLast();
  if (process_.graphs_are_parents()) return true;  // a destructor forked: see Destroy
  bool finished = true;
  {
    MutexLock lock(mutex_);
    while (!finished_ && finished) finished = changed_.WaitUntil(mutex_, deadline);
    finished = finished_;
  }
  ReleaseThreads(/*join=*/finished);
  return finished;
}

void GraphImpl::Park(std::chrono::steady_clock::time_point deadline) {
  RequestStop(State::kParked);
  bool quiet = true;
  bool told = false;
  {
    MutexLock lock(mutex_);
    bool in_time = true;
    while (!IsQuiet() && in_time) in_time = changed_.WaitUntil(mutex_, deadline);
    quiet = IsQuiet();
    told = std::exchange(told_late_, !quiet);
  }
  if (!quiet && !told) Log(LogLevel::kWarning, "exit: workers of graph %u do not come back", id_);
  ReleaseThreads(/*join=*/quiet);
}

bool GraphImpl::IsQuiet() const {
  const std::thread::id self = std::this_thread::get_id();
  const bool alone = std::all_of(inside_.begin(), inside_.end(),
                                 [self](std::thread::id thread) { return thread == self; });
  // While a graph is destroyed, its last worker still runs destructors after it left.
  return alone && (state_ != State::kDestroying || finished_);
}

void GraphImpl::ReleaseThreads(bool join) {
  std::vector<Worker> workers;
  {
    MutexLock lock(mutex_);
    workers.swap(workers_);
  }
  for (Worker& worker : workers) Release(worker.thread, join);
}

void GraphImpl::Release(std::thread& thread, bool join) {
  if (join && thread.get_id() != std::this_thread::get_id()) {
    thread.join();
  } else {
    thread.detach();
  }
}

std::shared_ptr<EngineHost> GraphImpl::FindEngine(std::uint32_t id) {
  MutexLock lock(mutex_);
  const auto found = by_id_.find(id);
  return found != by_id_.end() ? found->second->host : nullptr;
}

std::vector<std::shared_ptr<EngineHost>> GraphImpl::Engines() {
  std::vector<std::shared_ptr<EngineHost>> engines;
  MutexLock lock(mutex_);
  for (const MemberPointer& member : members_) engines.push_back(member->host);
  return engines;
}

bool GraphImpl::BuildsHere() const {
  const std::thread::id self = std::this_thread::get_id();
  if (modifier_.load(std::memory_order_seq_cst) == self) return true;
  MutexLock lock(mutex_);
  return state_ == State::kBuilding && builder_ == self;
}

void GraphImpl::MakeHandle() { handle_ = PublicAccess::MakeGraph(weak_from_this()); }

}  // namespace openmatrix
