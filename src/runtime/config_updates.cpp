#include "runtime/config_updates.h"

#include <utility>

#include "base/caught.h"
#include "base/log_sink.h"
#include "os/fork_guard.h"

namespace openmatrix {

std::shared_ptr<ConfigUpdates::Update> ConfigUpdates::Push(const hiai::AIConfig& config) {
  auto update = std::make_shared<Update>(config);
  MutexLock lock(mutex_);
  if (closed_.load(std::memory_order_seq_cst)) return nullptr;
  queue_.push_back(update);
  return update;
}

void ConfigUpdates::RunAll(const Call& call) {
  const std::thread::id self = std::this_thread::get_id();
  bool nested;
  {
    MutexLock lock(mutex_);
    nested = runner_ == self;
    if (!nested && runner_ != std::thread::id()) return;
    if (queue_.empty()) return;
    runner_ = self;
  }
  const ForkWitness witness;  // a call may fork, and the lock is the parent's in the child
  // A destructor, because a call may end by the unwinding of its thread.
  struct Running {
    ConfigUpdates& updates;
    const bool nested;
    const ForkWitness& witness;
    ~Running() {
      if (nested || witness.in_child()) return;
      MutexLock lock(updates.mutex_);
      if (updates.runner_ == std::this_thread::get_id()) updates.runner_ = std::thread::id();
    }
  } running{*this, nested, witness};
  while (const std::shared_ptr<Update> update = witness.in_child() ? nullptr : Next(nested)) {
    struct Done {
      ConfigUpdates& updates;
      Update& update;
      ~Done() {
        update.done_.store(true, std::memory_order_seq_cst);
        updates.done_bell_.RingAll();
      }
    } done{*this, *update};
    // Those behind it run all the same: nobody would come again for them.
    CatchAll(
        [&] {
          Status result = call(update->config_);
          if (result.ok()) {
            update->failure_.reset();
          } else {
            update->failure_ = std::move(result.error());
          }
        },
        [](const Caught& caught) { Log(LogLevel::kError, "UpdateConfig: %s", caught.text); });
  }
}

// Nothing is left and nobody runs, in one step: who pushes later finds no runner and becomes it.
std::shared_ptr<ConfigUpdates::Update> ConfigUpdates::Next(bool nested) {
  MutexLock lock(mutex_);
  if (queue_.empty()) {
    if (!nested) runner_ = std::thread::id();
    return nullptr;
  }
  std::shared_ptr<Update> next = std::move(queue_.front());
  queue_.pop_front();
  return next;
}

Status ConfigUpdates::Await(const Update& update, StopToken* stop) {
  const auto done = [&] { return update.done_.load(std::memory_order_seq_cst); };
  const auto over = [&] { return done() || closed_.load(std::memory_order_seq_cst); };
  done_bell_.Await(over, Wait{std::chrono::steady_clock::time_point::max(), stop});
  if (!done()) return {Code::kQueueStopped, "the wait for UpdateConfig ended: stopped"};
  return update.failure_.has_value() ? Status(*update.failure_) : Status();
}

void ConfigUpdates::Close() {
  {
    MutexLock lock(mutex_);
    closed_.store(true, std::memory_order_seq_cst);
    queue_.clear();
  }
  done_bell_.RingAll();
}

}  // namespace openmatrix
