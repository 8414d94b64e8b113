// A graph: its engines, its workers, and the order in which they come and go.
//
// Built by one thread: CreateEngines, Connect, InitEngines, Start, EndBuild. Destroy and Park may
// come from any thread, also from a worker, an Init or a callback of this graph. The last worker
// to leave destroys the engines, so nobody who calls Destroy can wait for himself, and an engine
// whose destructor hangs makes Destroy time out instead of hanging too. Workers hold a reference:
// engines, queues and everything they send to live as long as one of them runs.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "base/stop_token.h"
#include "runtime/engine_host.h"
#include "runtime/graph_config.h"

namespace hiai {
class Graph;
}

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

  // Starts the workers. Fails with kOutOfRange when the system refuses threads, or kNoGraph when
  // the graph was destroyed meanwhile.
  Status Start() OPENMATRIX_EXCLUDES(mutex_);

  // The thread that made this object is done with it, whatever came out: from here on the
  // engines may be destroyed. REQUIRES: called once, by that thread, before it calls Destroy.
  void EndBuild() { ThreadLeft(); }

  // Ends all waits of the workers, lets them leave, drops queued messages and destroys the
  // engines. kDestroyTimedOut after `bound`: then the rest happens when the workers come back.
  // In a worker or a callback of this graph: asks for all that and returns at once.
  Status Destroy(std::chrono::milliseconds bound) OPENMATRIX_EXCLUDES(mutex_);

  // Before the program's static objects die: ends all waits and lets the workers leave, but
  // destroys nothing. Returns when they have left (but for the calling one) or at `deadline`.
  void Park(std::chrono::steady_clock::time_point deadline) OPENMATRIX_EXCLUDES(mutex_);

  // Null if unknown.
  EngineHost* FindEngine(std::uint32_t id);

  // The public handle: one object per graph, so that it can be compared.
  std::shared_ptr<hiai::Graph> Handle() OPENMATRIX_EXCLUDES(mutex_);

  // True from Destroy or Park on: nothing is sent any more.
  bool stopping() const { return stopping_.load(std::memory_order_seq_cst); }
  std::uint32_t id() const { return id_; }
  View device() const { return device_; }

 private:
  enum class State : std::uint8_t { kBuilding, kRunning, kParked, kDestroying };

  struct Worker {
    StopToken stop;
    std::thread thread;
  };

  Status LoadLibraries(const EnginePlan& plan);
  void RequestStop(State state) OPENMATRIX_EXCLUDES(mutex_);
  void RunWorker(EngineHost& engine, StopToken& stop);
  void ThreadLeft() OPENMATRIX_EXCLUDES(mutex_);
  // Destroys the engines if it is time and nobody did. Never with a lock held: user code.
  void FinishIfLast() OPENMATRIX_EXCLUDES(mutex_);
  void ReleaseThreads(bool join) OPENMATRIX_EXCLUDES(mutex_);
  // True if no other thread runs code of this graph.
  bool IsQuiet() const OPENMATRIX_REQUIRES(mutex_);

  Process& process_;
  const std::uint32_t id_;
  const View device_;
  std::vector<EdgePlan> edges_;
  // Complete before the graph can be found, and never changed then.
  std::vector<std::unique_ptr<EngineHost>> engines_;
  std::map<std::uint32_t, EngineHost*> by_id_;

  std::atomic<bool> stopping_{false};  // partner: senders, who first say that they wait
  mutable Mutex mutex_;
  CondVar changed_;
  State state_ OPENMATRIX_GUARDED_BY(mutex_) = State::kBuilding;
  // The builder and the workers: while one is here, the engines stay.
  std::vector<std::thread::id> inside_ OPENMATRIX_GUARDED_BY(mutex_);
  bool finishing_ OPENMATRIX_GUARDED_BY(mutex_) = false;
  bool finished_ OPENMATRIX_GUARDED_BY(mutex_) = false;
  bool told_late_ OPENMATRIX_GUARDED_BY(mutex_) = false;  // Park runs once per exit handler
  std::vector<std::unique_ptr<Worker>> workers_ OPENMATRIX_GUARDED_BY(mutex_);
  std::shared_ptr<hiai::Graph> handle_ OPENMATRIX_GUARDED_BY(mutex_);
};

}  // namespace openmatrix
