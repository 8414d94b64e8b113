// A graph: its engines, its workers, and the order in which they come and go.
//
// Built by one thread: CreateEngines, Connect, InitEngines, Start, EndBuild. Destroy and Park may
// come from any thread, also from a worker, an Init or a callback of this graph. The last worker
// to leave destroys the engines, so nobody who calls Destroy can wait for himself, and an engine
// whose destructor hangs makes Destroy time out instead of hanging too. Workers hold a reference:
// engines, queues and everything they send to live as long as one of them runs.
//
// Engines hold their graph, and it holds them until it has ended. Modify adds and removes engines
// in between (see graph_update.h); whoever has found an engine holds it by a pointer of his own.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "base/stop_token.h"
#include "runtime/disconnect_handler.h"
#include "runtime/engine_host.h"
#include "runtime/graph_config.h"
#include "transport/doorbell.h"

namespace hiai {
class Graph;
class GraphUpdateConfig;
}  // namespace hiai

namespace openmatrix {

class Process;

class GraphImpl : public std::enable_shared_from_this<GraphImpl> {
 public:
  GraphImpl(Process& process, const GraphPlan& plan);
  ~GraphImpl();
  GraphImpl(const GraphImpl&) = delete;
  GraphImpl& operator=(const GraphImpl&) = delete;

  // Loads the libraries and makes the engines. Fails as Loader::Load and
  // EngineHost::CreateEngine.
  Status CreateEngines();

  // Makes the connections; `find` knows the graphs that are created together with this one.
  Status Connect(const std::function<std::shared_ptr<GraphImpl>(std::uint32_t)>& find);

  // Calls Init of each engine, in the order of the configuration. Messages queue up meanwhile.
  Status InitEngines();

  // Starts the workers. Fails with kEngineNotStarted when the system refuses threads, kNoGraph when
  // the graph was destroyed meanwhile.
  Status Start() OPENMATRIX_EXCLUDES(mutex_);

  // The thread that made this object is done with it, whatever came out: from here on the
  // engines may be destroyed. REQUIRES: called once, by that thread, before it calls Destroy.
  void EndBuild() { ThreadLeft(); }

  // Ends all waits of the workers, lets them leave, drops queued messages and destroys the
  // engines. kDestroyTimedOut after `bound`: then the rest happens when the workers come back.
  // In a worker or a callback of this graph: asks for all that and returns at once.
  Status Destroy(std::chrono::milliseconds bound) OPENMATRIX_EXCLUDES(mutex_);
  // The same, false if it timed out. Needs no memory of the process.
  bool End(std::chrono::milliseconds bound) OPENMATRIX_EXCLUDES(mutex_);

  // Before the program's static objects die: ends all waits and lets the workers leave, but
  // destroys nothing. Returns when they have left (but for the calling one) or at `deadline`.
  void Park(std::chrono::steady_clock::time_point deadline) OPENMATRIX_EXCLUDES(mutex_);

  // Adds and removes engines and connections. Nothing is changed on failure, which is one of
  // PlanUpdate or of the steps above, kNoGraph when the graph is destroyed meanwhile,
  // kQueueStopped when the calling worker is stopped while others have their turn, or
  // kDestroyTimedOut: all is done, but an engine that was removed did not come back yet.
  Status Modify(const hiai::GraphUpdateConfig& config) OPENMATRIX_EXCLUDES(mutex_);

  // Null if unknown.
  std::shared_ptr<EngineHost> FindEngine(std::uint32_t id) OPENMATRIX_EXCLUDES(mutex_);

  // All of them.
  std::vector<std::shared_ptr<EngineHost>> Engines() OPENMATRIX_EXCLUDES(mutex_);

  // Forgets the connections to an engine of another graph, which is taken out of that.
  void ForgetEdgesTo(EngineHost& target) OPENMATRIX_EXCLUDES(mutex_);

  // True if the calling thread is about to start engines of this graph.
  bool BuildsHere() const OPENMATRIX_EXCLUDES(mutex_);

  // Makes the public handle. REQUIRES: called once, before anybody else knows the graph.
  void MakeHandle();
  // One object per graph, so that it can be compared. Takes no lock: a forked child asks, too.
  const std::shared_ptr<hiai::Graph>& Handle() const { return handle_; }

  // Keeps it for ever, hanging on `last`, which was kept before and which it then is. For a forked
  // child, where nothing may be destroyed. Needs no memory. REQUIRES: one thread at a time.
  void KeepBehind(std::shared_ptr<GraphImpl>& last) {
    if (!std::exchange(kept_for_ever_, true))
      kept_before_ = std::exchange(last, shared_from_this());
  }

  DisconnectHandler& disconnect_handler() { return disconnect_handler_; }

  // Calls the handler for the cut of number `cut` on this thread, unless it was told or the graph
  // is being destroyed. Destroy and Park wait for it as for a worker.
  void CallDisconnectHandler(std::uint64_t cut) OPENMATRIX_EXCLUDES(mutex_);

  // True from Destroy or Park on: nothing is sent any more.
  bool stopping() const { return stopping_.load(std::memory_order_seq_cst); }
  std::uint32_t id() const { return id_; }
  View device() const { return device_; }

 private:
  enum class State : std::uint8_t { kBuilding, kRunning, kParked, kDestroying };

  friend class GraphUpdate;

  // An engine and who works for it. The counts are under mutex_.
  struct Member {
    explicit Member(std::shared_ptr<EngineHost> engine) : host(std::move(engine)) {}

    const std::shared_ptr<EngineHost> host;
    std::uint32_t inside = 0;  // its workers that have not left
    bool removed = false;      // the last worker to leave destroys it
    bool finishing = false;
    bool idle = false;  // when it was removed: no worker destroys it
    bool finished = false;
  };
  using MemberPointer = std::shared_ptr<Member>;
  using Members = std::vector<MemberPointer>;

  struct Worker {
    MemberPointer member;
    std::shared_ptr<StopToken> stop;
    std::thread thread;
  };

  Status LoadLibraries(const EnginePlan& plan);
  void RequestStop(State state) OPENMATRIX_EXCLUDES(mutex_);
  void StartWorkers(const Members& members) OPENMATRIX_REQUIRES(mutex_);
  void RunWorker(Member& member, StopToken& stop, EngineHost::Arguments& arguments);
  // `returned` is false if the program's code ended the thread.
  void WorkerLeft(Member& member, bool returned) OPENMATRIX_EXCLUDES(mutex_);
  void FinishMember(Member& member) OPENMATRIX_EXCLUDES(mutex_);
  // Takes engines out: ends their waits and workers and destroys them. Waits for that until
  // `bound`, but not if the calling thread is one of these workers. False when it timed out.
  // Needs no memory of the process.
  bool Remove(const Members& gone, std::chrono::milliseconds bound) OPENMATRIX_EXCLUDES(mutex_);
  // Ends the waits of the engines' workers. True if the calling thread is one of these workers.
  bool StopWorkersOf(const Members& gone) OPENMATRIX_REQUIRES(mutex_);
  void ReleaseThreadsOf(const Members& gone, bool join) OPENMATRIX_EXCLUDES(mutex_);
  // The calling thread is about to run user code. False if it must not: the graph is stopping.
  bool ThreadEnters() OPENMATRIX_EXCLUDES(mutex_);
  // True if it was the last one and the engines are to be destroyed now.
  bool LeaveThread() OPENMATRIX_EXCLUDES(mutex_);
  void ThreadLeft() OPENMATRIX_EXCLUDES(mutex_);
  // The same for a thread that may be one of an engine's own. The engine's destructor joins those,
  // so a thread of ours destroys the engines.
  void GuestLeft() OPENMATRIX_EXCLUDES(mutex_);
  // Destroys the engines if it is time and nobody did. Never with a lock held: user code.
  void FinishIfLast() OPENMATRIX_EXCLUDES(mutex_);
  // The same on a thread of its own.
  void FinishHere() OPENMATRIX_EXCLUDES(mutex_);
  void ReleaseThreads(bool join) OPENMATRIX_EXCLUDES(mutex_);
  static void Release(std::thread& thread, bool join);
  // True if no other thread runs code of this graph.
  bool IsQuiet() const OPENMATRIX_REQUIRES(mutex_);

  Process& process_;
  const std::uint32_t id_;
  const View device_;
  const std::vector<EnginePlan> first_engines_;  // those that the graph was made with
  const std::thread::id builder_;
  DisconnectHandler disconnect_handler_;

  std::atomic<bool> stopping_{false};  // partner: senders, who first say that they wait
  mutable Mutex mutex_;
  CondVar changed_;
  State state_ OPENMATRIX_GUARDED_BY(mutex_) = State::kBuilding;
  Members members_ OPENMATRIX_GUARDED_BY(mutex_);
  std::map<std::uint32_t, MemberPointer> by_id_ OPENMATRIX_GUARDED_BY(mutex_);
  std::vector<EdgePlan> edges_ OPENMATRIX_GUARDED_BY(mutex_);
  // The builder, the workers and who runs a handler: while one is here, the engines stay.
  std::vector<std::thread::id> inside_ OPENMATRIX_GUARDED_BY(mutex_);
  bool finishing_ OPENMATRIX_GUARDED_BY(mutex_) = false;
  bool finished_ OPENMATRIX_GUARDED_BY(mutex_) = false;
  bool told_late_ OPENMATRIX_GUARDED_BY(mutex_) = false;  // Park runs once per exit handler
  std::vector<Worker> workers_ OPENMATRIX_GUARDED_BY(mutex_);
  std::shared_ptr<GraphImpl> kept_;  // from GuestLeft to FinishHere
  bool kept_for_ever_ = false;
  std::shared_ptr<GraphImpl> kept_before_;
  std::shared_ptr<hiai::Graph> handle_;

  // Whose turn it is to modify; no thread's id if nobody's.
  std::atomic<std::thread::id> modifier_{};  // partner: the test in Await of turn_bell_
  Doorbell turn_bell_{std::chrono::nanoseconds(0)};
};

}  // namespace openmatrix
