// A program that forks: what its child may do where the parent has graphs, and where it has none.
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
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

// What the threads of the parent hold is no leak of a child that ends by exit().
const pid_t g_parent = ::getpid();
extern "C" int __lsan_is_turned_off();  // NOLINT: the name is LeakSanitizer's
extern "C" int __lsan_is_turned_off() { return ::getpid() != g_parent ? 1 : 0; }

namespace contract {
namespace {

constexpr int kChildren = 100;  // of each test that counts on luck

class Ignore : public hiai::DataRecvInterface {
 public:
  HIAI_StatusT RecvData(const std::shared_ptr<void>&) override { return HIAI_OK; }
};

HIAI_StatusT IgnoreInC(void*) { return HIAI_OK; }

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

// What the calls below say in the log would be thousands of lines.
void SayNothing() {
  ::setenv("OPENMATRIX_LOG", "fatal", 1);
  hiai::HIAILog::GetInstance()->HIAIRefreshLogLevel();
}

// AddressSanitizer of g++ 12 does not hold its allocator's locks during a fork: a child of a
// program whose other threads allocate may wait for them for ever. So with it there are none.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool kOthersMayAllocate = false;
#else
constexpr bool kOthersMayAllocate = true;
#endif

// A thread that calls until the end of its life.
class Busy {
 public:
  explicit Busy(const std::function<void()>& call) {
    if (!kOthersMayAllocate) return;
    thread_ = std::thread([this, call] {
      while (!stop_.load()) call();
    });
  }
  ~Busy() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
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
  SayNothing();
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
  SayNothing();
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
  SayNothing();
  CallTables();  // now everything of the library is made that is made on first use
  EXPECT_TRUE(TrueInChild([] { return true; }));
}

// The thread sanitizer loses a thread that a forked child starts, and one that ends there.
#if !defined(__SANITIZE_THREAD__)
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
  SayNothing();
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

#endif

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
