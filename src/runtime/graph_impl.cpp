#include "runtime/graph_impl.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/log_sink.h"
#include "runtime/loader.h"
#include "runtime/process.h"
#include "runtime/public_access.h"
#include "runtime/side.h"

namespace openmatrix {

GraphImpl::GraphImpl(Process& process, const GraphPlan& plan)
    : process_(process), id_(plan.id), device_(plan.device), edges_(plan.edges) {
  inside_.push_back(std::this_thread::get_id());
  for (const EnginePlan& engine : plan.engines) {
    engines_.push_back(std::make_unique<EngineHost>(process, *this, engine));
    by_id_[engine.id] = engines_.back().get();
  }
}

GraphImpl::~GraphImpl() { ReleaseThreads(/*join=*/false); }

Status GraphImpl::LoadLibraries(const EnginePlan& plan) {
  if (plan.libraries.empty()) return {};
  Status loaded = process_.loader().Load(plan.libraries, plan.side);
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
  for (const std::unique_ptr<EngineHost>& engine : engines_) {
    Status loaded = LoadLibraries(engine->plan());
    if (!loaded.ok()) return loaded;
  }
  for (const std::unique_ptr<EngineHost>& engine : engines_) {
    Status created = engine->CreateEngine();
    if (!created.ok()) return created;
  }
  return {};
}

Status GraphImpl::Connect(const std::function<std::shared_ptr<GraphImpl>(std::uint32_t)>& find) {
  for (const EdgePlan& edge : edges_) {
    std::shared_ptr<GraphImpl> other;  // stays null within this graph
    if (edge.target_graph != id_) other = find(edge.target_graph);
    EngineHost* source = FindEngine(edge.source_engine);
    GraphImpl& target_graph = other != nullptr ? *other : *this;
    EngineHost* target = target_graph.FindEngine(edge.target_engine);
    if (source == nullptr || target == nullptr) {
      return {Code::kBadConnection, "graph " + std::to_string(id_) + ": bad connects entry"};
    }
    Status added = source->AddEdge(edge.source_port, other, *target, edge.target_port);
    if (!added.ok()) return added;
  }
  return {};
}

Status GraphImpl::InitEngines() {
  for (const std::unique_ptr<EngineHost>& engine : engines_) {
    Status ready = engine->Init();
    if (!ready.ok()) return ready;
  }
  return {};
}

Status GraphImpl::Start() {
  MutexLock lock(mutex_);
  if (state_ != State::kBuilding) {
    return {Code::kNoGraph, "graph " + std::to_string(id_) + " was destroyed while it started"};
  }
  state_ = State::kRunning;
  const std::shared_ptr<GraphImpl> self = shared_from_this();
  for (const std::unique_ptr<EngineHost>& engine : engines_) {
    for (std::uint32_t i = 0; i < engine->plan().workers; ++i) {
      workers_.push_back(std::make_unique<Worker>());
      StopToken& stop = workers_.back()->stop;
      EngineHost& host = *engine;
      try {
        // By value: the worker keeps the graph, and with it engine and token.
        workers_.back()->thread =
            std::thread([self, &host, &stop] { self->RunWorker(host, stop); });
      } catch (const std::system_error& error) {
        workers_.pop_back();
        return {Code::kOutOfRange,
                "graph " + std::to_string(id_) + ": no more threads: " + error.what()};
      }
      inside_.push_back(workers_.back()->thread.get_id());
    }
  }
  return {};
}

void GraphImpl::RunWorker(EngineHost& engine, StopToken& stop) {
  // A destructor, because a cancelled thread leaves by unwinding.
  struct Leaving {
    GraphImpl& graph;
    ~Leaving() { graph.ThreadLeft(); }
  } leaving{*this};
  engine.Work(stop);
}

void GraphImpl::ThreadLeft() {
  {
    MutexLock lock(mutex_);
    const auto self = std::find(inside_.begin(), inside_.end(), std::this_thread::get_id());
    if (self != inside_.end()) inside_.erase(self);
    changed_.NotifyAll();
  }
  FinishIfLast();
}

void GraphImpl::FinishIfLast() {
  {
    MutexLock lock(mutex_);
    if (state_ != State::kDestroying || !inside_.empty() || finishing_) return;
    finishing_ = true;
  }
  for (const std::unique_ptr<EngineHost>& engine : engines_) engine->Finish();
  MutexLock lock(mutex_);
  finished_ = true;
  changed_.NotifyAll();
}

void GraphImpl::RequestStop(State state) {
  stopping_.store(true, std::memory_order_seq_cst);
  std::vector<StopToken*> tokens;
  {
    MutexLock lock(mutex_);
    if (state_ == State::kDestroying) return;
    state_ = state;
    for (const std::unique_ptr<Worker>& worker : workers_) tokens.push_back(&worker->stop);
  }
  // Queues first: when the last worker leaves, nothing can be queued any more. Tokens and engines
  // stay as long as this object.
  for (const std::unique_ptr<EngineHost>& engine : engines_) engine->Close();
  for (StopToken* token : tokens) token->Stop();
}

Status GraphImpl::Destroy(std::chrono::milliseconds bound) {
  const auto deadline = std::chrono::steady_clock::now() + bound;
  const bool inside = InsideGraph(this);
  RequestStop(State::kDestroying);
  if (inside) {
    // The last one to leave does the rest: a worker, or the thread whose Init this is.
    ReleaseThreads(/*join=*/false);
    return {};
  }
  FinishIfLast();
  bool finished = true;
  {
    MutexLock lock(mutex_);
    while (!finished_ && finished) finished = changed_.WaitUntil(mutex_, deadline);
    finished = finished_;
  }
  ReleaseThreads(/*join=*/finished);
  if (finished) return {};
  return {Code::kDestroyTimedOut,
          "graph " + std::to_string(id_) + ": a worker or a destructor did not come back within " +
              std::to_string(bound.count()) + " ms; its engine stays alive until it does"};
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
  std::vector<std::thread> threads;
  {
    MutexLock lock(mutex_);
    // The tokens stay: a worker that runs still looks at its own.
    for (const std::unique_ptr<Worker>& worker : workers_) {
      if (worker->thread.joinable()) threads.push_back(std::move(worker->thread));
    }
  }
  for (std::thread& thread : threads) {
    if (join && thread.get_id() != std::this_thread::get_id()) {
      thread.join();
    } else {
      thread.detach();
    }
  }
}

EngineHost* GraphImpl::FindEngine(std::uint32_t id) {
  const auto found = by_id_.find(id);
  return found != by_id_.end() ? found->second : nullptr;
}

std::shared_ptr<hiai::Graph> GraphImpl::Handle() {
  MutexLock lock(mutex_);
  if (handle_ == nullptr) handle_ = PublicAccess::MakeGraph(weak_from_this());
  return handle_;
}

}  // namespace openmatrix
