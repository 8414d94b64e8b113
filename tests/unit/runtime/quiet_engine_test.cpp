// Engines that are called when nothing arrives, by a clock that the test advances.
#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "../base/manual_clock.h"
#include "api/process_instance.h"
#include "hiaiengine/engine.h"
#include "runtime/process.h"

namespace {

using std::chrono::milliseconds;

openmatrix::ManualClock* g_clock = nullptr;
openmatrix::Clock::Time g_start;

// What was called, when, and how many at once. A message "hold" stays in Process until Release.
class Calls {
 public:
  void Enter(const std::string& what) {
    std::unique_lock<std::mutex> lock(mutex_);
    ++inside_;
    most_ = std::max(most_, inside_);
    const auto time = std::chrono::duration_cast<milliseconds>(g_clock->Now() - g_start).count();
    seen_.push_back(what + "@" + std::to_string(time));
    changed_.notify_all();
    if (what == "hold") changed_.wait(lock, [this] { return released_; });
    --inside_;
  }
  // Blocks until there are so many.
  std::vector<std::string> WaitFor(std::size_t count) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return seen_.size() >= count; });
    return seen_;
  }
  void Release() {
    std::lock_guard<std::mutex> lock(mutex_);
    released_ = true;
    changed_.notify_all();
  }
  int most() {
    std::lock_guard<std::mutex> lock(mutex_);
    return most_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> seen_;
  bool released_ = false;
  int inside_ = 0;
  int most_ = 0;
};

Calls* g_calls = nullptr;

class QuietEngine : public hiai::Engine {
  HIAI_DEFINE_PROCESS(2, 1)
};

HIAI_IMPL_ENGINE_PROCESS("QuietEngineTest.Engine", QuietEngine, 2) {
  const std::shared_ptr<void>& message = arg0 != nullptr ? arg0 : arg1;
  g_calls->Enter(message == nullptr ? "quiet" : *std::static_pointer_cast<std::string>(message));
  return HIAI_OK;
}

}  // namespace

namespace openmatrix {
namespace {

using Seen = std::vector<std::string>;

class QuietEngineTest : public testing::Test {
 protected:
  QuietEngineTest()
      : process_(SmallOptions(), Process::Wiring{nullptr, &GetEngineRegistry, nullptr, &clock_}) {
    g_clock = &clock_;
    g_start = clock_.Now();
    g_calls = &calls_;
  }

  static Options SmallOptions() {
    Options options;
    options.host_memory = options.device_memory = 4 << 20;
    return options;
  }

  void Create(bool repeats, std::uint32_t workers = 1) {
    hiai::GraphConfigList config;
    hiai::GraphConfig* graph = config.add_graphs();
    graph->set_graph_id(1);
    hiai::EngineConfig* engine = graph->add_engines();
    engine->set_id(1);
    engine->set_engine_name("QuietEngineTest.Engine");
    engine->set_side(hiai::EngineConfig_RunSide_HOST);
    engine->set_thread_num(workers);
    engine->set_wait_inputdata_max_time(100);
    engine->set_is_repeat_timeout_flag(repeats);
    ASSERT_TRUE(process_.CreateGraphs(config).ok());
  }

  void Send(const std::string& text, std::uint32_t port = 0) {
    ASSERT_TRUE(process_
                    .Send(View::Host(), PortAddress{1, 1, port}, "name",
                          std::make_shared<std::string>(text), Wait::For(milliseconds(0)))
                    .ok());
  }

  // Until all workers sleep until `time` after the start.
  void AwaitSleep(int time, std::size_t workers = 1) {
    clock_.AwaitSleepers(workers, g_start + milliseconds(time));
  }
  void AwaitSleepWithoutEnd(std::size_t workers = 1) {
    clock_.AwaitSleepers(workers, Clock::Never());
  }

  ManualClock clock_;
  Calls calls_;
  Process process_;
};

TEST_F(QuietEngineTest, IsNotCalledBeforeTheFirstMessage) {
  Create(/*repeats=*/false);
  AwaitSleepWithoutEnd();
  clock_.Advance(std::chrono::hours(1));

  Send("m");

  EXPECT_EQ(calls_.WaitFor(1), Seen{"m@3600000"});
}

TEST_F(QuietEngineTest, IsCalledExactlyOncePerQuietPeriod) {
  Create(/*repeats=*/false);
  Send("m");
  AwaitSleep(100);
  clock_.Advance(milliseconds(99));
  AwaitSleep(100);
  clock_.Advance(milliseconds(1));
  EXPECT_EQ(calls_.WaitFor(2), (Seen{"m@0", "quiet@100"}));
  AwaitSleepWithoutEnd();
  clock_.Advance(milliseconds(1000));
  Send("m", 1);
  AwaitSleep(1200);
  clock_.Advance(milliseconds(100));

  EXPECT_EQ(calls_.WaitFor(4), (Seen{"m@0", "quiet@100", "m@1100", "quiet@1200"}));
  AwaitSleepWithoutEnd();
}

TEST_F(QuietEngineTest, IsCalledEachFurtherPeriodIfTheFlagSaysSo) {
  Create(/*repeats=*/true);
  Send("m");
  for (int time = 100; time <= 300; time += 100) {
    calls_.WaitFor(static_cast<std::size_t>(time / 100));
    AwaitSleep(time);
    clock_.Advance(milliseconds(100));
  }

  EXPECT_EQ(calls_.WaitFor(4), (Seen{"m@0", "quiet@100", "quiet@200", "quiet@300"}));
}

TEST_F(QuietEngineTest, IsCalledBeforeTheFirstMessageIfTheFlagSaysSo) {
  Create(/*repeats=*/true);
  AwaitSleep(100);
  clock_.Advance(milliseconds(100));
  AwaitSleep(200);
  clock_.Advance(milliseconds(100));

  EXPECT_EQ(calls_.WaitFor(2), (Seen{"quiet@100", "quiet@200"}));
}

TEST_F(QuietEngineTest, EachMessageBeginsThePeriodAnew) {
  Create(/*repeats=*/false);
  Send("m");
  AwaitSleep(100);
  clock_.Advance(milliseconds(60));
  Send("m", 1);
  AwaitSleep(160);
  clock_.Advance(milliseconds(60));
  AwaitSleep(160);
  clock_.Advance(milliseconds(40));

  EXPECT_EQ(calls_.WaitFor(3), (Seen{"m@0", "m@60", "quiet@160"}));
}

TEST_F(QuietEngineTest, CanBeDestroyedWhileItWaits) {
  Create(/*repeats=*/true);
  AwaitSleep(100);

  EXPECT_TRUE(process_.DestroyGraph(1).ok());

  clock_.Advance(milliseconds(1000));
  EXPECT_TRUE(calls_.WaitFor(0).empty());
}

TEST_F(QuietEngineTest, OneWorkerIsNeverInTwoCallsAtOnce) {
  Create(/*repeats=*/false);
  Send("hold");
  calls_.WaitFor(1);
  clock_.Advance(milliseconds(250));
  calls_.Release();

  EXPECT_EQ(calls_.WaitFor(2), (Seen{"hold@0", "quiet@250"}));
  AwaitSleepWithoutEnd();
  EXPECT_EQ(calls_.most(), 1);
}

TEST_F(QuietEngineTest, SeveralWorkersMakeOneCallTogether) {
  Create(/*repeats=*/false, 3);
  AwaitSleepWithoutEnd(3);
  Send("m");
  AwaitSleep(100, 3);
  clock_.Advance(milliseconds(100));
  AwaitSleepWithoutEnd(3);

  EXPECT_EQ(calls_.WaitFor(2), (Seen{"m@0", "quiet@100"}));
}

TEST_F(QuietEngineTest, SeveralWorkersMakeOneCallTogetherInEachPeriod) {
  Create(/*repeats=*/true, 2);
  AwaitSleep(100, 2);
  clock_.Advance(milliseconds(100));
  AwaitSleep(200, 2);
  clock_.Advance(milliseconds(100));
  AwaitSleep(300, 2);

  EXPECT_EQ(calls_.WaitFor(2), (Seen{"quiet@100", "quiet@200"}));
}

TEST_F(QuietEngineTest, AnIdleWorkerMakesTheCallWhileAnotherIsBusy) {
  Create(/*repeats=*/false, 2);
  AwaitSleepWithoutEnd(2);
  Send("hold");
  calls_.WaitFor(1);
  AwaitSleep(100);
  clock_.Advance(milliseconds(100));

  EXPECT_EQ(calls_.WaitFor(2), (Seen{"hold@0", "quiet@100"}));
  calls_.Release();
}

}  // namespace
}  // namespace openmatrix
