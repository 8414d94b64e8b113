// What an EngineHost sends: from an output port to its connections and its receiver.
#include <algorithm>
#include <optional>
#include <utility>

#include "hiaiengine/data_recv_interface.h"
#include "os/fork_guard.h"
#include "runtime/engine_host.h"
#include "runtime/graph_impl.h"
#include "runtime/process.h"
#include "runtime/side.h"
#include "runtime/user_call.h"
#include "transport/hdc.h"

namespace openmatrix {
namespace {

// Fan-outs beyond this many connections cost an allocation per send.
constexpr std::size_t kInlineTargets = 8;

}  // namespace

class EngineHost::Visit {
 public:
  explicit Visit(EngineHost& host) : host_(host) {
    MutexLock lock(host_.mutex_);
    host_.visitors_.push_back(&token_);
  }
  ~Visit() {
    if (witness_.in_child()) return;  // a hook forked; the lock is the parent's
    MutexLock lock(host_.mutex_);
    std::vector<StopToken*>& visitors = host_.visitors_;
    visitors.erase(std::find(visitors.begin(), visitors.end(), &token_));
  }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

  StopToken* token() { return &token_; }

 private:
  const ForkWitness witness_;
  EngineHost& host_;
  StopToken token_;
};

Status EngineHost::Send(std::uint32_t port, const std::string& name,
                        const std::shared_ptr<void>& message, const Wait& wait) {
  if (process_.graphs_are_parents()) return process_.CheckGraphsAreOwn();
  if (message == nullptr) return {Code::kNullMessage, where_ + ": SendData of a null message"};
  if (name.empty()) return {Code::kInvalidValue, where_ + ": SendData without a message name"};
  OutputPorts::RoutePointer route;
  if (!routes_.Find(port, route)) {
    return {Code::kPortOutOfRange, where_ + ": has no output port " + std::to_string(port)};
  }
  if (route == nullptr || route->leads_nowhere()) {
    return stopping() ? Stopped() : NotConnected(port);
  }
  Wait stoppable = wait;
  std::optional<Visit> visit;
  if (wait.stop == nullptr && !route->edges.empty()) {
    stoppable.stop = visit.emplace(*this).token();
  }
  // After the visit is known: whoever stops the engine later ends its waits.
  if (stopping()) return Stopped();
  for (;;) {
    Status sent = SendAlong(*route, name, message, stoppable);
    if (sent.ok() || sent.error().code != Code::kQueueStopped) return sent;
    if (stopping() || stoppable.Stopped()) return sent;
    // A target was taken out of its graph meanwhile: the others shall not miss the message.
    OutputPorts::RoutePointer now;
    if (!routes_.Find(port, now) || now == route || now->leads_nowhere()) return sent;
    route = std::move(now);
  }
}

Status EngineHost::Stopped() const {
  return {Code::kQueueStopped,
          where_ + (graph_.stopping() ? ": the graph is being destroyed"
                    : closed()        ? ": the engine is being taken out of its graph"
                                      : ": the program's code has ended its workers")};
}

// Applications do this with every frame: the text, and with it the line in the log, comes once.
Status EngineHost::NotConnected(std::uint32_t port) {
  bool first;
  {
    MutexLock lock(mutex_);
    first = told_unconnected_.insert(port).second;
  }
  if (!first) {
    Log(LogLevel::kDebug, "%s: output port %u leads nowhere", where_.c_str(), port);
    return {Code::kPortNotConnected, ""};
  }
  return {Code::kPortNotConnected, where_ + ": output port " + std::to_string(port) +
                                       " has neither a connection nor a receiver; further sends "
                                       "to it are logged at debug level"};
}

Status EngineHost::SendAlong(const Route& route, const std::string& name,
                             const std::shared_ptr<void>& message, const Wait& wait) {
  if (!route.edges.empty()) {
    Status delivered = Deliver(route, name, message, wait);
    if (!delivered.ok()) return delivered;
  }
  return route.receiver != nullptr ? CallReceiver(*route.receiver, message) : Status();
}

Status EngineHost::Deliver(const Route& route, const std::string& name,
                           const std::shared_ptr<void>& message, const Wait& wait) {
  Target few[kInlineTargets];
  std::vector<Target> many;
  std::vector<std::shared_ptr<EngineHost>> keep;  // empty, so free of cost, within one graph
  if (route.edges.size() > kInlineTargets) many.resize(route.edges.size());
  Target* targets = many.empty() ? few : many.data();
  std::size_t count = 0;
  for (const Edge& edge : route.edges) {
    EngineHost* target = edge.target.get();
    if (target == nullptr) {
      keep.push_back(edge.foreign.lock());
      target = keep.back().get();
      if (target == nullptr) return {Code::kNoGraph, where_ + ": the connected graph is gone"};
    }
    targets[count++] = Target{target->mailbox(), edge.plan.target_port, target->side()};
  }
  const Sender sender{process_.heap(), plan_.side, process_.types(plan_.side),
                      &process_.links().cut()};
  return openmatrix::Send(sender, Targets{targets, count}, name, message, wait);
}

Status EngineHost::CallReceiver(hiai::DataRecvInterface& receiver,
                                const std::shared_ptr<void>& message) {
  const ContextScope context(plan_.side, &graph_);
  HIAI_StatusT status = HIAI_OK;
  const bool returned = CallUser(where_, "RecvData", [&] { status = receiver.RecvData(message); });
  if (!returned) return {Code::kHookFailed, where_ + ": the receiver of the output port threw"};
  if (status == HIAI_OK) return {};
  return Error{Code::kUserStatus, where_ + ": RecvData returned " + std::to_string(status), status};
}

Status EngineHost::SetReceiver(std::uint32_t port,
                               std::shared_ptr<hiai::DataRecvInterface> receiver) {
  if (process_.graphs_are_parents()) return process_.CheckGraphsAreOwn();
  if (receiver == nullptr) return {Code::kNullReceiver, where_ + ": SetDataRecvFunctor of null"};
  if (routes_.SetReceiver(port, std::move(receiver))) return {};
  return {Code::kPortOutOfRange, where_ + ": has no output port " + std::to_string(port)};
}

}  // namespace openmatrix
