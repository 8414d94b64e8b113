// DOOR of the runtime floor: everything that one program has once. Made on first use and, in
// the library, never destroyed: the program's own static objects may free and send after main.
//
// Any thread may call anything at any time. So may a forked child, which has the graphs of its
// parent but none of their threads: where its parent had graphs, or was making one, every call
// about graphs fails at once with kParentsGraphs, for good, also in its own children. Their objects
// and locks are as the fork met them, so nobody looks into them any more.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/options.h"
#include "base/result.h"
#include "memory/heap.h"
#include "memory/per_view.h"
#include "os/fork_guard.h"
#include "runtime/device_links.h"
#include "runtime/engine_registry.h"
#include "runtime/graph_config.h"
#include "runtime/graph_impl.h"
#include "runtime/loader.h"
#include "runtime/notifier.h"
#include "transport/type_registry.h"

namespace openmatrix {

// How long Destroy waits for workers that are inside user code. No source says; long enough for
// a Process that finishes its picture, short enough for a person who waits.
constexpr std::chrono::milliseconds kDestroyBound{10000};

// How long the end of the program waits for all workers together.
constexpr std::chrono::milliseconds kExitBound{2000};

// One input or output port of one engine.
struct PortAddress {
  std::uint32_t graph = 0;
  std::uint32_t engine = 0;
  std::uint32_t port = 0;
};

class Process final : private ForkAware {
 public:
  // What the floor above knows and this one does not.
  struct Wiring {
    // Makes what knows the message types of a view; null knows those of the library only. Runs with
    // a lock held: must not call the Process.
    std::unique_ptr<TypeRegistry> (*make_types)(View) = nullptr;
    // The engine classes of a view: filled by static constructors, before this object exists, and
    // outliving it.
    EngineRegistry& (*engines)(View) = nullptr;
    void (*arm_exit)() = nullptr;  // registers a handler that calls Park; null does nothing
    Clock* clock = nullptr;        // the time of quiet periods; null is the system's
  };

  Process(const Options& options, Wiring wiring);
  // Destroys the graphs. For tests; the library never gets here.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Chooses the device of graphs that name none. Fails with kInitFailed.
  Status Init(std::uint32_t device);

  // Creates and starts the graphs of `config`: all of them or, on failure, none. Fails as
  // PlanGraphs, with kGraphIdExists, kParentsGraphs, or as the steps of GraphImpl.
  Result<std::vector<std::shared_ptr<GraphImpl>>> CreateGraphs(const hiai::GraphConfigList& config)
      OPENMATRIX_EXCLUDES(mutex_);

  // Null if there is none.
  std::shared_ptr<GraphImpl> FindGraph(std::uint32_t id) OPENMATRIX_EXCLUDES(mutex_);

  // The ids of all graphs, ascending.
  std::vector<std::uint32_t> GraphIds() OPENMATRIX_EXCLUDES(mutex_);

  // Fails with kNoGraph or kDestroyTimedOut; the id is free again in either case. A graph of the
  // parent is only forgotten.
  Status DestroyGraph(std::uint32_t id, std::chrono::milliseconds bound = kDestroyBound)
      OPENMATRIX_EXCLUDES(mutex_);

  // From code of side `view` to an input port. Fails with kInvalidValue (null message, no
  // name), kNoGraph, kNoEngine, kPortOutOfRange, kQueueStopped, and as hdc's Send.
  Status Send(View view, const PortAddress& target, const std::string& name,
              const std::shared_ptr<void>& message, const Wait& wait);

  // The same for an object that stays the caller's: every target gets a copy made by the hooks.
  // Fails with kNoConverter, too.
  Status SendCopy(View view, const PortAddress& target, const std::string& name, void* object,
                  const Wait& wait);

  // Watches an output port of an engine of side `view`. Fails with kNoGraph, kNoEngine (also for
  // an engine of the other side), kNullReceiver or kPortOutOfRange.
  Status SetReceiver(View view, const PortAddress& source,
                     std::shared_ptr<hiai::DataRecvInterface> receiver);

  // Cuts the link of a device: messages that need it fail from now on, and those that wait for
  // room end their wait. The handlers of the device's graphs run soon, on a thread of their own.
  // Nothing happens if the link is cut already. Fails with kOutOfRange.
  Status DisconnectDevice(std::uint32_t device) OPENMATRIX_EXCLUDES(mutex_);

  // Restores the link. Fails with kOutOfRange.
  Status ReconnectDevice(std::uint32_t device);

  // Calls `handler` once for each time that the link of the graph's device is cut, and soon if
  // it is cut now. Replaces the graph's handler. Fails with kInvalidValue (null) or kNoGraph.
  Status OnDisconnect(const std::shared_ptr<GraphImpl>& graph, DisconnectHandler::Function handler);

  // Hands `config` to an engine's UpdateConfig, see EngineHost. Fails as CheckDepth, with kNoGraph,
  // kNoEngine, kQueueStopped (destroyed meanwhile) or, with `wait`, kUpdateFailed.
  Status UpdateConfig(std::uint32_t graph, std::uint32_t engine, const hiai::AIConfig& config,
                      bool wait);

  // For a graph that changes: from now on `added` are found. Does nothing for a graph that cannot
  // be found itself.
  void AddToIndex(GraphImpl& graph, const std::vector<std::shared_ptr<EngineHost>>& added)
      OPENMATRIX_EXCLUDES(mutex_);
  // It is found in the place of the one with its id, if one is found. Needs no memory.
  void ReplaceInIndex(const std::shared_ptr<EngineHost>& engine) OPENMATRIX_EXCLUDES(mutex_);
  // It is found no more. Needs no memory.
  void ForgetEngine(EngineHost& engine) OPENMATRIX_EXCLUDES(mutex_);

  // Takes away the connections that other graphs have to `engine`.
  void ForgetEdgesTo(EngineHost& engine) OPENMATRIX_EXCLUDES(mutex_);

  // Lets the handler run before the objects die that are static from now on.
  void ArmExit();

  // The end of the program: lets all workers leave, waiting `bound` at most. Destroys nothing.
  void Park(std::chrono::milliseconds bound = kExitBound) OPENMATRIX_EXCLUDES(mutex_);

  // True in a forked child whose parent had graphs. One load: for the hot paths.
  bool graphs_are_parents() const { return parents_.load(std::memory_order_relaxed); }
  // kParentsGraphs in such a child. Only the first failure of a process has a text.
  Status CheckGraphsAreOwn();

  Heap& heap() { return heap_; }
  TypeRegistry& types(View view);  // made when first asked for
  EngineRegistry& engines(View view) { return engines_(view); }
  // What libraries of `view` register with is made then: an exception of a static constructor
  // would pass through the dynamic linker, which keeps its lock and takes it for loaded.
  void MakeRegistries(View view) {
    engines(view);
    types(view);
  }
  Loader& loader() { return loader_; }
  const Options& options() const { return options_; }
  DeviceLinks& links() { return links_; }
  // Null: the system's.
  Clock* clock() const { return clock_; }

 private:
  using Graphs = std::vector<std::shared_ptr<GraphImpl>>;
  class Creating;  // one call of CreateGraphs

  Status MayCreate(const std::vector<GraphPlan>& plans) OPENMATRIX_EXCLUDES(mutex_);
  Status Build(const Graphs& graphs) OPENMATRIX_EXCLUDES(mutex_);
  Status Publish(const Graphs& graphs) OPENMATRIX_EXCLUDES(mutex_);
  Status CheckUnused(const std::vector<GraphPlan>& plans) OPENMATRIX_EXCLUDES(mutex_);
  void Withdraw(const Graphs& graphs) OPENMATRIX_EXCLUDES(mutex_);
  Result<std::shared_ptr<EngineHost>> Locate(const PortAddress& address)
      OPENMATRIX_EXCLUDES(mutex_);
  void RemoveFromIndex(GraphImpl& graph) OPENMATRIX_EXCLUDES(mutex_);
  Status CheckDevice(std::uint32_t device) const;
  void PostDisconnect(std::shared_ptr<GraphImpl> graph, std::uint64_t cut);
  // What a forked child has of its parent's graphs, and what of its own it was about to make when
  // user code forked: their destructors would wait for threads that are not here.
  // Needs no memory: there is no other way out.
  void Keep(GraphImpl& graph) OPENMATRIX_EXCLUDES(mutex_);
  void TellOfFork();
  // Any that are here, are being made, or are used by a thread although they were destroyed.
  bool HasGraphs() const OPENMATRIX_REQUIRES(mutex_);

  void BeforeFork() override;
  void AfterForkInParent() override;
  void AfterForkInChild() override;

  const Options options_;
  void (*const arm_exit_)();
  Clock* const clock_;
  std::atomic<int> process_id_;       // partner: none, changed in a child that has one thread
  std::atomic<bool> parents_{false};  // as above
  std::atomic<bool> told_{false};     // partner: whoever else fails first
  int parent_id_ = 0;                 // as process_id_
  Heap heap_;
  std::unique_ptr<TypeRegistry> (*const make_types_)(View);
  EngineRegistry& (*const engines_)(View);
  PerView<TypeRegistry> types_;
  Loader loader_;
  std::atomic<std::uint32_t> default_device_{0};  // no partner: a number of its own
  DeviceLinks links_;

  Mutex mutex_;
  std::map<std::uint32_t, std::shared_ptr<GraphImpl>> graphs_ OPENMATRIX_GUARDED_BY(mutex_);
  // Every engine of these graphs, by both ids: one look-up per send.
  std::unordered_map<std::uint64_t, std::shared_ptr<EngineHost>> index_
      OPENMATRIX_GUARDED_BY(mutex_);
  // Those too whose workers outlived Destroy: the end of the program waits for them.
  std::vector<std::weak_ptr<GraphImpl>> ever_ OPENMATRIX_GUARDED_BY(mutex_);
  std::uint32_t creating_ OPENMATRIX_GUARDED_BY(mutex_) = 0;  // calls of CreateGraphs
  const ForkGuard fork_guard_{this, ForkRank::kProcess};
  Notifier notifier_;  // last: its destructor waits for tasks that use all of the above
};

}  // namespace openmatrix
