#include "runtime/graph_update.h"

#include <algorithm>
#include <string>
#include <system_error>

#include "base/caught.h"
#include "base/log_sink.h"
#include "runtime/process.h"
#include "runtime/side.h"

namespace openmatrix {
namespace {

// True for as many edges as `entries` has of each kind. For one sweep over edges.
class OnePerEntry {
 public:
  explicit OnePerEntry(std::vector<EdgePlan> entries) : entries_(std::move(entries)) {}
  bool operator()(const EdgePlan& edge) {
    const auto found = std::find_if(entries_.begin(), entries_.end(),
                                    [&](const EdgePlan& entry) { return SameEdge(entry, edge); });
    if (found == entries_.end()) return false;
    entries_.erase(found);
    return true;
  }

 private:
  std::vector<EdgePlan> entries_;
};

}  // namespace

// A destructor, because memory may end, and an exception leave, at any step.
GraphUpdate::~GraphUpdate() {
  if (!committed_ && !added_.empty()) TakeBack();
}

Status GraphUpdate::Run(const hiai::GraphUpdateConfig& config) {
  GraphFacts facts;
  facts.id = graph_.id_;
  facts.device = graph_.device_;
  {
    MutexLock lock(graph_.mutex_);
    for (const auto& entry : graph_.by_id_) facts.engines.push_back(entry.first);
    facts.edges = graph_.edges_;
  }
  Result<UpdatePlan> plan =
      PlanUpdate(config, facts, [this](std::uint32_t graph, std::uint32_t engine) {
        const std::shared_ptr<GraphImpl> other = graph_.process_.FindGraph(graph);
        return other != nullptr && other->FindEngine(engine) != nullptr;
      });
  if (!plan.ok()) return plan.error();
  plan_ = std::move(plan.value());

  Status done = Prepare();
  if (done.ok()) done = Join();
  if (!done.ok()) return done;
  committed_ = true;
  Commit();
  CatchAll([this] { ForgetGone(); },
           [this](const Caught& caught) {
             Log(LogLevel::kError,
                 "graph %u: other graphs still have connections to engines that were removed: %s",
                 graph_.id_, caught.text);
           });
  if (graph_.Remove(gone_, kDestroyBound)) return {};
  return {Code::kDestroyTimedOut, "graph " + std::to_string(graph_.id_) +
                                      ": a removed engine did not come back within " +
                                      std::to_string(kDestroyBound.count()) + " ms"};
}

Status GraphUpdate::Prepare() {
  Status created = CreateEngines();
  return created.ok() ? ResolveEdges() : created;
}

Status GraphUpdate::CreateEngines() {
  for (const EnginePlan& plan : plan_.engines) {
    Status verified = graph_.process_.loader().Verify(plan.libraries, plan.side);
    if (!verified.ok()) return verified;
  }
  for (const EnginePlan& plan : plan_.engines) {
    Status loaded = graph_.LoadLibraries(plan);
    if (!loaded.ok()) return loaded;
  }
  for (const EnginePlan& plan : plan_.engines) {
    added_.push_back(std::make_shared<GraphImpl::Member>(
        std::make_shared<EngineHost>(graph_.process_, graph_.shared_from_this(), plan)));
    Status created = added_.back()->host->CreateEngine();
    if (!created.ok()) return created;
  }
  return {};
}

GraphUpdate::Host GraphUpdate::FindSource(std::uint32_t id) {
  for (const GraphImpl::MemberPointer& member : added_) {
    if (member->host->id() == id) return member->host;
  }
  return graph_.FindEngine(id);
}

GraphUpdate::Host GraphUpdate::FindTarget(const EdgePlan& edge) {
  if (edge.target_graph == graph_.id_) return FindSource(edge.target_engine);
  const std::shared_ptr<GraphImpl> other = graph_.process_.FindGraph(edge.target_graph);
  return other != nullptr ? other->FindEngine(edge.target_engine) : nullptr;
}

Status GraphUpdate::ResolveEdges() {
  for (const EdgePlan& edge : plan_.edges) {
    const Host source = FindSource(edge.source_engine);
    const Host target = FindTarget(edge);
    if (source == nullptr || target == nullptr) {
      return {Code::kBadConnection, "graph " + std::to_string(graph_.id_) +
                                        ": an engine to connect was removed meanwhile"};
    }
    Status checked = source->CheckEdge(edge, *target);
    if (!checked.ok()) return checked;
    edges_[source].push_back(source->EdgeTo(edge, target));
    if (&target->graph() != &graph_) foreign_.push_back(target);
  }
  // Nobody else knows the new engines yet.
  for (const GraphImpl::MemberPointer& member : added_) {
    const auto found = edges_.find(member->host);
    if (found == edges_.end()) continue;
    member->host->AddEdges(std::move(found->second));
    edges_.erase(found);
  }
  return {};
}

Status GraphUpdate::Join() {
  std::vector<Host> found_now;  // an id that is replaced leads to the old engine until Commit
  {
    MutexLock lock(graph_.mutex_);
    if (graph_.state_ != GraphImpl::State::kRunning) {
      return {Code::kNoGraph, "graph " + std::to_string(graph_.id_) + " is being destroyed"};
    }
    for (const GraphImpl::MemberPointer& member : added_) {
      graph_.members_.push_back(member);
      if (graph_.by_id_.emplace(member->host->id(), member).second) {
        found_now.push_back(member->host);
      }
    }
  }
  graph_.process_.AddToIndex(graph_, found_now);
  for (const GraphImpl::MemberPointer& member : added_) {
    Status ready = member->host->Init();
    if (!ready.ok()) return ready;
  }
  PrepareCommit();
  return StartNew();
}

// All that needs memory. Nobody else changes this graph's engines and adds connections meanwhile.
void GraphUpdate::PrepareCommit() {
  const auto is_gone = [this](std::uint32_t id) {
    const std::vector<std::uint32_t>& ids = plan_.removed_engines;
    return std::find(ids.begin(), ids.end(), id) != ids.end();
  };
  std::vector<Host> stay;
  {
    MutexLock lock(graph_.mutex_);
    for (const GraphImpl::MemberPointer& member : graph_.members_) {
      if (std::find(added_.begin(), added_.end(), member) != added_.end()) continue;
      if (is_gone(member->host->id())) {
        gone_.push_back(member);
      } else {
        stay.push_back(member->host);
      }
    }
    graph_.edges_.reserve(graph_.edges_.size() + plan_.edges.size());
  }
  OnePerEntry named(plan_.removed_edges);
  for (const Host& host : stay) {
    const auto leads_away = [&](const Edge& edge) {
      return named(edge.plan) ||
             std::any_of(gone_.begin(), gone_.end(), [&](const GraphImpl::MemberPointer& member) {
               return member->host.get() == edge.id;
             });
    };
    OutputPorts::Change change = host->routes().Prepare(leads_away, std::move(edges_[host]));
    changes_.emplace_back(host, std::move(change));
  }
  entries_ = plan_.removed_edges;
}

Status GraphUpdate::StartNew() {
  // An Init may have forked.
  if (const Status own = graph_.process_.CheckGraphsAreOwn(); !own.ok()) return own;
  MutexLock lock(graph_.mutex_);
  if (graph_.state_ != GraphImpl::State::kRunning) {
    return {Code::kNoGraph, "graph " + std::to_string(graph_.id_) + " was destroyed meanwhile"};
  }
  try {
    graph_.StartWorkers(added_);
  } catch (const std::system_error& error) {
    return {Code::kEngineNotStarted,
            "graph " + std::to_string(graph_.id_) + ": no more threads: " + error.what()};
  }
  return {};
}

// Cannot fail.
void GraphUpdate::Commit() {
  const auto is_gone = [this](std::uint32_t id) {
    const std::vector<std::uint32_t>& ids = plan_.removed_engines;
    return std::find(ids.begin(), ids.end(), id) != ids.end();
  };
  {
    MutexLock lock(graph_.mutex_);
    OnePerEntry named(std::move(entries_));
    std::vector<EdgePlan>& edges = graph_.edges_;
    edges.erase(
        std::remove_if(edges.begin(), edges.end(),
                       [&](const EdgePlan& edge) {
                         return named(edge) || is_gone(edge.source_engine) ||
                                (edge.target_graph == graph_.id_ && is_gone(edge.target_engine));
                       }),
        edges.end());
    edges.insert(edges.end(), plan_.edges.begin(), plan_.edges.end());
    for (const GraphImpl::MemberPointer& member : added_) {
      graph_.by_id_.at(member->host->id()) = member;  // there since Join
    }
    for (const GraphImpl::MemberPointer& member : gone_) {
      const auto found = graph_.by_id_.find(member->host->id());
      if (found != graph_.by_id_.end() && found->second == member) graph_.by_id_.erase(found);
    }
  }
  for (const GraphImpl::MemberPointer& member : added_) {
    graph_.process_.ReplaceInIndex(member->host);
  }
  for (const GraphImpl::MemberPointer& member : gone_) {
    graph_.process_.ForgetEngine(*member->host);
  }
  for (auto& [host, change] : changes_) host->routes().Apply(change);
}

// Edges between graphs. Before an engine is closed, so that no sender meets a closed one in vain,
// and after it: who connected in between, and sees it open, is seen here; who does not is above.
void GraphUpdate::ForgetGone() {
  for (const Host& target : foreign_) {
    if (target->closed() && !target->graph().stopping()) graph_.ForgetEdgesTo(*target);
  }
  for (const bool closed : {false, true}) {
    for (const GraphImpl::MemberPointer& member : gone_) {
      if (closed) member->host->Close();
      graph_.process_.ForgetEdgesTo(*member->host);
    }
  }
}

void GraphUpdate::TakeBack() {
  if (graph_.process_.graphs_are_parents()) return;  // an Init forked
  {
    MutexLock lock(graph_.mutex_);
    for (const GraphImpl::MemberPointer& member : added_) {
      const auto found = graph_.by_id_.find(member->host->id());
      if (found != graph_.by_id_.end() && found->second == member) graph_.by_id_.erase(found);
    }
  }
  for (const GraphImpl::MemberPointer& member : added_) {
    graph_.process_.ForgetEngine(*member->host);
  }
  static_cast<void>(graph_.Remove(added_, kDestroyBound));
}

Status GraphImpl::Modify(const hiai::GraphUpdateConfig& config) {
  if (const Status own = process_.CheckGraphsAreOwn(); !own.ok()) return own;
  const std::thread::id self = std::this_thread::get_id();
  if (modifier_.load(std::memory_order_seq_cst) == self) {
    return {Code::kUpdateRejected, "graph " + std::to_string(id_) +
                                       ": ModifyGraph from an engine that it is about to add"};
  }
  bool mine = false;
  const auto attempt = [&] {
    if (stopping()) return true;
    std::thread::id nobody;
    return mine = modifier_.compare_exchange_strong(nobody, self, std::memory_order_seq_cst);
  };
  turn_bell_.Await(attempt, Wait{std::chrono::steady_clock::time_point::max(), CurrentStop()});
  if (!mine) {
    if (stopping()) return {Code::kNoGraph, "graph " + std::to_string(id_) + " is being destroyed"};
    return {Code::kQueueStopped,
            "graph " + std::to_string(id_) + ": the engine that modifies it is being removed"};
  }
  struct Turn {
    GraphImpl& graph;
    bool entered = false;
    ~Turn() {
      graph.modifier_.store(std::thread::id(), std::memory_order_seq_cst);
      graph.turn_bell_.Ring();
      if (entered) graph.GuestLeft();
    }
  } turn{*this};
  {
    MutexLock lock(mutex_);
    if (state_ == State::kBuilding) {
      return {Code::kUpdateRejected,
              "graph " + std::to_string(id_) + " cannot be modified before it has started"};
    }
    if (state_ != State::kRunning) {
      return {Code::kNoGraph, "graph " + std::to_string(id_) + " is being destroyed"};
    }
    inside_.push_back(self);
    turn.entered = true;
  }
  const Status done = GraphUpdate(*this).Run(config);
  process_.ArmExit();
  return done;
}

bool GraphImpl::Remove(const Members& gone, std::chrono::milliseconds bound) {
  const auto deadline = std::chrono::steady_clock::now() + bound;
  bool own = false;  // the calling thread works for one of them
  {
    MutexLock lock(mutex_);
    const auto is_gone = [&](const MemberPointer& member) {
      return std::find(gone.begin(), gone.end(), member) != gone.end();
    };
    members_.erase(std::remove_if(members_.begin(), members_.end(), is_gone), members_.end());
    for (const MemberPointer& member : gone) {
      member->removed = true;
      member->idle = member->finishing = member->inside == 0;
      member->host->Close();
    }
    own = StopWorkersOf(gone);
  }
  for (const MemberPointer& member : gone) {
    if (member->idle) FinishMember(*member);
  }
  bool finished = true;
  {
    const auto all_finished = [&] {
      return std::all_of(gone.begin(), gone.end(), [&](const MemberPointer& member) {
        return member->finished || (own && member->host->WorksHere());
      });
    };
    MutexLock lock(mutex_);
    bool in_time = true;
    while (!(finished = all_finished()) && in_time) in_time = changed_.WaitUntil(mutex_, deadline);
  }
  ReleaseThreadsOf(gone, /*join=*/finished && !own);
  return finished;
}

bool GraphImpl::StopWorkersOf(const Members& gone) {
  for (const Worker& worker : workers_) {
    if (std::find(gone.begin(), gone.end(), worker.member) != gone.end()) worker.stop->Stop();
  }
  return std::any_of(gone.begin(), gone.end(),
                     [](const MemberPointer& member) { return member->host->WorksHere(); });
}

// One by one: a list of them would need memory.
void GraphImpl::ReleaseThreadsOf(const Members& gone, bool join) {
  for (;;) {
    Worker worker;
    {
      MutexLock lock(mutex_);
      const auto found = std::find_if(workers_.begin(), workers_.end(), [&](const Worker& one) {
        return std::find(gone.begin(), gone.end(), one.member) != gone.end();
      });
      if (found == workers_.end()) return;
      worker = std::move(*found);
      workers_.erase(found);
    }
    Release(worker.thread, join);
  }
}

void GraphImpl::ForgetEdgesTo(EngineHost& target) {
  {
    MutexLock lock(mutex_);
    edges_.erase(std::remove_if(edges_.begin(), edges_.end(),
                                [&](const EdgePlan& edge) {
                                  return edge.target_graph == target.graph().id() &&
                                         edge.target_engine == target.id();
                                }),
                 edges_.end());
  }
  for (const std::shared_ptr<EngineHost>& engine : Engines()) engine->routes().Forget(&target);
}

}  // namespace openmatrix
