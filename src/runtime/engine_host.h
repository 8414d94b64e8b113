// One engine of a running graph: the user's object, its input mailbox and its output ports.
//
// Built by one thread (CreateEngine, AddEdges, Init, in this order); from then on Send,
// SetReceiver, routes, UpdateConfig and the queries may come from any thread, and Work runs on
// each of its workers. Owned by its GraphImpl until that has ended, by the routes that lead to it,
// and by whoever sends to it; it keeps the GraphImpl.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "base/stop_token.h"
#include "runtime/config_updates.h"
#include "runtime/graph_config.h"
#include "runtime/output_ports.h"
#include "runtime/quiet_period.h"
#include "transport/mailbox.h"

namespace hiai {
class DataRecvInterface;
class Engine;
}  // namespace hiai

namespace openmatrix {

class GraphImpl;
class Process;

class EngineHost : public std::enable_shared_from_this<EngineHost> {
 public:
  EngineHost(Process& process, std::shared_ptr<GraphImpl> graph, EnginePlan plan);
  ~EngineHost();
  EngineHost(const EngineHost&) = delete;
  EngineHost& operator=(const EngineHost&) = delete;

  // Makes the user's object and asks it for its ports. Fails with kEngineNotCreated, or
  // kLibraryNotLoaded if the class is not its own side's.
  Status CreateEngine();

  // What the engine answers when it is asked for its ports. Fails with kOutOfRange, or
  // kWrongState when the engine runs already.
  Status SetPorts(std::uint32_t inputs, std::uint32_t outputs);

  // Whether ports of this engine and of `target` can be connected. One warning for an output port
  // that the engine did not announce, which is added. Fails with kBadConnection.
  Status CheckEdge(const EdgePlan& edge, const EngineHost& target) const;
  Edge EdgeTo(const EdgePlan& plan, const std::shared_ptr<EngineHost>& target) const;
  // Where its ports lead. REQUIRES: CheckEdge was content with edges that are added.
  OutputPorts& routes() { return routes_; }
  void AddEdges(std::vector<Edge> added) {
    OutputPorts::Change change =
        routes_.Prepare([](const Edge&) { return false; }, std::move(added));
    routes_.Apply(change);
  }

  // Calls the user's Init. Fails with kEngineInitFailed.
  Status Init();

  // Sends out of `port`: to every connection, and then to the receiver, on this thread. Fails
  // with kNullMessage, kInvalidValue (no name), kPortOutOfRange, kPortNotConnected (with a text
  // only the first time at each port), kUserStatus (from the receiver), and as hdc's Send.
  Status Send(std::uint32_t port, const std::string& name, const std::shared_ptr<void>& message,
              const Wait& wait);

  // Fails with kNullReceiver or kPortOutOfRange.
  Status SetReceiver(std::uint32_t port, std::shared_ptr<hiai::DataRecvInterface> receiver)
      OPENMATRIX_EXCLUDES(mutex_);

  // Hands a new configuration to the engine's UpdateConfig: on one of its workers, before the next
  // message that this worker takes, in the order of the calls. With `wait` until it has returned;
  // then a worker of the engine itself, who cannot wait for himself, and the thread that builds
  // the engine call it here. Fails with kQueueStopped or, with `wait`, kUpdateFailed.
  Status UpdateConfig(const hiai::AIConfig& config, bool wait);

  // The workers are about to be started.
  void SetStarted() { started_.store(true, std::memory_order_seq_cst); }

  // What Process is called with, one place per input port.
  using Arguments = std::vector<std::shared_ptr<void>>;
  Arguments NoArguments() const { return Arguments(inputs_); }

  // The loop of one worker: a message, a Run, until `stop` or the mailbox ends it. `arguments` are
  // made before the worker: he could not go on without.
  void Work(StopToken& stop, Arguments arguments);

  // No message is accepted from now on; waiting senders and workers come back.
  void Close() OPENMATRIX_EXCLUDES(mutex_);

  // The program's code has ended a worker: pthread_exit, or a cancellation that it allowed. After
  // the last one nothing is accepted any more, as nobody would take it; it may still send.
  void WorkerEnded(bool last) OPENMATRIX_EXCLUDES(mutex_);

  // Drops what is queued, destroys the user's object and forgets the receivers. Needs no memory of
  // the process, as nothing does that takes engines away.
  // REQUIRES: no worker runs.
  void Finish();

  std::uint32_t id() const { return plan_.id; }
  View side() const { return plan_.side; }
  const EnginePlan& plan() const { return plan_; }
  // What GetOamConfig shows; the interface lets the engine change it.
  hiai::OAMConfigDef& oam() { return oam_; }
  GraphImpl& graph() { return graph_; }
  // True if the calling thread is one of its workers.
  bool WorksHere() const;
  // True once it takes no more messages.
  bool closed() const { return closed_.load(std::memory_order_seq_cst); }
  // Null until CreateEngine and after Finish.
  std::shared_ptr<hiai::Engine> engine() const OPENMATRIX_EXCLUDES(mutex_);
  // Never null once the engine can be found.
  Mailbox* mailbox() { return mailbox_.get(); }

 private:
  // Ends the waits of a thread that is no worker: the engine's own, whom its destructor will join.
  class Visit;

  Status SendAlong(const Route& route, const std::string& name,
                   const std::shared_ptr<void>& message, const Wait& wait);
  Status Deliver(const Route& route, const std::string& name, const std::shared_ptr<void>& message,
                 const Wait& wait);
  Status CallReceiver(hiai::DataRecvInterface& receiver, const std::shared_ptr<void>& message);
  Status NotConnected(std::uint32_t port) OPENMATRIX_EXCLUDES(mutex_);
  Status Stopped() const;
  bool started() const { return started_.load(std::memory_order_seq_cst); }
  void RunUpdates();
  // Mailbox::Take that also runs updates and, for an engine that is called when nothing arrives,
  // makes these calls. `recalls` is how many the worker has heeded. False when he has to leave.
  template <typename Call>
  bool TakeOrCall(Frame& frame, StopToken& stop, std::uint32_t& recalls, const Call& call);
  void RunOnce(hiai::Engine& engine, Arguments& arguments);

  // True once this engine, or all of its graph, sends and receives no more.
  bool stopping() const;

  Process& process_;
  const std::shared_ptr<GraphImpl> keep_graph_;  // which lets go of its engines when it has ended
  GraphImpl& graph_;
  const EnginePlan plan_;
  const std::string where_;  // names the engine in messages
  std::uint32_t inputs_ = 0;
  std::uint32_t outputs_ = 0;
  std::unique_ptr<Mailbox> mailbox_;
  QuietPeriod quiet_;
  hiai::OAMConfigDef oam_;
  OutputPorts routes_;
  ConfigUpdates updates_;
  bool updated_ = false;              // for the call of updates_, which has one at a time
  std::atomic<bool> closed_{false};   // partner: senders, who first say that they wait
  std::atomic<bool> started_{false};  // partner: UpdateConfig
  mutable Mutex mutex_;
  std::shared_ptr<hiai::Engine> engine_ OPENMATRIX_GUARDED_BY(mutex_);
  std::vector<StopToken*> visitors_ OPENMATRIX_GUARDED_BY(mutex_);
  // Ports that lead nowhere, and of which the log knows.
  std::set<std::uint32_t> told_unconnected_ OPENMATRIX_GUARDED_BY(mutex_);
};

}  // namespace openmatrix
