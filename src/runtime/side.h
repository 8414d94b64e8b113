// Whose call is this: the host's, or a device's?
//
// Every thread has a context: engine workers, engine constructors and the loading of libraries
// set it. Without one, the loaded object that the call came from decides; without that, it is the
// host. Reading costs one thread-local load, and no lock in any case.
#pragma once

#include <cstdint>

#include "base/stop_token.h"
#include "memory/view.h"
#include "os/module.h"

namespace openmatrix {

class GraphImpl;

// What is known about the code that a thread runs now. `outer` links to the context that it
// interrupts, so that a callback inside a worker still counts as inside the worker's graph.
struct ThreadContext {
  View view;  // the host's while it is not known
  bool known = false;
  StopToken* stop = nullptr;         // ends the waits of an engine worker
  const GraphImpl* graph = nullptr;  // whose user code runs; compared, never followed
  ThreadContext* outer = nullptr;
};

// initial-exec: a read is one instruction, and it never allocates, not even in a signal handler.
extern __thread ThreadContext t_context __attribute__((tls_model("initial-exec")));

// Sets the calling thread's context for as long as it lives.
class ContextScope {
 public:
  explicit ContextScope(View view, const GraphImpl* graph = nullptr, StopToken* stop = nullptr);
  ~ContextScope();
  ContextScope(const ContextScope&) = delete;
  ContextScope& operator=(const ContextScope&) = delete;

 private:
  ThreadContext saved_;
};

// The side of code that lies at `address` and has no context.
View SideOfModule(const void* address) noexcept;

// True if the side does not depend on the library that calls: a context says it, or there is no
// device library.
inline bool SideIsKnown(View& view) noexcept {
  view = t_context.view;
  // Both are read always: a jump there and back costs a tenth of a pair of allocate and free.
  return t_context.known | g_no_device_objects.load(std::memory_order_acquire);
}

// The side of a call that returns to `return_address`. Take the address in the exported function
// itself: __builtin_return_address(0) one level deeper lies in this library.
inline View SideOfCall(const void* return_address) noexcept {
  View view;
  return SideIsKnown(view) ? view : SideOfModule(return_address);
}

// The same for registries, where the library comes first: the destructors of a device library run
// without a context, or in a wrong one, and must find what its constructors registered.
View RegistrySideOfCall(const void* return_address) noexcept;

// The token that ends the waits of this thread; null outside engine workers.
inline StopToken* CurrentStop() noexcept { return t_context.stop; }

// In a forked child, whose thread may have been an engine's worker in the parent: nobody is here to
// end its waits, and the token's lock may be held for ever.
void ForgetStopsOfThread() noexcept;

// True if user code of `graph` is on this thread's stack: a worker, Init, or a receive callback.
bool InsideGraph(const GraphImpl* graph) noexcept;

}  // namespace openmatrix
