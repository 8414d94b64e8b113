#include "runtime/output_ports.h"

#include <algorithm>
#include <utility>

namespace openmatrix {

void OutputPorts::Resize(std::uint32_t ports) {
  std::vector<RoutePointer> replaced(ports);
  MutexLock lock(mutex_);
  replaced.swap(routes_);
}

void OutputPorts::Change(const std::function<bool(const Edge&)>& gone, std::vector<Edge> added) {
  std::vector<RoutePointer> replaced;  // may hold the last references to engines
  MutexLock lock(mutex_);
  for (const Edge& edge : added) {
    if (edge.plan.source_port >= routes_.size()) routes_.resize(edge.plan.source_port + 1);
  }
  std::vector<RoutePointer> routes = routes_;
  for (std::uint32_t port = 0; port < routes.size(); ++port) {
    auto route = routes[port] != nullptr ? std::make_shared<Route>(*routes[port])
                                         : std::make_shared<Route>();
    std::vector<Edge>& edges = route->edges;
    const std::size_t before = edges.size();
    edges.erase(std::remove_if(edges.begin(), edges.end(), std::cref(gone)), edges.end());
    bool changed = edges.size() != before;
    for (Edge& edge : added) {
      if (edge.plan.source_port != port) continue;
      edges.push_back(std::move(edge));
      changed = true;
    }
    if (changed) routes[port] = std::move(route);
  }
  replaced = std::exchange(routes_, std::move(routes));
}

bool OutputPorts::SetReceiver(std::uint32_t port,
                              std::shared_ptr<hiai::DataRecvInterface> receiver) {
  RoutePointer replaced;  // may hold the last reference to a user's object
  MutexLock lock(mutex_);
  if (port >= routes_.size()) return false;
  auto route = routes_[port] != nullptr ? std::make_shared<Route>(*routes_[port])
                                        : std::make_shared<Route>();
  route->receiver = std::move(receiver);
  replaced = std::exchange(routes_[port], std::move(route));
  return true;
}

std::vector<OutputPorts::RoutePointer> OutputPorts::Clear() {
  MutexLock lock(mutex_);
  std::vector<RoutePointer> routes(routes_.size());
  routes.swap(routes_);
  return routes;
}

}  // namespace openmatrix
