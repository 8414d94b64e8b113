// The Process while the program forks, and what its child is told of the graphs of the parent: see
// docs/design/borders.md, "Fork".
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/log_sink.h"
#include "base/no_destructor.h"
#include "runtime/process.h"
#include "runtime/side.h"

namespace openmatrix {
namespace {

// The last one of a list. Reachable from here, so that leak checkers see them as what they are.
NoDestructor<std::shared_ptr<GraphImpl>> g_kept;

}  // namespace

// One that was destroyed, but that a thread still holds, counts: the thread may be anywhere in it.
bool Process::HasGraphs() const {
  return creating_ > 0 || !graphs_.empty() ||
         std::any_of(ever_.begin(), ever_.end(),
                     [](const std::weak_ptr<GraphImpl>& graph) { return !graph.expired(); });
}

void Process::BeforeFork() OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS {
  mutex_.Lock();
  // A child that may use graphs sends: its views must share pages. The heap's turn comes later.
  heap_.KeepLinksInChild(!graphs_are_parents() && !HasGraphs());
}

void Process::AfterForkInParent() OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS { mutex_.Unlock(); }

void Process::AfterForkInChild() OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS {
  parent_id_ = process_id_.exchange(::getpid(), std::memory_order_relaxed);
  told_.store(false, std::memory_order_relaxed);
  if (HasGraphs()) {
    parents_.store(true, std::memory_order_relaxed);
    ForgetStopsOfThread();
  }
  mutex_.Unlock();
}

Status Process::CheckGraphsAreOwn() {
  if (!graphs_are_parents()) return {};
  // Programs send with every frame: the text, and with it the line in the log, comes once.
  std::string text;
  if (!told_.exchange(true, std::memory_order_relaxed)) {
    text = "process " + std::to_string(process_id_.load(std::memory_order_relaxed)) +
           " was forked from process " + std::to_string(parent_id_) +
           " while that had graphs: their engines run there only, and no call about graphs works "
           "here (memory calls do); fork before the first CreateGraph, or exec after the fork";
  }
  return {Code::kParentsGraphs, text};
}

void Process::TellOfFork() {
  const std::string text = CheckGraphsAreOwn().error().text;
  if (!text.empty()) LogLine(LogLevel::kWarning, text);
}

void Process::Keep(GraphImpl& graph) {
  MutexLock lock(mutex_);
  graph.KeepBehind(*g_kept);
}

}  // namespace openmatrix
