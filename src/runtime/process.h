// DOOR of the runtime floor: everything that one program has once. Made on first use and, in
// the library, never destroyed: the program's own static objects may free and send after main.
//
// Any thread may call anything at any time.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/options.h"
#include "base/result.h"
#include "memory/heap.h"
#include "runtime/engine_registry.h"
#include "runtime/graph_config.h"
#include "runtime/graph_impl.h"
#include "runtime/loader.h"
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

class Process {
 public:
  // What the floor above knows and this one does not.
  struct Wiring {
    TypeRegistry::Collector host_types;
    TypeRegistry::Collector device_types;
    // Filled before this object exists, by static constructors; they outlive it.
    EngineRegistry& host_engines;
    EngineRegistry& device_engines;
    void (*arm_exit)() = nullptr;  // registers a handler that calls Park; null does nothing
  };

  Process(const Options& options, Wiring wiring);
  // Destroys the graphs. For tests; the library never gets here.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Chooses the device of graphs that name none. Fails with kInitFailed.
  Status Init(std::uint32_t device);

  // Creates and starts the graphs of `config`: all of them or, on failure, none. Fails as
  // PlanGraphs, with kGraphIdExists, or as the steps of GraphImpl.
  Result<std::vector<std::shared_ptr<GraphImpl>>> CreateGraphs(const hiai::GraphConfigList& config)
      OPENMATRIX_EXCLUDES(mutex_);

  // Null if there is none.
  std::shared_ptr<GraphImpl> FindGraph(std::uint32_t id) OPENMATRIX_EXCLUDES(mutex_);

  // The ids of all graphs, ascending.
  std::vector<std::uint32_t> GraphIds() OPENMATRIX_EXCLUDES(mutex_);

  // Fails with kNoGraph or kDestroyTimedOut; the id is free again in either case.
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

  // Lets the handler run before the objects die that are static from now on.
  void ArmExit();

  // The end of the program: lets all workers leave, waiting `bound` at most. Destroys nothing.
  void Park(std::chrono::milliseconds bound = kExitBound) OPENMATRIX_EXCLUDES(mutex_);

  Heap& heap() { return heap_; }
  TypeRegistry& types(View view) { return view.is_host() ? host_types_ : device_types_; }
  EngineRegistry& engines(View view) { return view.is_host() ? host_engines_ : device_engines_; }
  Loader& loader() { return loader_; }
  const Options& options() const { return options_; }

 private:
  using Graphs = std::vector<std::shared_ptr<GraphImpl>>;

  Status Build(const Graphs& graphs) OPENMATRIX_EXCLUDES(mutex_);
  Status Publish(const Graphs& graphs) OPENMATRIX_EXCLUDES(mutex_);
  Status CheckUnused(const std::vector<GraphPlan>& plans) OPENMATRIX_EXCLUDES(mutex_);
  void Withdraw(const Graphs& graphs) OPENMATRIX_EXCLUDES(mutex_);
  Result<std::shared_ptr<GraphImpl>> Locate(const PortAddress& address, EngineHost*& engine);

  const Options options_;
  void (*const arm_exit_)();
  const int process_id_;
  Heap heap_;
  TypeRegistry host_types_;
  TypeRegistry device_types_;
  EngineRegistry& host_engines_;
  EngineRegistry& device_engines_;
  Loader loader_;
  std::atomic<std::uint32_t> default_device_{0};  // no partner: a number of its own

  Mutex mutex_;
  std::map<std::uint32_t, std::shared_ptr<GraphImpl>> graphs_ OPENMATRIX_GUARDED_BY(mutex_);
  // Those too whose workers outlived Destroy: the end of the program waits for them.
  std::vector<std::weak_ptr<GraphImpl>> ever_ OPENMATRIX_GUARDED_BY(mutex_);
};

}  // namespace openmatrix
