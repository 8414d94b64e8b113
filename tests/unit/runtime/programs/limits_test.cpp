// How many graphs and engines there may be, how they are connected and spread over devices, and
// what happens when the system has no more threads.
#include <dlfcn.h>
#include <pthread.h>

#include <atomic>
#include <fstream>
#include <set>

#include "programs/config_text.h"
#include "programs/graph_fixture.h"
#include "proto/graph_config.pb.h"

namespace {

std::atomic<int> g_alive{0};

class Relay : public hiai::Engine {
 public:
  Relay() { ++g_alive; }
  ~Relay() override { --g_alive; }
  HIAI_DEFINE_PROCESS(1, 1)
};
HIAI_IMPL_ENGINE_PROCESS("Relay", Relay, 1) { return SendData(0, "string", arg0, 100000); }

class RefusesInit : public Relay {
 public:
  HIAI_StatusT Init(const hiai::AIConfig&, const std::vector<hiai::AIModelDescription>&) override {
    return HIAI_ERROR;
  }
  HIAI_DEFINE_PROCESS(1, 1)
};
HIAI_IMPL_ENGINE_PROCESS("RefusesInit", RefusesInit, 1) { return SendData(0, "string", arg0); }

// Numbers of /proc/self/status.
int StatusNumber(const std::string& name) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.compare(0, name.size(), name) == 0) return std::stoi(line.substr(name.size()));
  }
  return -1;
}

std::string Chain(std::uint32_t count) {
  std::string text;
  for (std::uint32_t id = 1; id <= count; ++id) {
    text += HostEngine(id, "Relay", "queue_size: 2");
    if (id > 1) text += Connect(id - 1, id);
  }
  return text;
}

// No test fails half-way with a graph of another test.
class Limits : public GraphTest {
 protected:
  void TearDown() override {
    for (std::uint32_t id : created_) EXPECT_EQ(hiai::Graph::DestroyGraph(id), HIAI_OK);
    GraphTest::TearDown();
    EXPECT_EQ(g_alive, 0);
  }

  std::set<std::uint32_t> created_;
};

TEST_F(Limits, AMessagePasses512EnginesOfOneGraph) {
  ASSERT_EQ(CreateFromText(GraphText(1, Chain(512))), HIAI_OK);
  const auto inbox = Watch(1, 512);

  ASSERT_EQ(SendText(1, 1, "a long way"), HIAI_OK);

  EXPECT_EQ(inbox->WaitForText(), "a long way");
}

TEST_F(Limits, AGraphOf513EnginesIsRefused) {
  EXPECT_EQ(CreateFromText(GraphText(1, Chain(513))), HIAI_OUT_OF_RANGE);
}

TEST_F(Limits, TheGraphsOfOneFileAreConnectedBothWays) {
  // 1:1 to 2:1 to 3:1 and back to 1:2
  ASSERT_EQ(CreateFromText(
                GraphText(1, HostEngine(1, "Relay") + HostEngine(2, "Relay") + Connect(1, 1, 2)) +
                GraphText(2, HostEngine(1, "Relay") + Connect(1, 1, 3)) +
                GraphText(3, HostEngine(1, "Relay") + Connect(1, 2, 1))),
            HIAI_OK);
  const auto inbox = Watch(1, 2);

  ASSERT_EQ(SendText(1, 1, "there and back"), HIAI_OK);

  EXPECT_EQ(inbox->WaitForText(), "there and back");
  ASSERT_EQ(hiai::Graph::DestroyGraph(2), HIAI_OK);
  const auto engine = hiai::Graph::GetInstance(1)->GetEngine(1);
  EXPECT_EQ(engine->SendData(0, "string", std::make_shared<std::string>()), HIAI_GRAPH_NOT_EXIST);
}

TEST_F(Limits, HundredsOfGraphsMayLiveAtOnce) {
  std::string text;
  for (std::uint32_t id = 1000; id < 1200; ++id) {
    text += GraphText(id, HostEngine(id, "Relay", "queue_size: 2"));
  }
  ASSERT_EQ(CreateFromText(text), HIAI_OK);
  for (std::uint32_t id = 1000; id < 1200; ++id) created_.insert(id);

  for (std::uint32_t id = 1000; id < 1200; ++id) {
    const auto inbox = Watch(id, id);
    ASSERT_EQ(SendText(id, id, std::to_string(id)), HIAI_OK);
    EXPECT_EQ(inbox->WaitForText(), std::to_string(id));
  }
}

TEST_F(Limits, HundredsOfGraphsOneAfterTheOtherLeaveNothingBehind) {
  const auto create_and_destroy = [] {
    ASSERT_EQ(CreateFromText(
                  GraphText(1, HostEngine(1, "Relay") + HostEngine(2, "Relay") + Connect(1, 2))),
              HIAI_OK);
    ASSERT_EQ(SendText(1, 1, "text"), HIAI_OK);
    ASSERT_EQ(hiai::Graph::DestroyGraph(1), HIAI_OK);
    ASSERT_EQ(g_alive, 0);
  };
  create_and_destroy();
  const int threads = StatusNumber("Threads:");
  const int descriptors = StatusNumber("FDSize:");

  for (int round = 0; round < 300; ++round) create_and_destroy();

  EXPECT_EQ(StatusNumber("Threads:"), threads);
  EXPECT_EQ(StatusNumber("FDSize:"), descriptors);
}

TEST_F(Limits, AParsedConfigurationMayBeEditedBeforeItIsUsed) {
  const std::string path = testing::TempDir() + "edited_" + std::to_string(getpid()) + ".config";
  std::ofstream(path) << GraphText(1, "device_id: \"0\" " + HostEngine(1, "Relay")) +
                             GraphText(2, HostEngine(1, "no such engine")) +
                             GraphText(3, HostEngine(1, "Relay"));
  hiai::GraphConfigList list;
  ASSERT_EQ(hiai::Graph::ParseConfigFile(path, list), HIAI_OK);
  std::remove(path.c_str());
  list.mutable_graphs(0)->set_device_id("3");
  list.mutable_graphs()->DeleteSubrange(1, 1);
  list.mutable_graphs(1)->set_graph_id(4000000000u);

  ASSERT_EQ(hiai::Graph::CreateGraph(list), HIAI_OK);
  created_.insert(4000000000u);

  EXPECT_EQ(hiai::Graph::GetInstance(1)->GetDeviceID(), 3u);
  EXPECT_EQ(hiai::Graph::GetInstance(2), nullptr);
  EXPECT_EQ(hiai::Graph::GetInstance(3), nullptr);
  EXPECT_NE(hiai::Graph::GetInstance(4000000000u), nullptr);
}

TEST_F(Limits, AFailureInTheLastGraphDestroysThoseMadeByTheSameCallOnly) {
  ASSERT_EQ(CreateFromText(GraphText(1, HostEngine(1, "Relay"))), HIAI_OK);

  EXPECT_EQ(CreateFromText(GraphText(2, HostEngine(1, "Relay") + HostEngine(2, "Relay")) +
                           GraphText(3, HostEngine(1, "RefusesInit"))),
            HIAI_GRAPH_ENGINE_INIT_FAILED);

  EXPECT_EQ(g_alive, 1);
  EXPECT_NE(hiai::Graph::GetInstance(1), nullptr);
  EXPECT_EQ(hiai::Graph::GetInstance(2), nullptr);
  EXPECT_EQ(hiai::Graph::GetInstance(3), nullptr);
}

TEST_F(Limits, OneEngineNameMayStandManyTimesInAGraph) {
  std::string text;
  for (std::uint32_t id = 0; id < 64; ++id) text += HostEngine(id, "Relay", "queue_size: 2");
  ASSERT_EQ(CreateFromText(GraphText(1, text)), HIAI_OK);

  EXPECT_EQ(g_alive, 64) << "one object each";
  for (std::uint32_t id = 0; id < 64; ++id) {
    const auto inbox = Watch(1, id);
    ASSERT_EQ(SendText(1, id, std::to_string(id)), HIAI_OK);
    EXPECT_EQ(inbox->WaitForText(), std::to_string(id));
  }
}

TEST_F(Limits, SixteenGraphsWorkOnAllDevicesAtOnce) {
  std::string text;
  for (std::uint32_t id = 100; id < 116; ++id) {
    text += GraphText(id, "device_id: \"" + std::to_string(id % 4) + "\" " +
                              DeviceEngine(1, "DeviceEcho", "openmatrix_test_device") +
                              HostEngine(2, "Relay") + Connect(1, 2));
  }
  ASSERT_EQ(CreateFromText(text), HIAI_OK);
  for (std::uint32_t id = 100; id < 116; ++id) created_.insert(id);

  for (std::uint32_t id = 100; id < 116; ++id) {
    const auto inbox = Watch(id, 2);
    ASSERT_EQ(SendText(id, 1, std::to_string(id)), HIAI_OK);
    EXPECT_EQ(inbox->WaitForText(), std::to_string(id));
    EXPECT_EQ(hiai::Graph::GetInstance(id)->GetDeviceID(), id % 4);
  }
}

// Lets the system refuse every thread with default attributes: no address space has such a stack.
class NoMoreThreads {
 public:
  NoMoreThreads() {
    pthread_getattr_default_np(&before_);
    pthread_attr_t huge;
    pthread_getattr_default_np(&huge);
    pthread_attr_setstacksize(&huge, std::size_t{1} << 62);
    EXPECT_EQ(pthread_setattr_default_np(&huge), 0);
    pthread_attr_destroy(&huge);
  }
  ~NoMoreThreads() {
    EXPECT_EQ(pthread_setattr_default_np(&before_), 0);
    pthread_attr_destroy(&before_);
  }

 private:
  pthread_attr_t before_;
};

TEST_F(Limits, AGraphWhoseThreadsCannotBeMadeIsNotMade) {
  {
    const NoMoreThreads none;
    EXPECT_EQ(CreateFromText(GraphText(1, HostEngine(1, "Relay"))), HIAI_GRAPH_ENGINE_START_FAILED);
  }
  EXPECT_EQ(g_alive, 0);
  EXPECT_EQ(hiai::Graph::GetInstance(1), nullptr);
  EXPECT_EQ(CreateFromText(GraphText(1, HostEngine(1, "Relay"))), HIAI_OK);
}

TEST_F(Limits, AnEngineWhoseThreadsCannotBeMadeIsNotAdded) {
  ASSERT_EQ(CreateFromText(GraphText(1, HostEngine(1, "Relay"))), HIAI_OK);
  hiai::GraphUpdateConfig change;
  hiai::EngineConfig* engine = change.mutable_updatagraphconfig()->add_engines();
  engine->set_id(2);
  engine->set_engine_name("Relay");
  engine->set_side(hiai::EngineConfig_RunSide_HOST);
  {
    const NoMoreThreads none;
    EXPECT_EQ(hiai::Graph::GetInstance(1)->ModifyGraph(change), HIAI_GRAPH_ENGINE_START_FAILED);
  }
  EXPECT_EQ(g_alive, 1);
  EXPECT_EQ(SendText(1, 2, ""), HIAI_GRAPH_ENGINE_NOT_EXIST);
  EXPECT_EQ(hiai::Graph::GetInstance(1)->ModifyGraph(change), HIAI_OK);
}

// Each connection made by a change of its own would copy all before it: minutes.
TEST_F(Limits, TensOfThousandsOfConnectionsAreMade) {
  constexpr int kMany = 40000;
  std::string connections;
  for (int i = 0; i < kMany; ++i) connections += Connect(1, 2);
  EXPECT_EQ(
      CreateFromText(GraphText(1, HostEngine(1, "Relay") + HostEngine(2, "Relay") + connections)),
      HIAI_OK);
}

// A list that names the library itself asks for what is there.
TEST_F(Limits, TheLibraryItselfAmongTheLibrariesOfAnEngineIsLoadedAlready) {
  Dl_info library;
  ASSERT_NE(::dladdr(reinterpret_cast<const void*>(&HIAI_Init), &library), 0);
  const std::string name = "so_name: \"" + std::string(library.dli_fname) + "\"";
  const std::string device =
      "engines { id: 2 engine_name: \"NoSuchEngine\" side: DEVICE " + name + " }";

  EXPECT_EQ(CreateFromText(GraphText(1, HostEngine(1, "Relay", name))), HIAI_OK);
  EXPECT_EQ(CreateFromText(GraphText(2, device)), HIAI_GRAPH_CREATE_ENGINE_FAILED);
}

}  // namespace
