// Graph::UpdateEngineConfig: new configurations reach UpdateConfig, on a worker and in order.
#include <atomic>
#include <stdexcept>
#include <thread>

#include "programs/config_text.h"
#include "programs/graph_fixture.h"

namespace {

Gate g_gate;
std::atomic<int> g_updates{0};
std::atomic<int> g_busy{0};
std::atomic<int> g_meetings{0};  // of UpdateConfig and Process

hiai::AIConfig Config(const std::string& value) {
  hiai::AIConfig config;
  hiai::AIConfigItem* item = config.add_items();
  item->set_name("value");
  item->set_value(value);
  return config;
}

HIAI_StatusT Update(std::uint32_t engine, const std::string& value, bool wait) {
  return hiai::Graph::UpdateEngineConfig(1, engine, Config(value), wait);
}

// Counts who is inside; two at once is a meeting.
struct Busy {
  Busy() {
    if (++g_busy > 1) ++g_meetings;
  }
  ~Busy() { --g_busy; }
};

// Remembers every value it was configured with, and answers a message with all of them.
class Tuned : public hiai::Engine {
 public:
  HIAI_StatusT UpdateConfig(const hiai::AIConfig& config) override {
    const Busy busy;
    const std::string& value = config.items(0).value();
    ++g_updates;
    if (value == "fail") return HIAI_ERROR;
    if (value == "throw") throw std::runtime_error("thrown by a test");
    if (value == "wait") g_gate.Wait();
    std::lock_guard<std::mutex> lock(mutex_);
    values_ += value + ";";
    return HIAI_OK;
  }
  HIAI_DEFINE_PROCESS(1, 1)

 private:
  std::mutex mutex_;
  std::string values_;
};
HIAI_IMPL_ENGINE_PROCESS("Tuned", Tuned, 1) {
  const std::string text = *std::static_pointer_cast<std::string>(arg0);
  if (text == "wait") g_gate.Wait();
  std::string answer = text;
  if (text == "update yourself") {
    Update(GetEngineId(), "queued", false);
    answer = Update(GetEngineId(), "at once", true) == HIAI_OK ? "" : "failed:";
  } else {
    const Busy busy;
  }
  std::string values;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    values = values_;
  }
  return SendData(0, "string", std::make_shared<std::string>(answer + ":" + values));
}

// Configures engine 1 with what it receives, and waits for it.
class Tuner : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};
HIAI_IMPL_ENGINE_PROCESS("Tuner", Tuner, 1) {
  const HIAI_StatusT status = Update(1, *std::static_pointer_cast<std::string>(arg0), true);
  return SendData(0, "string", std::make_shared<std::string>(status == HIAI_OK ? "ok" : "failed"));
}

std::atomic<HIAI_StatusT> g_status_in_init{0};

class TunesInInit : public hiai::Engine {
 public:
  HIAI_StatusT Init(const hiai::AIConfig&, const std::vector<hiai::AIModelDescription>&) override {
    g_status_in_init = Update(GetEngineId(), "sync", true);
    return Update(GetEngineId(), "async", false);
  }
  HIAI_StatusT UpdateConfig(const hiai::AIConfig& config) override {
    std::lock_guard<std::mutex> lock(mutex_);
    values_ += config.items(0).value() + ";";
    return HIAI_OK;
  }
  HIAI_DEFINE_PROCESS(1, 1)

 private:
  std::mutex mutex_;
  std::string values_;
};
HIAI_IMPL_ENGINE_PROCESS("TunesInInit", TunesInInit, 1) {
  static_cast<void>(arg0);
  std::lock_guard<std::mutex> lock(mutex_);
  return SendData(0, "string", std::make_shared<std::string>(values_));
}

class UpdateConfig : public GraphTest {
 protected:
  void SetUp() override {
    g_updates = 0;
    g_meetings = 0;
    g_gate.Reset();
  }
};

TEST_F(UpdateConfig, AnUpdateThatWaitsHasHappenedWhenItReturns) {
  ASSERT_EQ(CreateFromText(GraphText(1, HostEngine(1, "Tuned"))), HIAI_OK);

  EXPECT_EQ(Update(1, "new", true), HIAI_OK);

  EXPECT_EQ(g_updates, 1);
}

TEST_F(UpdateConfig, ReachesAnEngineOfTheDevice) {
  ASSERT_EQ(
      CreateFromText(GraphText(1, DeviceEngine(1, "DeviceSettings", "openmatrix_test_settings") +
                                      HostEngine(2, "Tuned") + Connect(1, 2))),
      HIAI_OK);
  const auto inbox = Watch(1, 2);

  ASSERT_EQ(Update(1, "fast", true), HIAI_OK);

  ASSERT_EQ(SendText(1, 1, "which?"), HIAI_OK);
  EXPECT_EQ(inbox->WaitForText(), "fast:");
}

TEST_F(UpdateConfig, AMessageFindsTheUpdateThatWasAskedForBeforeIt) {
  ASSERT_EQ(CreateFromText(GraphText(1, HostEngine(1, "Tuned"))), HIAI_OK);
  const auto inbox = Watch(1, 1);
  std::string values;
  for (std::size_t i = 0; i < 200; ++i) {
    ASSERT_EQ(Update(1, std::to_string(i), false), HIAI_OK);
    ASSERT_EQ(SendText(1, 1, ""), HIAI_OK);
    values += std::to_string(i) + ";";

    ASSERT_EQ(inbox->WaitForText(i), ":" + values);
  }
}

TEST_F(UpdateConfig, UpdatesOvertakeAFullQueueAndNoneIsLost) {
  ASSERT_EQ(CreateFromText(GraphText(1, HostEngine(1, "Tuned", "queue_size: 1"))), HIAI_OK);
  const auto inbox = Watch(1, 1);
  ASSERT_EQ(SendText(1, 1, "wait"), HIAI_OK);
  g_gate.WaitForSomebody();
  ASSERT_EQ(SendText(1, 1, "queued"), HIAI_OK);
  ASSERT_EQ(SendText(1, 1, "one too many", 0, 0), HIAI_QUEUE_FULL);
  std::string values;
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(Update(1, std::to_string(i), false), HIAI_OK);
    values += std::to_string(i) + ";";
  }

  g_gate.Open();

  EXPECT_EQ(inbox->WaitForText(1), "queued:" + values);
}

TEST_F(UpdateConfig, NeverRunsWhileTheOneWorkerIsInProcess) {
  ASSERT_EQ(CreateFromText(GraphText(1, HostEngine(1, "Tuned"))), HIAI_OK);
  const auto inbox = Watch(1, 1);
  constexpr int kRounds = 300;
  std::thread updater([] {
    for (int i = 0; i < kRounds; ++i) EXPECT_EQ(Update(1, "", i % 3 == 0), HIAI_OK);
  });
  for (int i = 0; i < kRounds; ++i) ASSERT_EQ(SendText(1, 1, "", 0, 100000), HIAI_OK);
  updater.join();
  inbox->WaitFor(kRounds);
  ASSERT_EQ(Update(1, "last", true), HIAI_OK);

  EXPECT_EQ(g_updates, kRounds + 1);
  EXPECT_EQ(g_meetings, 0);
}

TEST_F(UpdateConfig, OfSeveralWorkersOneRunsItWhileTheOthersGoOn) {
  ASSERT_EQ(CreateFromText(GraphText(1, HostEngine(1, "Tuned", "thread_num: 2"))), HIAI_OK);
  const auto inbox = Watch(1, 1);
  ASSERT_EQ(Update(1, "wait", false), HIAI_OK);
  g_gate.WaitForSomebody();

  ASSERT_EQ(SendText(1, 1, "meanwhile"), HIAI_OK);

  EXPECT_EQ(inbox->WaitForText(), "meanwhile:");
  g_gate.Open();
}

TEST_F(UpdateConfig, SeveralWorkersRunOneUpdateAfterTheOther) {
  ASSERT_EQ(CreateFromText(GraphText(1, HostEngine(1, "Tuned", "thread_num: 2"))), HIAI_OK);
  const auto inbox = Watch(1, 1);
  ASSERT_EQ(Update(1, "wait", false), HIAI_OK);
  g_gate.WaitForSomebody();
  ASSERT_EQ(Update(1, "second", false), HIAI_OK);

  ASSERT_EQ(SendText(1, 1, "meanwhile"), HIAI_OK);

  EXPECT_EQ(inbox->WaitForText(), "meanwhile:") << "the first update is not done yet";
  g_gate.Open();
  EXPECT_EQ(Update(1, "third", true), HIAI_OK);
  ASSERT_EQ(SendText(1, 1, "then"), HIAI_OK);
  EXPECT_EQ(inbox->WaitForText(1), "then:wait;second;third;");
}

TEST_F(UpdateConfig, WhatFailsOrThrowsIsReportedToWhoWaits) {
  ASSERT_EQ(CreateFromText(GraphText(1, HostEngine(1, "Tuned"))), HIAI_OK);

  EXPECT_EQ(Update(1, "fail", true), HIAI_GRAPH_UPDATE_CONFIG_FAILED);
  EXPECT_EQ(Update(1, "throw", true), HIAI_GRAPH_UPDATE_CONFIG_FAILED);
  EXPECT_EQ(Update(1, "fail", false), HIAI_OK);
  EXPECT_EQ(Update(1, "works again", true), HIAI_OK);
}

TEST_F(UpdateConfig, AnEngineMayUpdateItselfInProcess) {
  ASSERT_EQ(CreateFromText(GraphText(1, HostEngine(1, "Tuned"))), HIAI_OK);
  const auto inbox = Watch(1, 1);

  ASSERT_EQ(SendText(1, 1, "update yourself"), HIAI_OK);

  EXPECT_EQ(inbox->WaitForText(), ":queued;at once;");
}

TEST_F(UpdateConfig, AnEngineMayUpdateAnother) {
  ASSERT_EQ(CreateFromText(GraphText(1, HostEngine(1, "Tuned") + HostEngine(2, "Tuner"))), HIAI_OK);
  const auto inbox = Watch(1, 2);

  ASSERT_EQ(SendText(1, 2, "new"), HIAI_OK);

  EXPECT_EQ(inbox->WaitForText(), "ok");
}

TEST_F(UpdateConfig, InitMayUpdateItsOwnEngine) {
  ASSERT_EQ(CreateFromText(GraphText(1, HostEngine(1, "TunesInInit"))), HIAI_OK);
  const auto inbox = Watch(1, 1);

  ASSERT_EQ(SendText(1, 1, ""), HIAI_OK);

  EXPECT_EQ(g_status_in_init, HIAI_OK);
  EXPECT_EQ(inbox->WaitForText(), "sync;async;");
}

TEST_F(UpdateConfig, DestroyEndsTheWait) {
  ASSERT_EQ(CreateFromText(GraphText(1, HostEngine(1, "Tuned"))), HIAI_OK);
  HIAI_StatusT status = HIAI_OK;
  std::thread waiting([&] {
    status = Update(1, "wait", true);
    g_gate.Open();  // UpdateConfig itself is user code: only the test can end it
  });
  g_gate.WaitForSomebody();

  EXPECT_EQ(hiai::Graph::DestroyGraph(1), HIAI_OK);

  waiting.join();
  EXPECT_EQ(status, HIAI_QUEUE_STOPPED);
}

TEST_F(UpdateConfig, DestroyEndsTheWaitOfAnotherEngine) {
  ASSERT_EQ(
      CreateFromText(GraphText(1, HostEngine(1, "Tuned")) + GraphText(2, HostEngine(2, "Tuner"))),
      HIAI_OK);
  ASSERT_EQ(SendText(2, 2, "wait"), HIAI_OK);
  g_gate.WaitForSomebody();

  EXPECT_EQ(hiai::Graph::DestroyGraph(2), HIAI_OK) << "its worker waits for an engine of graph 1";

  g_gate.Open();
}

TEST_F(UpdateConfig, SaysWhatDoesNotExist) {
  EXPECT_EQ(Update(1, "", true), HIAI_GRAPH_NOT_EXIST);
  ASSERT_EQ(CreateFromText(GraphText(1, HostEngine(1, "Tuned"))), HIAI_OK);
  EXPECT_EQ(Update(9, "", true), HIAI_GRAPH_ENGINE_NOT_EXIST);
  EXPECT_EQ(Update(9, "", false), HIAI_GRAPH_ENGINE_NOT_EXIST);
}

}  // namespace
