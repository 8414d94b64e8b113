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

pthread_key_t MakeKey() {
  pthread_key_t key;
  pthread_key_create(&key, OnThreadExit);
  return key;
}

}  // namespace

__thread ThreadState thread_state __attribute__((tls_model("initial-exec"))) = {nullptr, nullptr};

void RetireCachesAtThreadExit(ThreadCaches* caches) {
  static const pthread_key_t key = MakeKey();
  pthread_setspecific(key, caches);
}

}  // namespace openmatrix
