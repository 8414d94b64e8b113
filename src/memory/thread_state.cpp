#include "memory/thread_state.h"

#include <pthread.h>

#include "memory/heap_impl.h"

namespace openmatrix {
namespace {

// Runs with the thread's last breath; a free after it makes new caches, and it runs again.
void OnThreadExit(void* value) {
  auto* caches = static_cast<ThreadCaches*>(value);
  thread_state = ThreadState{nullptr, nullptr};
  caches->heap->RetireThread(caches);
}

struct ExitKey {
  pthread_key_t key{};
  // False if the process has used up its keys: the caches of dead threads are then only drained,
  // as those of idle ones are.
  const bool ok = pthread_key_create(&key, OnThreadExit) == 0;
};

}  // namespace

__thread ThreadState thread_state __attribute__((tls_model("initial-exec"))) = {nullptr, nullptr};

void RetireCachesAtThreadExit(ThreadCaches* caches) {
  static const ExitKey exit;
  if (exit.ok) pthread_setspecific(exit.key, caches);
}

}  // namespace openmatrix
