// Code of the program that forks while the library calls it: the parent goes on, and a child that
// comes back touches nothing of the parent's.
#include <atomic>
#include <cstdlib>
#include <functional>
#include <thread>

#include "fork_support.h"
#include "hiaiengine/data_type_reg.h"
#include "ownership.h"

namespace contract {
namespace {

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
class ForkInside : public ContractGraph {};

TEST_F(ForkInside, ProcessMayFork) {
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

// It has no messages to wait for: the parent has them. (A worker's end in a child is beyond the
// thread sanitizer.)
#if !defined(__SANITIZE_THREAD__)
TEST_F(ForkInside, AChildThatComesBackFromProcessEnds) {
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
#endif

TEST_F(ForkInside, AReceiverMayFork) {
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
TEST_F(ForkInside, AHookMayForkAndTheChildsSendFails) {
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
  // A message that is still queued when its graph is destroyed is dropped.
  const bool by_message = GetParam() == std::string("Process");
  EXPECT_TRUE(!by_message || Eventually([&] { return child != 0; }));
  check(hiai::Graph::DestroyGraph(1));
  EXPECT_EQ(StatusOf(child), 5);
}

INSTANTIATE_TEST_SUITE_P(, ForkInMember, testing::Values("constructor", "Init", "destructor"),
                         [](const auto& member) { return member.param; });
#if !defined(__SANITIZE_THREAD__)
INSTANTIATE_TEST_SUITE_P(OfWorkers, ForkInMember, testing::Values("UpdateConfig", "Process"),
                         [](const auto& member) { return member.param; });
#endif

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

}  // namespace
}  // namespace contract
