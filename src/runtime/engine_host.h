// One engine of a running graph: the user's object, its input mailbox and its output ports.
//
// Built by one thread (CreateEngine, AddEdge, Init, in this order); from then on Send, SetReceiver
// and the queries may come from any thread, and Work runs on each of its workers. The GraphImpl
// owns it and keeps it alive until the last worker and the last sender are gone.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "base/stop_token.h"
#include "runtime/graph_config.h"
#include "transport/mailbox.h"

namespace hiai {
class DataRecvInterface;
class Engine;
}  // namespace hiai

namespace openmatrix {

class GraphImpl;
class Process;

class EngineHost {
 public:
  EngineHost(Process& process, GraphImpl& graph, EnginePlan plan);
  ~EngineHost();
  EngineHost(const EngineHost&) = delete;
  EngineHost& operator=(const EngineHost&) = delete;

  // Makes the user's object and asks it for its ports. Fails with kEngineNotCreated, or
  // kLibraryNotLoaded if the class is not its own side's.
  Status CreateEngine();

  // What the engine answers when it is asked for its ports. Fails with kOutOfRange, or
  // kWrongState when the engine runs already.
  Status SetPorts(std::uint32_t inputs, std::uint32_t outputs);

  // Connects an output port. `graph` is null for an engine of the same graph. An output port
  // that the engine did not announce is added, with a warning. Fails with kBadConnection.
  Status AddEdge(std::uint32_t source_port, const std::shared_ptr<GraphImpl>& graph,
                 EngineHost& target, std::uint32_t target_port);

  // Calls the user's Init. Fails with kEngineInitFailed.
  Status Init();

  // Sends out of `port`: to every connection, and then to the receiver, on this thread. Fails
  // with kNullMessage, kInvalidValue (no name), kPortOutOfRange, kPortNotConnected, kUserStatus
  // (from the receiver), and as hdc's Send.
  Status Send(std::uint32_t port, const std::string& name, const std::shared_ptr<void>& message,
              const Wait& wait);

  // Fails with kNullReceiver or kPortOutOfRange.
  Status SetReceiver(std::uint32_t port, std::shared_ptr<hiai::DataRecvInterface> receiver)
      OPENMATRIX_EXCLUDES(mutex_);

  // The loop of one worker: a message, a Run, until `stop` or the mailbox ends it.
  void Work(StopToken& stop);

  // No message is accepted from now on; waiting senders and workers come back.
  void Close() OPENMATRIX_EXCLUDES(mutex_);

  // Drops what is queued, destroys the user's object and forgets the receivers.
  // REQUIRES: no worker runs.
  void Finish();

  std::uint32_t id() const { return plan_.id; }
  View side() const { return plan_.side; }
  const EnginePlan& plan() const { return plan_; }
  GraphImpl& graph() { return graph_; }
  // Null until CreateEngine and after Finish.
  std::shared_ptr<hiai::Engine> engine() const OPENMATRIX_EXCLUDES(mutex_);
  // Null until CreateEngine.
  Mailbox* mailbox() { return mailbox_.get(); }

 private:
  struct Edge {
    EngineHost* target;
    std::weak_ptr<GraphImpl> graph;
    bool foreign;  // `graph` must be locked before `target` is used
    std::uint32_t port;
  };
  // Immutable once published: a send copies one pointer under the lock and works without it.
  struct Route {
    std::vector<Edge> edges;
    std::shared_ptr<hiai::DataRecvInterface> receiver;
  };

  // Ends the waits of a thread that is no worker: the engine's own, whom its destructor will join.
  class Visit;

  Status Deliver(const Route& route, const std::string& name, const std::shared_ptr<void>& message,
                 const Wait& wait);
  Status CallReceiver(hiai::DataRecvInterface& receiver, const std::shared_ptr<void>& message);
  void RunOnce(hiai::Engine& engine, std::vector<std::shared_ptr<void>>& arguments);

  Process& process_;
  GraphImpl& graph_;
  const EnginePlan plan_;
  const std::string where_;  // names the engine in messages
  std::uint32_t inputs_ = 0;
  std::uint32_t outputs_ = 0;
  std::unique_ptr<Mailbox> mailbox_;
  mutable Mutex mutex_;
  std::shared_ptr<hiai::Engine> engine_ OPENMATRIX_GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<const Route>> routes_ OPENMATRIX_GUARDED_BY(mutex_);
  std::vector<StopToken*> visitors_ OPENMATRIX_GUARDED_BY(mutex_);
};

}  // namespace openmatrix
