// The heap while the process splits: see docs/design/memory.md, "Fork".
#include <algorithm>
#include <new>

#include "base/log_sink.h"
#include "memory/heap_impl.h"
#include "memory/janitor.h"
#include "os/process_barrier.h"

namespace openmatrix {
namespace {

// A fork that will be followed by exec pays for it, too.
constexpr std::uint64_t kMostCopied = 256ull << 20;

}  // namespace

void Heap::Impl::BeforeFork() OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS {
  mutex.Lock();
  // Pages on their way back belong to nobody: the child would never see them arrive.
  forking = true;
  while (purging > 0) purged.Wait(mutex);
  ForEachQuarantineInUse([](Quarantine& quarantine) { quarantine.BeforeFork(); });
  for (const auto& cache : caches) cache->Close();
  ProcessBarrier();
  for (const auto& cache : caches) cache->AwaitIdle();
}

void Heap::Impl::AfterForkInParent() OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS {
  forking = false;
  purged.NotifyAll();
  if (CachesMayOpen()) OpenCaches();
  ForEachQuarantineInUse([](Quarantine& quarantine) { quarantine.AfterFork(); });
  mutex.Unlock();
}

void Heap::Impl::AfterForkInChild() OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS {
  const SharedPages::Ranges live = [this](const auto& visit) OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS {
    pool->runs().ForEachUsed([&](const Run& run) {
      const bool held = run.kind == Run::Kind::kSpan || table->Load(run.offset()).live();
      if (held) visit(run.offset(), run.bytes());
    });
  };
  std::uint64_t live_bytes = 0;
  live([&](std::uint64_t, std::uint64_t bytes) { live_bytes += bytes; });
  bool usable = true;
  const bool may_renew = links_in_child && !forked.load(std::memory_order_relaxed);
  if (may_renew && live_bytes <= kMostCopied && pages->Renew(live, live_bytes + kMostCopied)) {
    limits.total_bytes = std::min(limits.total_bytes, pages->room());
    pool->runs().SetMostCommitted(limits.total_bytes);
  } else {
    usable = pages->MakePrivate(live);
    forked.store(true, std::memory_order_relaxed);
  }
  new (&purged) CondVar;  // its sleepers are the parent's and would never leave it
  line.Forget();
  waiters.store(0, std::memory_order_relaxed);
  forking = false;
  janitor_->ForgetThread();
  for (const auto& cache : caches) cache->EndUsesOfParent();
  if (!usable) GiveUpInChild();
  if (CachesMayOpen()) OpenCaches();
  ForEachQuarantineInUse([](Quarantine& quarantine) { quarantine.AfterFork(); });
  mutex.Unlock();
}

// There are views without pages. What is freed from now on goes past the closed caches to the pool,
// from which nobody takes any more.
void Heap::Impl::GiveUpInChild() {
  Log(LogLevel::kError,
      "fork: no memory for the child's copy of its transfer memory: it can neither use what it "
      "has nor allocate any");
  given_up.store(true, std::memory_order_relaxed);
  for (const auto& cache : caches) DrainCache(*cache);
}

}  // namespace openmatrix
