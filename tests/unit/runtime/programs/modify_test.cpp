// Graph::ModifyGraph: engines and connections come and go while the graph runs.
#include <pthread.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "programs/modify_fixture.h"

namespace {

using namespace modify;  // NOLINT: one family of tests in two files

class Counted : public hiai::Engine {
 public:
  Counted() { ++g_alive; }
  ~Counted() override { --g_alive; }
};

class Pass : public Counted {
  HIAI_DEFINE_PROCESS(1, 1)
};
HIAI_IMPL_ENGINE_PROCESS("Pass", Pass, 1) {
  const HIAI_StatusT status = SendData(0, "string", arg0, 100000);
  if (status == HIAI_QUEUE_FULL) ++g_timed_out;
  ++g_returned;
  return status;
}

class Blocked : public Counted {
  HIAI_DEFINE_PROCESS(1, 1)
};
HIAI_IMPL_ENGINE_PROCESS("Blocked", Blocked, 1) {
  g_gate.Wait();
  return SendData(0, "string", arg0);
}

class BadInit : public Counted {
 public:
  HIAI_StatusT Init(const hiai::AIConfig&, const std::vector<hiai::AIModelDescription>&) override {
    return HIAI_ERROR;
  }
  HIAI_DEFINE_PROCESS(1, 1)
};
HIAI_IMPL_ENGINE_PROCESS("BadInit", BadInit, 1) { return SendData(0, "string", arg0); }

class ModifiesInInit : public Counted {
 public:
  HIAI_StatusT Init(const hiai::AIConfig&, const std::vector<hiai::AIModelDescription>&) override {
    g_status_in_init = Modify(Removing(1));
    return HIAI_OK;
  }
  HIAI_DEFINE_PROCESS(1, 1)
};
HIAI_IMPL_ENGINE_PROCESS("ModifiesInInit", ModifiesInInit, 1) {
  return SendData(0, "string", arg0);
}

// Sends in Init to the engine that was there before, and to itself.
class SendsInInit : public Counted {
 public:
  HIAI_StatusT Init(const hiai::AIConfig&, const std::vector<hiai::AIModelDescription>&) override {
    const HIAI_StatusT sent = SendText(1, GetEngineId(), "to itself");
    return sent != HIAI_OK ? sent : SendData(0, "string", std::make_shared<std::string>("hello"));
  }
  HIAI_DEFINE_PROCESS(1, 1)
};
HIAI_IMPL_ENGINE_PROCESS("SendsInInit", SendsInInit, 1) { return SendData(0, "string", arg0); }

// Does to its graph what the message says.
class Surgeon : public Counted {
  HIAI_DEFINE_PROCESS(1, 1)
};
HIAI_IMPL_ENGINE_PROCESS("Surgeon", Surgeon, 1) {
  const std::string text = *std::static_pointer_cast<std::string>(arg0);
  Change change;
  if (text == "grow") {
    AddEngine(change, 50, "Pass");
    AddEdge(change, GetEngineId(), 50);
  } else {
    change.add_del_engine_ids(static_cast<std::uint32_t>(std::stoul(text)));
  }
  g_last_status = Modify(change);
  return SendData(0, "string", arg0);
}

class WaitsInInit : public Counted {
 public:
  HIAI_StatusT Init(const hiai::AIConfig&, const std::vector<hiai::AIModelDescription>&) override {
    g_gate.Wait();
    return HIAI_OK;
  }
  HIAI_DEFINE_PROCESS(1, 1)
};
HIAI_IMPL_ENGINE_PROCESS("WaitsInInit", WaitsInInit, 1) { return SendData(0, "string", arg0); }

// Modifies its graph on a thread of its own, which its destructor joins.
class Grower : public Counted {
 public:
  ~Grower() override {
    if (own_.joinable()) own_.join();
  }
  HIAI_DEFINE_PROCESS(1, 1)

 private:
  std::thread own_;
};
HIAI_IMPL_ENGINE_PROCESS("Grower", Grower, 1) {
  static_cast<void>(arg0);
  own_ = std::thread([] {
    ::pthread_setname_np(::pthread_self(), "no worker");
    Change change;
    AddEngine(change, 2, "WaitsInInit");
    g_last_status = Modify(change);
  });
  return HIAI_OK;
}

bool ThreadExists(const std::string& name) {
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream file(task.path() / "comm");
    std::string found;
    if (std::getline(file, found) && found == name) return true;
  }
  return false;
}

TEST_F(ModifyGraph, AnEngineThatIsAddedWorksLikeTheOthers) {
  ASSERT_EQ(CreateFromText(GraphText(1, HostEngine(1, "Pass"))), HIAI_OK);
  Change change;
  change.mutable_updatagraphconfig()->set_graph_id(1);
  AddEngine(change, 2, "Pass");
  AddEdge(change, 1, 2);

  ASSERT_EQ(Modify(change), HIAI_OK);

  const auto inbox = Watch(1, 2);
  ASSERT_EQ(SendText(1, 1, "through both"), HIAI_OK);
  EXPECT_EQ(inbox->WaitForText(), "through both");
  ASSERT_EQ(SendText(1, 2, "directly"), HIAI_OK);
  EXPECT_EQ(inbox->WaitForText(1), "directly");
}

TEST_F(ModifyGraph, AnEngineOfTheDeviceIsLoadedAndAdded) {
  ASSERT_EQ(CreateFromText(GraphText(1, HostEngine(1, "Pass"))), HIAI_OK);
  const auto inbox = Watch(1, 1);
  Change change;
  AddEngine(change, 2, "DeviceEcho");
  hiai::EngineConfig* engine = change.mutable_updatagraphconfig()->mutable_engines(0);
  engine->set_side(hiai::EngineConfig_RunSide_DEVICE);
  engine->add_so_name(OPENMATRIX_TEST_LIBRARIES "/openmatrix_test_device.so");
  AddEdge(change, 2, 1);

  ASSERT_EQ(Modify(change), HIAI_OK);

  ASSERT_EQ(SendText(1, 2, "from the device"), HIAI_OK);
  EXPECT_EQ(inbox->WaitForText(), "from the device");
}

TEST_F(ModifyGraph, TheInitOfAnAddedEngineMaySend) {
  ASSERT_EQ(CreateFromText(GraphText(1, HostEngine(1, "Pass"))), HIAI_OK);
  const auto inbox = Watch(1, 1);
  Change change;
  AddEngine(change, 2, "SendsInInit");
  AddEdge(change, 2, 1);

  ASSERT_EQ(Modify(change), HIAI_OK);

  EXPECT_EQ(inbox->WaitForText(0), "hello");
  EXPECT_EQ(inbox->WaitForText(1), "to itself");
}

TEST_F(ModifyGraph, ARemovedEngineIsDestroyedAndCannotBeFound) {
  ASSERT_EQ(CreateFromText(GraphText(
                1, HostEngine(1, "Pass") + HostEngine(2, "Pass") + Connect(1, 2) + Connect(2, 1))),
            HIAI_OK);
  ASSERT_EQ(g_alive, 2);

  ASSERT_EQ(Modify(Removing(2)), HIAI_OK);

  EXPECT_EQ(g_alive, 1);
  EXPECT_FALSE(Exists(2));
  EXPECT_EQ(SendText(1, 2, ""), HIAI_GRAPH_ENGINE_NOT_EXIST);
  EXPECT_EQ(hiai::Graph::UpdateEngineConfig(1, 2, hiai::AIConfig()), HIAI_GRAPH_ENGINE_NOT_EXIST);
  const auto engine = hiai::Graph::GetInstance(1)->GetEngine(1);
  EXPECT_EQ(engine->SendData(0, "string", std::make_shared<std::string>()),
            HIAI_GRAPH_SRC_PORT_NOT_EXIST)
      << "the connection to it is gone";
}

TEST_F(ModifyGraph, WhatARemovedEngineHasQueuedIsReleased) {
  ASSERT_EQ(CreateFromText(GraphText(1, HostEngine(1, "Blocked"))), HIAI_OK);
  ASSERT_EQ(SendText(1, 1, "taken"), HIAI_OK);
  g_gate.WaitForSomebody();
  std::weak_ptr<void> queued;
  {
    const auto message = std::make_shared<std::string>("queued");
    ASSERT_EQ(hiai::Graph::GetInstance(1)->SendData({1, 1, 0}, "string", message), HIAI_OK);
    queued = message;
  }
  std::thread opener([] {
    Await([] { return !Exists(1); });
    g_gate.Open();
  });

  EXPECT_EQ(Modify(Removing(1)), HIAI_OK);

  EXPECT_TRUE(queued.expired());
  EXPECT_EQ(g_alive, 0);
  opener.join();
}

// Engine 1 waits for room at engine 2, whose worker is held; the worker of engine 2 is let go
// once it cannot be found any more.
std::thread FillUntilEngineOneWaits() {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(SendText(1, 1, std::to_string(i)), HIAI_OK);
  g_gate.WaitForSomebody();
  const auto engine = hiai::Graph::GetInstance(1)->GetEngine(2);
  Await([&] { return engine->GetQueueCurrentSize(0) == 1; });
  return std::thread([] {
    Await([] { return !Exists(2); });
    g_gate.Open();
  });
}

TEST_F(ModifyGraph, WhoWaitsToSendToARemovedEngineComesBack) {
  ASSERT_EQ(
      CreateFromText(GraphText(
          1, HostEngine(1, "Pass") + HostEngine(2, "Blocked", "queue_size: 1") + Connect(1, 2))),
      HIAI_OK);
  std::thread opener = FillUntilEngineOneWaits();

  EXPECT_EQ(Modify(Removing(2)), HIAI_OK);

  opener.join();
  // Of the five, one was taken, one queued, one waited; the last two found no connection.
  Await([] { return g_returned == 5; });
  EXPECT_EQ(g_timed_out, 0);
}

TEST_F(ModifyGraph, OtherConnectionsOfASenderThatWaitedMissNothing) {
  ASSERT_EQ(CreateFromText(GraphText(1, HostEngine(1, "Pass") +
                                            HostEngine(2, "Blocked", "queue_size: 1") +
                                            HostEngine(3, "Pass") + Connect(1, 2) + Connect(1, 3))),
            HIAI_OK);
  const auto inbox = Watch(1, 3);
  std::thread opener = FillUntilEngineOneWaits();

  EXPECT_EQ(Modify(Removing(2)), HIAI_OK);

  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(inbox->WaitForText(i), std::to_string(i));
  opener.join();
}

TEST_F(ModifyGraph, OneConnectionCanBeRemoved) {
  ASSERT_EQ(CreateFromText(GraphText(
                1, HostEngine(1, "Pass") + HostEngine(2, "Pass") + Connect(1, 2) + Connect(1, 2))),
            HIAI_OK);
  const auto inbox = Watch(1, 2);
  Change change;
  RemoveEdge(change, 1, 2);

  ASSERT_EQ(Modify(change), HIAI_OK);
  ASSERT_EQ(SendText(1, 1, "once"), HIAI_OK);
  ASSERT_EQ(inbox->WaitForText(0), "once");
  ASSERT_EQ(SendText(1, 1, "and once"), HIAI_OK);
  EXPECT_EQ(inbox->WaitForText(1), "and once") << "of two connections one is left";

  ASSERT_EQ(Modify(change), HIAI_OK);
  const auto engine = hiai::Graph::GetInstance(1)->GetEngine(1);
  EXPECT_EQ(engine->SendData(0, "string", std::make_shared<std::string>()),
            HIAI_GRAPH_SRC_PORT_NOT_EXIST);
  EXPECT_EQ(Modify(change), HIAI_CHECK_UPDATE_CONFIG_FAILED) << "now there is none";
}

TEST_F(ModifyGraph, AnEngineIsReplacedInOneStep) {
  ASSERT_EQ(CreateFromText(
                GraphText(1, HostEngine(1, "Pass") + HostEngine(2, "Blocked") + Connect(1, 2))),
            HIAI_OK);
  Change change = Removing(2);
  AddEngine(change, 2, "Pass");
  AddEdge(change, 1, 2);

  ASSERT_EQ(Modify(change), HIAI_OK);

  const auto inbox = Watch(1, 2);
  ASSERT_EQ(SendText(1, 1, "new"), HIAI_OK);
  EXPECT_EQ(inbox->WaitForText(), "new");
  EXPECT_EQ(g_alive, 2);
}

TEST_F(ModifyGraph, ConnectionsOfOtherGraphsGoWithTheEngine) {
  ASSERT_EQ(CreateFromText(GraphText(1, HostEngine(1, "Pass") + Connect(1, 9, 2)) +
                           GraphText(2, HostEngine(9, "Pass"))),
            HIAI_OK);
  const auto inbox = Watch(1, 1);

  ASSERT_EQ(Modify(Removing(9), 2), HIAI_OK);

  ASSERT_EQ(SendText(1, 1, "stays here"), HIAI_OK);
  EXPECT_EQ(inbox->WaitForText(), "stays here");
  Change change;
  RemoveEdge(change, 1, 9, 2);
  EXPECT_EQ(Modify(change), HIAI_CHECK_UPDATE_CONFIG_FAILED) << "it is forgotten altogether";
}

TEST_F(ModifyGraph, ANewConnectionMayLeadToAnotherGraph) {
  ASSERT_EQ(
      CreateFromText(GraphText(1, HostEngine(1, "Pass")) + GraphText(2, HostEngine(9, "Pass"))),
      HIAI_OK);
  const auto inbox = Watch(2, 9);
  Change change;
  AddEdge(change, 1, 9, 2);

  ASSERT_EQ(Modify(change), HIAI_OK);

  ASSERT_EQ(SendText(1, 1, "across"), HIAI_OK);
  EXPECT_EQ(inbox->WaitForText(), "across");
}

TEST_F(ModifyGraph, AnEngineMayRemoveItselfAndGoesWhenItReturns) {
  ASSERT_EQ(CreateFromText(GraphText(1, HostEngine(1, "Surgeon") + HostEngine(2, "Pass"))),
            HIAI_OK);

  ASSERT_EQ(SendText(1, 1, "1"), HIAI_OK);

  Await([] { return g_alive == 1; });
  EXPECT_EQ(g_last_status, HIAI_OK);
  EXPECT_FALSE(Exists(1));
  EXPECT_TRUE(Exists(2));
}

TEST_F(ModifyGraph, AnEngineMayAddAndRemoveOthers) {
  ASSERT_EQ(CreateFromText(GraphText(1, HostEngine(1, "Surgeon") + HostEngine(2, "Pass"))),
            HIAI_OK);
  ASSERT_EQ(SendText(1, 1, "grow"), HIAI_OK);
  Await([] { return g_alive == 3; });
  Await([] { return g_last_status == HIAI_OK; });
  const auto inbox = Watch(1, 50);

  ASSERT_EQ(SendText(1, 1, "2"), HIAI_OK);

  const auto last = [&] {
    return *std::static_pointer_cast<std::string>(inbox->WaitFor(1).back()) == "2";
  };
  Await(last);
  EXPECT_EQ(g_alive, 2);
  EXPECT_FALSE(Exists(2));
}

TEST_F(ModifyGraph, EnginesThatRemoveEachOtherDoNotWaitForEachOther) {
  for (int round = 0; round < 20; ++round) {
    ASSERT_EQ(CreateFromText(GraphText(1, HostEngine(1, "Surgeon") + HostEngine(2, "Surgeon"))),
              HIAI_OK);
    ASSERT_EQ(SendText(1, 1, "2"), HIAI_OK);
    const HIAI_StatusT second = SendText(1, 2, "1");
    EXPECT_TRUE(second == HIAI_OK || second == HIAI_GRAPH_ENGINE_NOT_EXIST ||
                second == HIAI_QUEUE_STOPPED);

    Await([] { return g_alive < 2; });

    EXPECT_EQ(hiai::Graph::DestroyGraph(1), HIAI_OK);
    ASSERT_EQ(g_alive, 0);
  }
}

TEST_F(ModifyGraph, AnEngineThatIsAboutToBeAddedCannotModifyTheGraph) {
  ASSERT_EQ(CreateFromText(GraphText(1, HostEngine(1, "Pass"))), HIAI_OK);
  Change change;
  AddEngine(change, 2, "ModifiesInInit");

  EXPECT_EQ(Modify(change), HIAI_OK);

  EXPECT_EQ(g_status_in_init, HIAI_CHECK_UPDATE_CONFIG_FAILED);
}

TEST_F(ModifyGraph, AGraphThatIsBeingMadeCannotBeModified) {
  EXPECT_EQ(CreateFromText(GraphText(1, HostEngine(1, "ModifiesInInit"))), HIAI_OK);

  EXPECT_EQ(g_status_in_init, HIAI_CHECK_UPDATE_CONFIG_FAILED);
}

TEST_F(ModifyGraph, ChangesFromManyThreadsTakeTurns) {
  ASSERT_EQ(CreateFromText(GraphText(1, HostEngine(1, "Pass"))), HIAI_OK);
  std::vector<std::thread> threads;
  for (std::uint32_t number = 0; number < 4; ++number) {
    threads.emplace_back([number] {
      const std::uint32_t id = 10 + number;
      for (int round = 0; round < 10; ++round) {
        Change change;
        AddEngine(change, id, "Pass");
        AddEdge(change, 1, id);
        EXPECT_EQ(Modify(change), HIAI_OK);
        EXPECT_EQ(Modify(Removing(id)), HIAI_OK);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(g_alive, 1);
}

TEST_F(ModifyGraph, DestroyMayComeAtAnyTime) {
  for (int round = 0; round < 20; ++round) {
    ASSERT_EQ(CreateFromText(GraphText(1, HostEngine(1, "Pass"))), HIAI_OK);
    const auto handle = hiai::Graph::GetInstance(1);
    std::atomic<int> changes{0};
    std::thread modifier([&] {
      for (;;) {
        Change change;
        AddEngine(change, 2, "Pass");
        AddEdge(change, 1, 2);
        const HIAI_StatusT added = handle->ModifyGraph(change);
        if (added == HIAI_OK) ++changes;
        if (added != HIAI_OK || handle->ModifyGraph(Removing(2)) != HIAI_OK) return;
      }
    });
    Await([&] { return changes > round % 3; });

    EXPECT_EQ(hiai::Graph::DestroyGraph(1), HIAI_OK);

    modifier.join();
    ASSERT_EQ(g_alive, 0);
  }
}

TEST_F(ModifyGraph, ADestroyedEngineIsNotDestroyedByItsOwnThread) {
  ASSERT_EQ(CreateFromText(GraphText(1, HostEngine(1, "Grower"))), HIAI_OK);
  ASSERT_EQ(SendText(1, 1, "go"), HIAI_OK);
  g_gate.WaitForSomebody();
  HIAI_StatusT destroyed = HIAI_ERROR;
  std::thread destroyer([&destroyed] { destroyed = hiai::Graph::DestroyGraph(1); });
  Await([] { return !ThreadExists("Grower"); });

  g_gate.Open();  // the last one to leave is the engine's own thread

  destroyer.join();
  EXPECT_EQ(destroyed, HIAI_OK);
  EXPECT_EQ(g_last_status, HIAI_GRAPH_NOT_EXIST);
  EXPECT_EQ(g_alive, 0);
}

TEST_F(ModifyGraph, AnEngineThatIsHeldOutlivesItsRemoval) {
  ASSERT_EQ(CreateFromText(GraphText(1, HostEngine(1, "Pass") + HostEngine(2, "Pass"))), HIAI_OK);
  auto engine = hiai::Graph::GetInstance(1)->GetEngine(2);

  ASSERT_EQ(Modify(Removing(2)), HIAI_OK);

  EXPECT_EQ(g_alive, 2);
  EXPECT_EQ(engine->GetEngineId(), 2u);
  EXPECT_EQ(engine->SendData(0, "string", std::make_shared<std::string>()), HIAI_QUEUE_STOPPED);
  engine = nullptr;
  EXPECT_EQ(g_alive, 1);
}

}  // namespace
