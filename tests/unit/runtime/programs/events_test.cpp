// Devices that go away and come back: who is told, on which thread, and how often.
#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>

#include "openmatrix/simulator.h"
#include "programs/graph_fixture.h"

namespace {

class Idle : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};
HIAI_IMPL_ENGINE_PROCESS("Idle", Idle, 1) { return SendData(0, "string", arg0); }

std::string GraphOf(int id, int device) {
  return "graphs { graph_id: " + std::to_string(id) + " device_id: \"" + std::to_string(device) +
         "\" engines { id: 1 engine_name: \"Idle\" side: HOST } } ";
}

// Counts calls; a test waits until there are enough.
class Bell {
 public:
  std::function<HIAI_StatusT()> Handler(HIAI_StatusT answer = HIAI_OK) {
    return [this, answer] {
      std::lock_guard<std::mutex> lock(mutex_);
      ++calls_;
      thread_ = std::this_thread::get_id();
      changed_.notify_all();
      return answer;
    };
  }
  int WaitFor(int calls) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return calls_ >= calls; });
    return calls_;
  }
  int calls() { return WaitFor(0); }
  std::thread::id thread() {
    std::lock_guard<std::mutex> lock(mutex_);
    return thread_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int calls_ = 0;
  std::thread::id thread_;
};

class Events : public GraphTest {
 protected:
  void SetUp() override { ASSERT_EQ(CreateFromText(GraphOf(1, 0)), HIAI_OK); }
  void TearDown() override {
    EXPECT_EQ(openmatrix_reconnect_device(0), 0);
    GraphTest::TearDown();
  }

  static HIAI_StatusT Register(const std::function<HIAI_StatusT()>& handler, int graph = 1) {
    return hiai::Graph::GetInstance(static_cast<std::uint32_t>(graph))
        ->RegisterEventHandle(hiai::HIAI_DEVICE_DISCONNECT_EVENT, handler);
  }

  // Tasks run in order, so all that were caused before this are done after it.
  static void AfterAllHandlers() {
    ASSERT_EQ(CreateFromText(GraphOf(3, 3)), HIAI_OK);
    Bell last;
    ASSERT_EQ(Register(last.Handler(), 3), HIAI_OK);
    ASSERT_EQ(openmatrix_disconnect_device(3), 0);
    last.WaitFor(1);
    ASSERT_EQ(openmatrix_reconnect_device(3), 0);
    ASSERT_EQ(hiai::Graph::DestroyGraph(3), HIAI_OK);
  }
};

TEST_F(Events, AHandlerRunsOncePerDisconnectOnAnotherThread) {
  Bell bell;
  ASSERT_EQ(Register(bell.Handler()), HIAI_OK);

  EXPECT_EQ(openmatrix_disconnect_device(0), 0);
  EXPECT_EQ(openmatrix_disconnect_device(0), 0);
  AfterAllHandlers();
  EXPECT_EQ(bell.calls(), 1);
  EXPECT_NE(bell.thread(), std::this_thread::get_id());

  EXPECT_EQ(openmatrix_reconnect_device(0), 0);
  EXPECT_EQ(openmatrix_disconnect_device(0), 0);
  AfterAllHandlers();
  EXPECT_EQ(bell.calls(), 2);
}

TEST_F(Events, OnlyTheGraphsOfTheDeviceAreTold) {
  ASSERT_EQ(CreateFromText(GraphOf(2, 1)), HIAI_OK);
  Bell mine;
  Bell others;
  ASSERT_EQ(Register(mine.Handler()), HIAI_OK);
  ASSERT_EQ(Register(others.Handler(), 2), HIAI_OK);

  ASSERT_EQ(openmatrix_disconnect_device(0), 0);

  AfterAllHandlers();
  EXPECT_EQ(mine.calls(), 1);
  EXPECT_EQ(others.calls(), 0);
}

TEST_F(Events, ALaterRegistrationReplacesTheOneBefore) {
  Bell first;
  Bell second;
  ASSERT_EQ(Register(first.Handler()), HIAI_OK);
  ASSERT_EQ(Register(second.Handler()), HIAI_OK);

  ASSERT_EQ(openmatrix_disconnect_device(0), 0);

  AfterAllHandlers();
  EXPECT_EQ(first.calls(), 0);
  EXPECT_EQ(second.calls(), 1);
}

// The last reference to what the handler holds goes on the thread that runs the handler.
TEST_F(Events, WhatAReplacedHandlerHeldMayDestroyTheGraph) {
  std::promise<HIAI_StatusT> destroyed;
  std::shared_ptr<void> held(
      &destroyed, [&destroyed](void*) { destroyed.set_value(hiai::Graph::DestroyGraph(1)); });
  ASSERT_EQ(Register([held] { return Register([] { return HIAI_OK; }); }), HIAI_OK);
  held = nullptr;

  ASSERT_EQ(openmatrix_disconnect_device(0), 0);

  EXPECT_EQ(destroyed.get_future().get(), HIAI_OK);
  AfterAllHandlers();
}

TEST_F(Events, WhoRegistersAfterTheDisconnectIsToldOfIt) {
  ASSERT_EQ(openmatrix_disconnect_device(0), 0);
  Bell bell;

  ASSERT_EQ(Register(bell.Handler()), HIAI_OK);

  AfterAllHandlers();
  EXPECT_EQ(bell.calls(), 1);
}

TEST_F(Events, WhatAHandlerThrowsOrAnswersHarmsNobody) {
  ASSERT_EQ(CreateFromText(GraphOf(2, 0)), HIAI_OK);
  Bell bell;
  ASSERT_EQ(Register([]() -> HIAI_StatusT { throw std::runtime_error("thrown by a test"); }),
            HIAI_OK);
  ASSERT_EQ(Register(bell.Handler(HIAI_ERROR), 2), HIAI_OK);

  ASSERT_EQ(openmatrix_disconnect_device(0), 0);

  bell.WaitFor(1);
  AfterAllHandlers();
}

TEST_F(Events, AHandlerMayDestroyItsGraph) {
  std::promise<HIAI_StatusT> destroyed;
  ASSERT_EQ(Register([&destroyed] {
              destroyed.set_value(hiai::Graph::DestroyGraph(1));
              return HIAI_StatusT{HIAI_OK};
            }),
            HIAI_OK);

  ASSERT_EQ(openmatrix_disconnect_device(0), 0);

  EXPECT_EQ(destroyed.get_future().get(), HIAI_OK);
  EXPECT_EQ(hiai::Graph::GetInstance(1), nullptr);
  AfterAllHandlers();
}

TEST_F(Events, AHandlerMayCallEverythingAboutEvents) {
  std::promise<void> done;
  Bell second;
  ASSERT_EQ(Register([&] {
              EXPECT_EQ(openmatrix_disconnect_device(0), 0);
              EXPECT_EQ(openmatrix_reconnect_device(0), 0);
              EXPECT_EQ(Register(second.Handler()), HIAI_OK);
              EXPECT_EQ(openmatrix_disconnect_device(0), 0);
              done.set_value();
              return HIAI_StatusT{HIAI_OK};
            }),
            HIAI_OK);

  ASSERT_EQ(openmatrix_disconnect_device(0), 0);

  done.get_future().wait();
  EXPECT_EQ(second.WaitFor(1), 1);
  AfterAllHandlers();
}

TEST_F(Events, DestroyWaitsForAHandlerThatRuns) {
  std::promise<void> started;
  Gate gate;
  std::atomic<bool> returned{false};
  ASSERT_EQ(Register([&] {
              started.set_value();
              gate.Wait();
              returned = true;
              return HIAI_StatusT{HIAI_OK};
            }),
            HIAI_OK);
  ASSERT_EQ(openmatrix_disconnect_device(0), 0);
  started.get_future().wait();
  std::thread opener([&gate] {
    while (hiai::Graph::GetInstance(1) != nullptr) std::this_thread::yield();
    gate.Open();
  });

  EXPECT_EQ(hiai::Graph::DestroyGraph(1), HIAI_OK);

  EXPECT_TRUE(returned);
  opener.join();
}

TEST_F(Events, AHandlerOfADestroyedGraphIsForgottenAndNotCalled) {
  Bell bell;
  const auto captured = std::make_shared<int>(0);
  const auto handler = bell.Handler();
  ASSERT_EQ(Register([captured, handler] { return handler(); }), HIAI_OK);
  ASSERT_EQ(hiai::Graph::DestroyGraph(1), HIAI_OK);

  ASSERT_EQ(openmatrix_disconnect_device(0), 0);

  AfterAllHandlers();
  EXPECT_EQ(bell.calls(), 0);
  EXPECT_EQ(captured.use_count(), 1);
}

TEST_F(Events, AHandlerThatHoldsAnEngineKeepsNothingAliveAfterDestroy) {
  const auto graph = hiai::Graph::GetInstance(1);
  std::weak_ptr<hiai::Engine> engine;
  {
    const std::shared_ptr<hiai::Engine> held = graph->GetEngine(1);
    engine = held;
    ASSERT_EQ(Register([held] { return HIAI_StatusT{HIAI_OK}; }), HIAI_OK);
  }

  ASSERT_EQ(hiai::Graph::DestroyGraph(1), HIAI_OK);

  EXPECT_TRUE(engine.expired());
}

TEST_F(Events, RegistrationsNameWhatIsWrong) {
  const auto graph = hiai::Graph::GetInstance(1);
  const auto handler = [] { return HIAI_StatusT{HIAI_OK}; };

  EXPECT_EQ(graph->RegisterEventHandle(hiai::HIAI_DEVICE_DISCONNECT_EVENT, nullptr),
            HIAI_GRAPH_INVALID_VALUE);
  EXPECT_EQ(graph->RegisterEventHandle(static_cast<hiai::HIAIEvent>(1), handler),
            HIAI_GRAPH_INVALID_VALUE);
  ASSERT_EQ(hiai::Graph::DestroyGraph(1), HIAI_OK);
  EXPECT_EQ(graph->RegisterEventHandle(hiai::HIAI_DEVICE_DISCONNECT_EVENT, handler),
            HIAI_GRAPH_NOT_EXIST);
}

TEST_F(Events, DevicesThatDoNotExistAreRefused) {
  EXPECT_EQ(openmatrix_disconnect_device(4), -1);
  EXPECT_EQ(openmatrix_disconnect_device(0xFFFFFFFFu), -1);
  EXPECT_EQ(openmatrix_reconnect_device(4), -1);
}

TEST_F(Events, AllOfItMayHappenAtOnce) {
  std::atomic<bool> over{false};
  std::atomic<int> calls{0};
  std::vector<std::thread> threads;
  threads.emplace_back([&over] {
    while (!over) {
      EXPECT_EQ(openmatrix_disconnect_device(0), 0);
      EXPECT_EQ(openmatrix_reconnect_device(0), 0);
    }
  });
  threads.emplace_back([&over, &calls] {
    while (!over) {
      const auto graph = hiai::Graph::GetInstance(1);
      if (graph == nullptr) continue;
      static_cast<void>(graph->RegisterEventHandle(hiai::HIAI_DEVICE_DISCONNECT_EVENT, [&calls] {
        ++calls;
        return HIAI_StatusT{HIAI_OK};
      }));
    }
  });

  for (int round = 0; round < 200 || calls == 0; ++round) {
    ASSERT_EQ(hiai::Graph::DestroyGraph(1), HIAI_OK);
    ASSERT_EQ(CreateFromText(GraphOf(1, 0)), HIAI_OK);
  }

  over = true;
  for (std::thread& thread : threads) thread.join();
  ASSERT_EQ(openmatrix_reconnect_device(0), 0);
  AfterAllHandlers();
}

}  // namespace
