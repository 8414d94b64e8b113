#include "memory/thread_state.h"

#include <pthread.h>

#include "memory/heap_impl.h"

namespace openmatrix {
namespace {

// Destructors of other keys may run after this, in four rounds. Caches that they made in the last
// one nobody would take back, so they get none.
void OnThreadExit(void* value) {
  auto* caches = static_cast<ThreadCaches*>(value);
  thread_state = ThreadState{nullptr, nullptr, true};
  caches->heap->RetireThread(caches);
}

struct ExitKey {
  pthread_key_t key{};
  const bool ok = pthread_key_create(&key, OnThreadExit) == 0;
};

// Where the process has used up its keys. Earlier than a key's destructor, so more is done without.
struct ExitWithoutKey {
  ~ExitWithoutKey() {
    if (thread_state.caches != nullptr) OnThreadExit(thread_state.caches);
  }
};

}  // namespace

__thread ThreadState thread_state
    __attribute__((tls_model("initial-exec"))) = {nullptr, nullptr, false};

void RetireCachesAtThreadExit(ThreadCaches* caches) {
  static const ExitKey exit;
  if (exit.ok && pthread_setspecific(exit.key, caches) == 0) return;
  static thread_local ExitWithoutKey instead;
  static_cast<void>(&instead);
}

}  // namespace openmatrix
