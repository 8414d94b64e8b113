// A program that forks: what its child may do with the graphs of the parent, without graphs, and
// from inside code that the library calls.
#include <pthread.h>

#include <atomic>
#include <functional>
#include <list>
#include <thread>
#include <vector>

#include "fork_support.h"
#include "hiaiengine/ai_tensor.h"
#include "hiaiengine/api.h"
#include "hiaiengine/data_type_reg.h"
#include "hiaiengine/log.h"
#include "hiaiengine/power_state.h"
#include "hiaiengine/profile.h"
#include "openmatrix/simulator.h"
#include "ownership.h"
#include "proto/graph_config.pb.h"

namespace contract {
namespace {

constexpr HIAI_StatusT kParents = HIAI_GRAPH_ALREADY_USED_IN_ANOTHER_PROCESS;
constexpr int kChildren = 300;

std::shared_ptr<std::string> Text() { return std::make_shared<std::string>("text"); }

std::string OneEngine(std::uint32_t id, const std::string& more = "",
                      const std::string& name = "Node") {
  return "graphs { graph_id: " + std::to_string(id) + " engines { id: 1 engine_name: \"" + name +
         "\" side: HOST " + more + "} }";
}

class Ignore : public hiai::DataRecvInterface {
 public:
  HIAI_StatusT RecvData(const std::shared_ptr<void>&) override { return HIAI_OK; }
};

HIAI_StatusT IgnoreInC(void*) { return HIAI_OK; }

// What the members of the engine "Caller" call, by their names.
std::function<void(const std::string& member)> g_caller;

void Call(const std::string& member) {
  if (g_caller) g_caller(member);
}

class Caller : public hiai::Engine {
 public:
  Caller() { Call("constructor"); }
  ~Caller() override { Call("destructor"); }
  HIAI_StatusT Init(const hiai::AIConfig&, const std::vector<hiai::AIModelDescription>&) override {
    Call("Init");
    return HIAI_OK;
  }
  HIAI_StatusT UpdateConfig(const hiai::AIConfig&) override {
    Call("UpdateConfig");
    return HIAI_OK;
  }
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("Caller", Caller, 1) {
  static_cast<void>(arg0);
  Call("Process");
  return HIAI_OK;
}

class ForkWithGraph : public ContractGraph {};

TEST_F(ForkWithGraph, EveryFormOfASendIsRefusedInTheChildAndGoesOnInTheParent) {
  const auto host = HostDoor().engine(1, 1);
  const auto device = DeviceDoor().engine(1, 2);
  const auto graph = hiai::Graph::GetInstance(1);
  const auto inbox = Collect(3);

  EXPECT_TRUE(TrueInChild([&] {
    for (const std::uint32_t target : {2u, 3u}) {
      if (HostDoor().graph_send({1, target, 0}, "string", Text(), kForever) != kParents ||
          HostDoor().hiai_send({1, target, 0}, "string", Text(), kForever) != kParents ||
          HostDoor().c_send({1, target, 0}, "string", Text().get()) != kParents ||
          DeviceDoor().graph_send({1, target, 0}, "string", Text(), kForever) != kParents ||
          graph->SendData({1, target, 0}, "string", Text(), kForever) != kParents) {
        return false;
      }
    }
    return host->SendData(0, "string", Text()) == kParents &&
           host->SendData(1, "string", Text()) == kParents &&
           device->SendData(0, "string", Text()) == kParents;
  }));

  EXPECT_EQ(host->SendData(1, "string", Text()), HIAI_OK);
  EXPECT_NE(inbox->Take(), nullptr);
}

TEST_F(ForkWithGraph, OneLineOfEachProcessNamesTheFork) {
  const auto some_calls = [] {
    for (int i = 0; i < 3; ++i) {
      HostDoor().graph_send({1, 3, 0}, "string", Text(), 0);
      hiai::Graph::GetInstance(1)->GetEngine(1);
    }
    hiai::Graph::DestroyGraph(1);
  };
  EXPECT_EQ(LinesOfChild("was forked from process", some_calls), 1u);
  EXPECT_EQ(LinesOfChild("was forked from process", [] { hiai::Graph::DestroyGraph(1); }), 1u);
  EXPECT_EQ(LinesOfChild("was forked from process",
                         [&] {
                           some_calls();
                           TrueInChild([&] {
                             some_calls();
                             return true;
                           });
                         }),
            2u);
}

TEST_F(ForkWithGraph, GraphsOfTheParentAreListedInTheChild) {
  const auto graph = hiai::Graph::GetInstance(1);
  EXPECT_TRUE(TrueInChild([&] {
    std::uint32_t id = 0;
    std::uint32_t devices = 0;
    return hiai::Graph::GetInstance(1) == graph && hiai::Graph::GetInstance(2) == nullptr &&
           graph->GetGraphId() == 1 && HIAI_GetFirstGraphId(&id) == HIAI_OK && id == 1 &&
           HIAI_GetNextGraphId(1, &id) == HIAI_GRAPH_GET_GRAPHID_ERROR &&
           HIAI_GetDeviceNum(&devices) == HIAI_OK && devices == 4 && HIAI_Init(1) == HIAI_OK;
  }));
}

TEST_F(ForkWithGraph, TheChildCanNeitherChangeNorWatchNorMakeGraphs) {
  const auto graph = hiai::Graph::GetInstance(1);
  const auto engine = HostDoor().engine(1, 1);
  EXPECT_TRUE(TrueInChild([&] {
    const auto ignore = std::make_shared<Ignore>();
    std::list<std::shared_ptr<hiai::Graph>> graphs;
    return hiai::Graph::SetDataRecvFunctor({1, 1, 0}, ignore) == kParents &&
           HIAI_SetDataRecvFunctor({1, 1, 0}, IgnoreInC) == kParents &&
           engine->SetDataRecvFunctor(0, ignore) == kParents &&
           graph->ModifyGraph(hiai::GraphUpdateConfig()) == kParents &&
           hiai::Graph::UpdateEngineConfig(1, 1, hiai::AIConfig(), true) == kParents &&
           graph->RegisterEventHandle(hiai::HIAI_DEVICE_DISCONNECT_EVENT,
                                      [] { return HIAI_StatusT{HIAI_OK}; }) == kParents &&
           HostDoor().engine(1, 1) == nullptr && openmatrix_disconnect_device(0) == -1 &&
           openmatrix_reconnect_device(0) == -1 && CreateFromText(OneEngine(2)) == kParents &&
           CreateFromText(OneEngine(1)) == HIAI_GRAPH_ID_EXIST;
  }));
}

TEST_F(ForkWithGraph, AGraphOfTheParentIsForgottenAtOnceAlsoWhenItIsBusy) {
  const auto inbox = std::make_shared<Inbox>();
  const auto gate = Hold(3, inbox);
  const auto engine = HostDoor().engine(1, 1);
  ASSERT_EQ(engine->SendData(1, "string", Text()), HIAI_OK);
  gate->WaitForSomebody();

  EXPECT_TRUE(TrueInChild([&] {
    std::uint32_t id = 0;
    return hiai::Graph::DestroyGraph(1) == HIAI_OK &&
           HIAI_DestroyGraph(1) == HIAI_GRAPH_NOT_EXIST && hiai::Graph::GetInstance(1) == nullptr &&
           HIAI_GetFirstGraphId(&id) == HIAI_GRAPH_GET_GRAPHID_ERROR &&
           engine->SendData(0, "string", Text()) == kParents &&
           CreateFromText(OneEngine(1)) == kParents;
  }));

  gate->Open();
  EXPECT_NE(inbox->Take(), nullptr);
}

TEST_F(ForkWithGraph, AChildEndsByExitAndLeavesTheGraphToItsParent) {
  const pid_t child = Fork();
  if (child == 0) {
    std::atexit([] { ::_exit(5); });  // the last one first; behind it the library's would wait
    std::exit(4);
  }
  EXPECT_EQ(StatusOf(child), 5);
  EXPECT_EXIT(std::exit(3), testing::ExitedWithCode(3), "");
  EXPECT_EQ(HostDoor().engine(1, 1)->SendData(1, "string", Text()), HIAI_OK);
}

TEST_F(ForkWithGraph, MemoryCallsWorkInChildAndGrandchild) {
  auto* const block = static_cast<char*>(HostDoor().c_alloc(4096, 0, HIAI_MEMORY_ATTR_AUTO_FREE));
  ASSERT_NE(block, nullptr);
  block[0] = 'p';
  EXPECT_TRUE(TrueInChild([&] {
    void* const mine = HostDoor().c_alloc(1 << 20, 0, HIAI_MEMORY_ATTR_AUTO_FREE);
    return mine != nullptr && block[0] == 'p' && TrueInChild([&] {
             return HostDoor().c_free(block) == HIAI_OK && HostDoor().c_free(mine) == HIAI_OK &&
                    HostDoor().graph_send({1, 3, 0}, "string", Text(), 0) == kParents;
           }) &&
           HostDoor().c_free(mine) == HIAI_OK;
  }));
  EXPECT_EQ(HostDoor().c_free(block), HIAI_OK);
}

TEST_F(ForkWithGraph, ProgramsThatAreStartedOtherwiseDoNotMatter) {
  EXPECT_EQ(std::system("exit 3"), 3 << 8);
  const auto inbox = Collect(3);
  EXPECT_EQ(HostDoor().engine(1, 1)->SendData(1, "string", Text()), HIAI_OK);
  EXPECT_NE(inbox->Take(), nullptr);
}

// --- forks from inside code that the library calls ---

TEST_F(ForkWithGraph, ProcessMayFork) {
  const auto inbox = std::make_shared<Inbox>();
  HostDoor().set_handler(
      3, [inbox](hiai::Engine& engine, std::uint32_t port, const std::shared_ptr<void>& message) {
        const bool refused =
            TrueInChild([&] { return engine.SendData(0, "string", message) == kParents; });
        if (refused) inbox->Put(port, message);
        return HIAI_StatusT{HIAI_OK};
      });
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(HostDoor().engine(1, 1)->SendData(1, "string", Text()), HIAI_OK);
    EXPECT_NE(inbox->Take(), nullptr);
  }
}

// It has no messages to wait for: the parent has them.
TEST_F(ForkWithGraph, AChildThatComesBackFromProcessEnds) {
  const auto inbox = std::make_shared<Inbox>();
  std::atomic<pid_t> child{0};
  HostDoor().set_handler(
      3, [&](hiai::Engine&, std::uint32_t port, const std::shared_ptr<void>& message) {
        const pid_t forked = Fork();
        if (forked == 0) std::atexit([] { ::_exit(5); });
        child = forked;
        inbox->Put(port, message);
        return HIAI_StatusT{HIAI_OK};
      });
  EXPECT_EQ(HostDoor().engine(1, 1)->SendData(1, "string", Text()), HIAI_OK);
  EXPECT_NE(inbox->Take(), nullptr);
  EXPECT_EQ(StatusOf(child), 5);
}

TEST_F(ForkWithGraph, AReceiverMayFork) {
  struct Forks : hiai::DataRecvInterface {
    HIAI_StatusT RecvData(const std::shared_ptr<void>&) override {
      ok = TrueInChild([] { return hiai::Graph::DestroyGraph(1) == HIAI_OK; });
      return HIAI_OK;
    }
    bool ok = false;
  };
  const auto receiver = std::make_shared<Forks>();
  const auto engine = HostDoor().engine(1, 1);
  ASSERT_EQ(engine->SetDataRecvFunctor(4, receiver), HIAI_OK);

  EXPECT_EQ(engine->SendData(4, "string", Text()), HIAI_OK);

  EXPECT_TRUE(receiver->ok);
}

// Its child comes back into the middle of a send.
TEST_F(ForkWithGraph, AHookMayForkAndTheChildsSendFails) {
  const pid_t parent = ::getpid();
  pid_t child = 0;
  HIAIDataTypeFactory::GetInstance()->Register(
      "contract.Forks",
      HIAI_SerializeFuncT(
          [&child](void*, std::string& control, std::uint8_t*& data, std::uint32_t& bytes) {
            child = Fork();
            control = "forked";
            data = nullptr;
            bytes = 0;
          }),
      HIAI_DeserializeFuncT([](const char*, const std::uint32_t&, const std::uint8_t*,
                               const std::uint32_t&) { return std::shared_ptr<void>(); }));

  const HIAI_StatusT graph = HostDoor().graph_send({1, 2, 0}, "contract.Forks", Text(), 0);
  if (::getpid() != parent) ::_exit(graph == kParents ? 5 : 1);
  EXPECT_EQ(graph, HIAI_OK);
  EXPECT_EQ(StatusOf(child), 5);

  const HIAI_StatusT engine = HostDoor().engine(1, 1)->SendData(0, "contract.Forks", Text());
  if (::getpid() != parent) ::_exit(engine == kParents ? 5 : 1);
  EXPECT_EQ(engine, HIAI_OK);
  EXPECT_EQ(StatusOf(child), 5);
}

// A member of an engine forks and returns in both processes. `status` is what the call that led
// there answers in the child.
class ForkInMember : public testing::TestWithParam<const char*> {
 protected:
  void TearDown() override { g_caller = nullptr; }
};

TEST_P(ForkInMember, TheParentGoesOnAndTheChildTouchesNothing) {
  const pid_t parent = ::getpid();
  std::atomic<pid_t> child{0};
  g_caller = [&](const std::string& member) {
    if (member != GetParam() || ::getpid() != parent) return;
    const pid_t forked = Fork();
    if (forked == 0) std::atexit([] { ::_exit(5); });  // where a worker comes back
    child = forked;
  };
  const auto check = [&](HIAI_StatusT status) {
    if (::getpid() != parent) ::_exit(status == kParents ? 5 : 1);
    EXPECT_EQ(status, HIAI_OK);
  };
  check(CreateFromText(OneEngine(1, "", "Caller")));
  check(hiai::Graph::UpdateEngineConfig(1, 1, hiai::AIConfig(), true));
  check(HostDoor().graph_send({1, 1, 0}, "string", Text(), 0));
  check(hiai::Graph::DestroyGraph(1));
  EXPECT_EQ(StatusOf(child), 5);
}

INSTANTIATE_TEST_SUITE_P(, ForkInMember,
                         testing::Values("constructor", "Init", "UpdateConfig", "Process",
                                         "destructor"),
                         [](const auto& member) { return member.param; });

TEST(ForkWhileMaking, AGraphThatAnotherThreadIsMakingCounts) {
  Gate gate;
  g_caller = [&](const std::string& member) {
    if (member == "Init") gate.Wait();
  };
  std::thread maker([] { EXPECT_EQ(CreateFromText(OneEngine(1, "", "Caller")), HIAI_OK); });
  gate.WaitForSomebody();

  EXPECT_TRUE(TrueInChild([] {
    return CreateFromText(OneEngine(2)) == kParents &&
           HostDoor().graph_send({1, 1, 0}, "string", Text(), 0) == kParents &&
           hiai::Graph::DestroyGraph(1) == HIAI_OK;
  }));

  gate.Open();
  maker.join();
  g_caller = nullptr;
  EXPECT_EQ(hiai::Graph::DestroyGraph(1), HIAI_OK);
}

TEST(ForkWhileLoading, AStaticConstructorMayForkAndItsChildGetsNoGraph) {
  const pid_t parent = ::getpid();
  const HIAI_StatusT status =
      CreateFromText(OneEngine(1, "so_name: \"" OPENMATRIX_TEST_FORKING_LIBRARY "\" "));
  if (::getpid() != parent) ::_exit(status == kParents ? 5 : 1);
  EXPECT_EQ(status, HIAI_OK);
  int child = 0;
  ASSERT_GT(::waitpid(-1, &child, 0), 0);
  EXPECT_TRUE(WIFEXITED(child) && WEXITSTATUS(child) == 5) << child;
  EXPECT_EQ(hiai::Graph::DestroyGraph(1), HIAI_OK);
}

// --- without graphs ---

// What the calls below say in the log would be thousands of lines.
void OnlyErrors() {
  ::setenv("OPENMATRIX_LOG", "error", 1);
  hiai::HIAILog::GetInstance()->HIAIRefreshLogLevel();
}

// A thread that calls until the end of its life.
class Busy {
 public:
  explicit Busy(const std::function<void()>& call)
      : thread_([this, call] {
          while (!stop_.load()) call();
        }) {}
  ~Busy() {
    stop_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

// Every call that keeps something under a lock of the library, but for graphs.
void CallTables() {
  static std::atomic<std::uint32_t> number{0};
  const std::string name = "contract.n" + std::to_string(++number);
  HIAIDataTypeFactory* const types = HIAIDataTypeFactory::GetInstance();
  types->Register(name, HIAI_ConvertFuncT([](void*) { return nullptr; }));
  types->GetConvcFunc(name);
  types->UnRegister(name, DATY_TYPE_FUNC_CONVERT);
  hiai::HIAIEngineFactory* const engines = hiai::HIAIEngineFactory::GetInstance();
  engines->RegisterEngineCreator(name, []() -> hiai::Engine* { return nullptr; });
  engines->UnRegisterEngineCreator(name);
  hiai::StatusFactory::GetInstance()->RegisterErrorNo(0x7f000000u + number % 100, name);
  hiai::StatusFactory::GetInstance()->GetErrDesc(0x7f000000u);
  hiai::ProfileStatistic::GetInstance()->RegisterType(number % 100, name);
  hiai::ProfileStatistic::GetInstance()->NeedWrite();
  const auto callback = [](std::uint32_t, hiai::PowerState::DevicePowerStateT) {
    return HIAI_StatusT{HIAI_OK};
  };
  hiai::PowerState::GetInstance()->SubscribePowerStateEvent(callback);
  hiai::PowerState::GetInstance()->UnsubscribePowerStateEvent(callback);
  hiai::AITensorFactory::GetInstance()->RegisterTensor(
      name, [](const hiai::AITensorDescription&) { return std::shared_ptr<hiai::IAITensor>(); });
  hiai::AITensorFactory::GetInstance()->UnRegisterTensor(name);
  hiai::GraphConfigList config;
  hiai::Graph::ParseConfigFile("/dev/null", config);
  openmatrix_disconnect_device(1);
  openmatrix_reconnect_device(1);
  void* const block = HostDoor().c_alloc(4096, 0, HIAI_MEMORY_ATTR_AUTO_FREE);
  HostDoor().c_free(block);
}

TEST(ForkWithoutGraph, NoChildWaitsForALockOfItsParent) {
  OnlyErrors();
  const Busy one(CallTables);
  const Busy other(CallTables);
  for (int i = 0; i < kChildren; ++i) {
    ASSERT_TRUE(TrueInChild([] {
      CallTables();
      std::uint32_t id = 0;
      return hiai::Graph::GetInstance(1) == nullptr && HIAI_Init(0) == HIAI_OK &&
             HIAI_GetFirstGraphId(&id) == HIAI_GRAPH_GET_GRAPHID_ERROR &&
             hiai::Graph::DestroyGraph(1) == HIAI_GRAPH_NOT_EXIST &&
             HostDoor().graph_send({1, 1, 0}, "string", Text(), 0) == HIAI_GRAPH_NOT_EXIST;
    })) << "child "
        << i;
  }
}

TEST(ForkWithoutGraph, NoChildWaitsForALockOfAParentThatCreatesSendsAndDestroys) {
  OnlyErrors();
  const Busy creator([] {
    CreateFromText(OneEngine(2));
    hiai::Graph::DestroyGraph(2);
  });
  const Busy sender([] {
    hiai::Graph::GetInstance(2);
    HostDoor().graph_send({2, 1, 0}, "string", Text(), 0);
    HostDoor().c_send({2, 1, 0}, "string", Text().get());
  });
  const Busy tables(CallTables);
  for (int i = 0; i < kChildren; ++i) {
    ASSERT_TRUE(TrueInChild([] {
      CallTables();
      std::uint32_t id = 0;
      HIAI_GetFirstGraphId(&id);
      const HIAI_StatusT sent = HostDoor().graph_send({2, 1, 0}, "string", Text(), 0);
      const auto graph = hiai::Graph::GetInstance(2);
      if (graph != nullptr) graph->GetEngine(1);
      hiai::Graph::DestroyGraph(2);
      return sent == kParents || sent == HIAI_GRAPH_NOT_EXIST;
    })) << "child "
        << i;
  }
}

// Those of the application are registered later than the library's, so they run outside them.
TEST(ForkWithoutGraph, ForkHandlersOfTheApplicationMayCallTheLibrary) {
  static const int registered = ::pthread_atfork(CallTables, CallTables, CallTables);
  ASSERT_EQ(registered, 0);
  OnlyErrors();
  CallTables();  // now everything of the library is made that is made on first use
  EXPECT_TRUE(TrueInChild([] { return true; }));
}

// What a daemon does between HIAI_Init and the end.
bool RunsAGraph() {
  const std::string device = " engine_name: \"Node\" " + DeviceLibrary() + "} ";
  if (CreateFromText("graphs { graph_id: 7 engines { id: 1 engine_name: \"Node\" side: HOST } "
                     "engines { id: 2" +
                     device +
                     " engines { id: 3 engine_name: \"Node\" side: HOST } "
                     "connects { src_engine_id: 2 src_port_id: 0 target_engine_id: 3 } }") !=
      HIAI_OK) {
    return false;
  }
  const auto back = std::make_shared<Inbox>();
  DeviceDoor().set_handler(
      2, [](hiai::Engine& engine, std::uint32_t, const std::shared_ptr<void>& in) {
        const auto received = std::static_pointer_cast<Received>(in);
        auto answer = std::make_shared<Message>();
        answer->data = static_cast<std::uint8_t*>(
            DeviceDoor().c_alloc(received->bytes, 500, HIAI_MEMORY_ATTR_AUTO_FREE));
        answer->bytes = received->bytes;
        std::copy_n(received->data, received->bytes, answer->data);
        return engine.SendData(0, "contract.Message", answer, kForever);
      });
  HostDoor().set_handler(3, back->Collect());
  auto message = std::make_shared<Message>();
  message->bytes = 1 << 20;
  message->data = static_cast<std::uint8_t*>(
      HostDoor().c_alloc(message->bytes, 500, HIAI_MEMORY_ATTR_AUTO_FREE));
  std::fill_n(message->data, message->bytes, std::uint8_t{0xa5});
  bool ok = HostDoor().graph_send({7, 2, 0}, "contract.Message", message, kForever) == HIAI_OK;
  const auto answer = back->TakeReceived();
  ok = ok && answer != nullptr && answer->bytes == message->bytes &&
       std::all_of(answer->data, answer->data + answer->bytes,
                   [](std::uint8_t byte) { return byte == 0xa5; });
  return hiai::Graph::DestroyGraph(7) == HIAI_OK && ok;
}

TEST(ForkWithoutGraph, ADaemonWorksInChildAndGrandchild) {
  OnlyErrors();
  ASSERT_EQ(HIAI_Init(0), HIAI_OK);
  auto* const before =
      static_cast<std::uint8_t*>(HostDoor().c_alloc(1 << 20, 0, HIAI_MEMORY_ATTR_AUTO_FREE));
  ASSERT_NE(before, nullptr);
  std::fill_n(before, 1 << 20, std::uint8_t{7});
  const Busy tables(CallTables);

  EXPECT_TRUE(TrueInChild([&] {
    return TrueInChild([&] {
             return RunsAGraph() && before[12345] == 7 && HostDoor().c_free(before) == HIAI_OK;
           }) &&
           before[12345] == 7 && HostDoor().c_free(before) == HIAI_OK && RunsAGraph();
  }));

  EXPECT_EQ(before[12345], 7);
  EXPECT_EQ(HostDoor().c_free(before), HIAI_OK);
  EXPECT_TRUE(RunsAGraph());
}

TEST(ForkWithoutGraph, AGraphThatWasDestroyedDoesNotCount) {
  ASSERT_TRUE(RunsAGraph());
  EXPECT_TRUE(TrueInChild([] { return RunsAGraph(); }));
}

TEST(ForkWithoutGraph, AChildsChildIsRefusedWhatTheChildMade) {
  EXPECT_TRUE(TrueInChild([] {
    return CreateFromText(OneEngine(1)) == HIAI_OK && TrueInChild([] {
             return HostDoor().graph_send({1, 1, 0}, "string", Text(), 0) == kParents &&
                    hiai::Graph::DestroyGraph(1) == HIAI_OK;
           }) &&
           HostDoor().graph_send({1, 1, 0}, "string", Text(), 0) == HIAI_OK &&
           hiai::Graph::DestroyGraph(1) == HIAI_OK;
  }));
}

}  // namespace
}  // namespace contract
