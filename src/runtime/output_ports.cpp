#include "runtime/output_ports.h"

#include <algorithm>
#include <utility>

namespace openmatrix {

void OutputPorts::Resize(std::uint32_t ports) {
  std::vector<RoutePointer> replaced(ports);
  MutexLock lock(mutex_);
  replaced.swap(routes_);
}

OutputPorts::Change OutputPorts::Prepare(const std::function<bool(const Edge&)>& gone,
                                         std::vector<Edge> added) {
  Change change;
  MutexLock lock(mutex_);
  std::size_t ports = routes_.size();
  for (const Edge& edge : added) {
    ports = std::max<std::size_t>(ports, std::size_t{edge.plan.source_port} + 1);
  }
  const auto by_port = [](const Edge& one, const Edge& other) {
    return one.plan.source_port < other.plan.source_port;
  };
  std::stable_sort(added.begin(), added.end(), by_port);
  auto next = added.begin();
  routes_.reserve(ports);
  change.ports.resize(ports);
  change.replaced.resize(ports);
  for (std::uint32_t port = 0; port < ports; ++port) {
    const RoutePointer now = port < routes_.size() ? routes_[port] : nullptr;
    auto route = now != nullptr ? std::make_shared<Route>(*now) : std::make_shared<Route>();
    std::vector<Edge>& edges = route->edges;
    const std::size_t before = edges.size();
    edges.erase(std::remove_if(edges.begin(), edges.end(), std::cref(gone)), edges.end());
    const std::size_t carried = edges.size();
    for (; next != added.end() && next->plan.source_port == port; ++next) {
      edges.push_back(std::move(*next));
    }
    if (edges.size() == carried && carried == before) continue;
    change.ports[port].route = std::move(route);
    change.ports[port].carried = carried;
    change.ports[port].forgotten.reserve(carried);
  }
  return change;
}

void OutputPorts::Apply(Change& change) noexcept {
  MutexLock lock(mutex_);
  if (change.ports.size() > routes_.size()) routes_.resize(change.ports.size());  // reserved
  for (std::size_t port = 0; port < change.ports.size(); ++port) {
    Change::Port& prepared = change.ports[port];
    Route* const route = prepared.route.get();
    if (route == nullptr) continue;
    const RoutePointer& now = routes_[port];
    // What came since it was prepared: another receiver, the end of an engine that edges lead to.
    prepared.receiver = now != nullptr ? now->receiver : nullptr;
    route->receiver.swap(prepared.receiver);
    const auto forgotten = [&](const Edge& edge) {
      return now == nullptr ||
             std::none_of(now->edges.begin(), now->edges.end(), [&](const Edge& other) {
               return other.id == edge.id && other.plan.target_port == edge.plan.target_port;
             });
    };
    std::vector<Edge>& edges = route->edges;
    const auto carried = edges.begin() + static_cast<std::ptrdiff_t>(prepared.carried);
    auto kept = edges.begin();
    for (auto edge = edges.begin(); edge != carried; ++edge) {
      if (forgotten(*edge)) {
        prepared.forgotten.push_back(std::move(*edge));  // reserved
      } else {
        std::iter_swap(kept++, edge);
      }
    }
    edges.erase(kept, carried);
    change.replaced[port] = std::exchange(routes_[port], std::move(prepared.route));
  }
}

void OutputPorts::Forget(const EngineHost* target) {
  std::vector<RoutePointer> replaced;  // may hold the last references to engines
  MutexLock lock(mutex_);
  replaced.reserve(routes_.size());
  for (RoutePointer& now : routes_) {
    const auto leads_there = [target](const Edge& edge) { return edge.id == target; };
    if (now == nullptr || std::none_of(now->edges.begin(), now->edges.end(), leads_there)) continue;
    auto route = std::make_shared<Route>(*now);
    route->edges.erase(std::remove_if(route->edges.begin(), route->edges.end(), leads_there),
                       route->edges.end());
    replaced.push_back(std::exchange(now, std::move(route)));
  }
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

std::vector<OutputPorts::RoutePointer> OutputPorts::Clear() noexcept {
  std::vector<RoutePointer> routes;
  MutexLock lock(mutex_);
  cleared_ports_ = std::max(cleared_ports_, routes_.size());
  routes.swap(routes_);
  return routes;
}

}  // namespace openmatrix
