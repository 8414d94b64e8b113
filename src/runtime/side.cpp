#include "runtime/side.h"

#include "os/module.h"

namespace openmatrix {

__thread ThreadContext t_context __attribute__((tls_model("initial-exec")));

ContextScope::ContextScope(View view, const GraphImpl* graph, StopToken* stop) : saved_(t_context) {
  t_context.view = view;
  t_context.known = true;
  // A callback or a nested Init runs on a worker: its waits still end with that worker.
  t_context.stop = stop != nullptr ? stop : saved_.stop;
  t_context.graph = graph;
  t_context.outer = &saved_;
}

ContextScope::~ContextScope() { t_context = saved_; }

View SideOfModule(const void* address) noexcept {
  std::uint32_t device = 0;
  return FindDeviceOf(address, device) ? View::Device(device) : View::Host();
}

View RegistrySideOfCall(const void* return_address) noexcept {
  std::uint32_t device = 0;
  if (FindDeviceOf(return_address, device)) return View::Device(device);
  return t_context.known ? t_context.view : View::Host();
}

void ForgetStopsOfThread() noexcept {
  for (ThreadContext* context = &t_context; context != nullptr; context = context->outer) {
    context->stop = nullptr;
  }
}

bool InsideGraph(const GraphImpl* graph) noexcept {
  for (const ThreadContext* context = &t_context; context != nullptr; context = context->outer) {
    if (context->graph == graph) return true;
  }
  return false;
}

}  // namespace openmatrix
