// Where each output port of an engine leads: connections, and a receiver.
//
// Any thread. What a port leads to is immutable once published: a send copies one pointer under
// the lock and works without it. A route owns its targets, so an engine that is taken out of its
// graph outlives the sends that are on their way to it; engines of another graph are not owned.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/cancellation.h"
#include "base/mutex.h"
#include "runtime/graph_config.h"

namespace hiai {
class DataRecvInterface;
}

namespace openmatrix {

class EngineHost;

struct Edge {
  EdgePlan plan;
  const EngineHost* id;                // to compare with, never followed
  std::shared_ptr<EngineHost> target;  // within the graph
  std::weak_ptr<EngineHost> foreign;   // else
};

struct Route {
  Route() = default;
  Route(const Route&) = default;
  Route& operator=(const Route&) = delete;
  // A sender may be the last one who has it.
  ~Route() {
    const NoCancellation here;  // the receiver's destructor must not be unwound
    receiver.reset();
  }

  bool leads_nowhere() const { return edges.empty() && receiver == nullptr; }

  std::vector<Edge> edges;
  std::shared_ptr<hiai::DataRecvInterface> receiver;
};

class OutputPorts {
 public:
  using RoutePointer = std::shared_ptr<const Route>;

  // How many ports there are; forgets where they led.
  void Resize(std::uint32_t ports) OPENMATRIX_EXCLUDES(mutex_);

  // False if there is no such port. A port that never led anywhere gives null.
  bool Find(std::uint32_t port, RoutePointer& route) const OPENMATRIX_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    if (port < routes_.size()) {
      route = routes_[port];
      return true;
    }
    return port < cleared_ports_;
  }

  // A change that has all the memory it needs. Holds what it replaced once it is applied: the last
  // references to engines and receivers, maybe, whose destructors are user code.
  class Change {
   private:
    friend class OutputPorts;
    struct Port {
      std::shared_ptr<Route> route;  // null: nothing changes
      std::size_t carried = 0;       // so many of its edges, the first ones, were there before
      // What it did not keep when it was applied.
      std::shared_ptr<hiai::DataRecvInterface> receiver;
      std::vector<Edge> forgotten;
    };
    std::vector<Port> ports;
    std::vector<RoutePointer> replaced;
  };

  // Takes away the edges that `gone` says true of and adds others, in one step per port: no send
  // sees half of it. Adds ports up to the largest that an edge starts at. Nothing changes before it
  // is applied, which cannot fail. One such change at a time; Forget may come in between.
  Change Prepare(const std::function<bool(const Edge&)>& gone, std::vector<Edge> added)
      OPENMATRIX_EXCLUDES(mutex_);
  void Apply(Change& change) noexcept OPENMATRIX_EXCLUDES(mutex_);

  // Takes away the edges to an engine.
  void Forget(const EngineHost* target) OPENMATRIX_EXCLUDES(mutex_);

  // False if there is no such port.
  bool SetReceiver(std::uint32_t port, std::shared_ptr<hiai::DataRecvInterface> receiver)
      OPENMATRIX_EXCLUDES(mutex_);

  // All of them, which lead nowhere from now on. The caller destroys them: user code.
  std::vector<RoutePointer> Clear() noexcept OPENMATRIX_EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  std::vector<RoutePointer> routes_ OPENMATRIX_GUARDED_BY(mutex_);
  std::size_t cleared_ports_ OPENMATRIX_GUARDED_BY(mutex_) = 0;  // how many there were until Clear
};

}  // namespace openmatrix
