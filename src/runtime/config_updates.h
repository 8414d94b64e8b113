// New configurations on their way to one engine's UpdateConfig: a lane of their own beside the
// messages, never full, so that none is lost and none waits behind a queue. They run in the order
// in which they came, one at a time, on whichever thread calls RunAll.
//
// Any thread.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "base/mutex.h"
#include "base/result.h"
#include "base/stop_token.h"
#include "proto/ai_types.pb.h"
#include "transport/doorbell.h"

namespace openmatrix {

class ConfigUpdates {
 public:
  class Update {
   public:
    explicit Update(const hiai::AIConfig& config)
        : config_(config), failure_(Error{Code::kUpdateFailed, "UpdateConfig did not return"}) {}

   private:
    friend class ConfigUpdates;
    const hiai::AIConfig config_;
    std::optional<Error> failure_;   // written before done_
    std::atomic<bool> done_{false};  // partner: Await
  };
  // Runs without any lock of ours.
  using Call = std::function<Status(const hiai::AIConfig&)>;

  // Null if the lane is closed.
  std::shared_ptr<Update> Push(const hiai::AIConfig& config) OPENMATRIX_EXCLUDES(mutex_);

  // Calls `call` with each that is queued. If another thread is at it, that one does. A call that
  // is on this thread's stack already is interrupted.
  void RunAll(const Call& call) OPENMATRIX_EXCLUDES(mutex_);

  // What `call` answered. kQueueStopped if the lane is closed, or `stop` stopped, before that.
  Status Await(const Update& update, StopToken* stop);

  // Drops what is queued and ends all waits.
  void Close() OPENMATRIX_EXCLUDES(mutex_);

 private:
  std::shared_ptr<Update> Next(bool nested) OPENMATRIX_EXCLUDES(mutex_);

  Doorbell done_bell_{std::chrono::nanoseconds(0)};
  std::atomic<bool> closed_{false};  // partner: Await
  Mutex mutex_;
  std::deque<std::shared_ptr<Update>> queue_ OPENMATRIX_GUARDED_BY(mutex_);
  std::thread::id runner_ OPENMATRIX_GUARDED_BY(mutex_);  // no thread's id if nobody runs
};

}  // namespace openmatrix
