#include "base/stop_token.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "counted.h"

namespace openmatrix {
namespace {

TEST(StopToken, WakesWhatItsThreadWaitsOn) {
  StopToken token;
  Counted waitable;
  const StopToken::Waiting waiting(&token, waitable);

  token.Stop();

  EXPECT_TRUE(token.stopped());
  EXPECT_EQ(waitable.wakes, 1);
}

TEST(StopToken, WakesNobodyAfterTheWaitHasEnded) {
  StopToken token;
  Counted waitable;
  { const StopToken::Waiting waiting(&token, waitable); }

  token.Stop();

  EXPECT_TRUE(token.stopped());
  EXPECT_EQ(waitable.wakes, 0);
}

TEST(StopToken, MayBeAbsent) {
  Counted waitable;
  const StopToken::Waiting waiting(nullptr, waitable);
  const Wait wait = Wait::For(std::chrono::milliseconds(0));

  EXPECT_FALSE(wait.Stopped());
}

// A sleeper as the floors above write it: announce, then look before each sleep.
class Sleeper final : public Waitable {
 public:
  void WakeAll() override {
    MutexLock lock(mutex_);
    changed_.NotifyAll();
  }

  void SleepUntilStopped(StopToken& token, std::promise<void>& started) {
    const StopToken::Waiting waiting(&token, *this);
    MutexLock lock(mutex_);
    started.set_value();
    while (!token.stopped()) changed_.Wait(mutex_);
  }

 private:
  Mutex mutex_;
  CondVar changed_;
};

TEST(StopToken, EndsASleepOfAnotherThread) {
  StopToken token;
  Sleeper sleeper;
  std::promise<void> started;
  std::thread thread([&] { sleeper.SleepUntilStopped(token, started); });
  started.get_future().wait();

  token.Stop();

  thread.join();
  EXPECT_TRUE(token.stopped());
}

}  // namespace
}  // namespace openmatrix
