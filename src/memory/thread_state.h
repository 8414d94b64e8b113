// What a thread remembers of the heap: initial-exec, found without a call. The
// caches themselves live on the C++ heap, so that they can outlast the thread.
#pragma once

namespace openmatrix {

class SideCache;
struct ThreadCaches;

struct ThreadState {
  SideCache* current;    // the cache used last, of the heap that has the fast path
  ThreadCaches* caches;  // all of the thread's caches, of one heap
  bool ended;            // they are gone for good: what its last destructors do is done without
};

// __thread, not thread_local: no hidden initialisation function is called before each access.
extern __thread ThreadState thread_state __attribute__((tls_model("initial-exec")));

// Arranges that the thread's caches are given back when it ends.
void RetireCachesAtThreadExit(ThreadCaches* caches);

}  // namespace openmatrix
