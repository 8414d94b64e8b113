// Where each output port of an engine leads: connections, and a receiver.
//
// Any thread. What a port leads to is immutable once published: a send copies one pointer under
// the lock and works without it. A route owns its targets, so an engine that is taken out of its
// graph outlives the sends that are on their way to it; engines of another graph are not owned.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

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
    if (port >= routes_.size()) return false;
    route = routes_[port];
    return true;
  }

  // Takes away the edges that `gone` says true of and adds others, in one step per port: no send
  // sees half of it. Adds ports up to the largest that an edge starts at.
  void Change(const std::function<bool(const Edge&)>& gone, std::vector<Edge> added)
      OPENMATRIX_EXCLUDES(mutex_);

  // False if there is no such port.
  bool SetReceiver(std::uint32_t port, std::shared_ptr<hiai::DataRecvInterface> receiver)
      OPENMATRIX_EXCLUDES(mutex_);

  // All of them, which lead nowhere from now on. The caller destroys them: user code.
  std::vector<RoutePointer> Clear() OPENMATRIX_EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  std::vector<RoutePointer> routes_ OPENMATRIX_GUARDED_BY(mutex_);
};

}  // namespace openmatrix
