#include "memory/janitor.h"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <new>

#include "base/log_sink.h"

namespace openmatrix {
namespace {

constexpr std::uint32_t kSliceUnits = (8u << 20) >> kUnitShift;  // at most 2 ms per slice

}  // namespace

Janitor::Janitor(Heap::Impl& heap) : heap_(heap) {}

void Janitor::Stop() {
  {
    MutexLock lock(heap_.mutex);
    stop_ = true;
    wake_.NotifyAll();
  }
  thread_.Join();
}

void Janitor::NoteChange() {
  const bool above = heap_.pool->runs().dirty_bytes() > heap_.options.retain;
  if (heap_.options.decay.count() == 0 && !above) return;
  if (running_) {
    if (above) wake_.NotifyAll();
    return;
  }
  // The new thread serves no signals: they belong to the application's threads.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  // If no thread is to be had, pages stay committed until one is.
  running_ = thread_.Start<Janitor, &Janitor::Loop>(this);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Janitor::Loop() {
  pthread_setname_np(pthread_self(), "openmatrix-trim");
  const auto decay = heap_.options.decay;
  const auto step = std::max(decay / 2, std::chrono::milliseconds(1));
  MutexLock lock(heap_.mutex);
  auto next_look = Clock::now() + step;
  while (!stop_) {
    while (heap_.pool->runs().dirty_bytes() > heap_.options.retain &&
           PurgeSlice(Clock::time_point::max())) {
    }
    if (decay.count() > 0 && !stop_) {
      wake_.WaitUntil(heap_.mutex, next_look);
      if (stop_) break;
      // A notice is about the retention limit; between two looks at the caches lies a whole step.
      if (Clock::now() < next_look) continue;
      next_look = Clock::now() + step;
      TakeBackIdleCaches();
      heap_.EmptyHandover();
      heap_.pool->ReleaseEmptySpans(Clock::now());
      for (const auto limit = Clock::now() - decay; PurgeSlice(limit);) {
      }
    }
    if (stop_) break;  // PurgeSlice let go of the lock: the call to stop may have come meanwhile
    // What is out may be in a cache, or come into one without a notice.
    const bool idle = heap_.pool->runs().dirty_bytes() == 0 && heap_.pool->runs().used_bytes() == 0;
    if (idle || IsLastThread()) {
      // Nobody joins it: it may be the program's last thread, on which its exit then runs.
      thread_.Detach();
      running_ = false;
      return;
    }
    if (decay.count() == 0) wake_.Wait(heap_.mutex);
  }
}

void Janitor::TakeBackIdleCaches() {
  for (const auto& cache : heap_.caches) cache->idle = cache->IdleSinceLastLook();
  const auto wanted = [](const SideCache& cache) { return cache.keeps_large() || cache.idle; };
  heap_.StopCaches(wanted, [&](SideCache& cache) OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS {
    cache.idle ? heap_.DrainCache(cache) : heap_.AgeCache(cache);
  });
}

bool Janitor::PurgeSlice(Clock::time_point limit) {
  while (heap_.forking && !stop_) heap_.purged.Wait(heap_.mutex);
  if (stop_ || refused_) return false;
  Run* const run = heap_.pool->runs().BeginPurge(limit, kSliceUnits);
  if (run == nullptr) return false;
  ++heap_.purging;
  heap_.mutex.Unlock();
  const std::uint64_t given = heap_.pages->Decommit(run->offset(), run->bytes());
  heap_.totals.decommitted.fetch_add(given, std::memory_order_relaxed);
  heap_.mutex.Lock();
  --heap_.purging;
  // Less than a page may be too little for a system of large pages.
  refused_ = given == 0 && run->bytes() >= 2 * heap_.pages->page_bytes();
  if (refused_) {
    LogLine(
        LogLevel::kInfo,
        "free pages of the pool stay committed: the program has locked them, or the file system "
        "that holds them keeps them");
  }
  heap_.pool->runs().EndPurge(run, !refused_);
  heap_.purged.NotifyAll();
  heap_.Notify();
  return true;
}

void Janitor::MakeRoom(std::uint64_t bytes) {
  // Nothing goes back while the process forks, and who asks here may have no time to wait.
  while (!heap_.forking && !heap_.pool->runs().MayCommit(bytes) &&
         PurgeSlice(Clock::time_point::max())) {
  }
}

void Janitor::TrimNow() {
  MutexLock lock(heap_.mutex);
  while (heap_.purging > 0) heap_.purged.Wait(heap_.mutex);
  heap_.TakeBackCaches([](const SideCache&) { return true; });
  heap_.EmptyHandover();
  heap_.pool->ReleaseEmptySpans(Clock::now());
  while (PurgeSlice(Clock::time_point::max())) {
  }
}

void Janitor::ForgetThread() {
  // Made anew in place: the thread and those who slept on the condition are the parent's, and
  // neither is there to be joined or to leave the condition's books.
  new (&thread_) Thread;
  new (&wake_) CondVar;
  running_ = false;
}

}  // namespace openmatrix
