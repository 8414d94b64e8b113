// The heap while the process splits: see docs/design/memory.md, "Fork".
#include <new>

#include "memory/heap_impl.h"
#include "memory/janitor.h"
#include "os/process_barrier.h"

namespace openmatrix {

void Heap::Impl::BeforeFork() OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS {
  mutex.Lock();
  ForEachQuarantineInUse([](Quarantine& quarantine) { quarantine.BeforeFork(); });
  for (const auto& cache : caches) cache->Close();
  ProcessBarrier();
  for (const auto& cache : caches) cache->AwaitIdle();
}

void Heap::Impl::AfterForkInParent() OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS {
  if (waiters.load(std::memory_order_relaxed) == 0) OpenCaches();
  ForEachQuarantineInUse([](Quarantine& quarantine) { quarantine.AfterFork(); });
  mutex.Unlock();
}

void Heap::Impl::AfterForkInChild() OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS {
  pages->MakePrivate();
  forked.store(true, std::memory_order_relaxed);
  new (&freed) CondVar;  // its sleepers are the parent's and would never leave it
  waiters.store(0, std::memory_order_relaxed);
  purging = 0;
  janitor_->ForgetThread();
  for (const auto& cache : caches) cache->EndUsesOfParent();
  OpenCaches();
  ForEachQuarantineInUse([](Quarantine& quarantine) { quarantine.AfterFork(); });
  mutex.Unlock();
}

}  // namespace openmatrix
