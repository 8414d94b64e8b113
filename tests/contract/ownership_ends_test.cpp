// The smaller tables of docs/ownership.md: fan-out, the receiving end, the end of the program.
// Each cell is a test of the same name.
#include <cstdlib>
#include <stdexcept>
#include <vector>

#include "ownership.h"

namespace contract {
namespace {

// --- fan-out: Engine::SendData with two targets on the other side ---

class FanOut : public ContractGraph {
 protected:
  void SetUp() override {
    ContractGraph::SetUp();
    DeviceDoor().set_modes(SerializeMode::kNormal, DeserializeMode::kByHand);
    HostDoor().set_modes(SerializeMode::kNormal, DeserializeMode::kByHand);
  }
  void TearDown() override {
    ContractGraph::TearDown();
    EXPECT_EQ(LiveBlocks(), 0u);
  }

  // Each receiver has a block of its own; the sender's part is as after any success.
  template <typename Memory>
  void Check(void* data) {
    ASSERT_NE(data, nullptr);
    Write(data);
    const auto first = Collect(2);
    const auto second = Collect(4);
    const auto engine = HostDoor().engine(1, 1);
    ASSERT_NE(engine, nullptr);
    const std::uint64_t copies = Copies(Counted());

    ASSERT_EQ(engine->SendData(2, "contract.Message", Of(data, kBytes)), HIAI_OK);

    const auto a = first->TakeReceived();
    const auto b = second->TakeReceived();
    ASSERT_NE(a, nullptr);
    ASSERT_NE(b, nullptr);
    EXPECT_NE(a->data, b->data);
    EXPECT_EQ(Copies(Counted()), copies + (Memory::kShared ? 1 : 2));
    for (const auto& received : {a, b}) {
      EXPECT_TRUE(Unchanged(received->data));
      EXPECT_EQ(HIAI_DFree(received->data), HIAI_OK);
    }
    if (Memory::kMoves) {
      EXPECT_EQ(HIAI_DFree(data), HIAI_GRAPH_NOT_FOND_MEMORY);
    } else {
      EXPECT_TRUE(Unchanged(data));
      EXPECT_EQ(Memory::Free(HostDoor(), data), HIAI_OK);
    }
  }
};

TEST_F(FanOut, AutoAfterFanOut) { Check<Auto>(Auto::Take(HostDoor())); }
TEST_F(FanOut, ManualAfterFanOut) { Check<Manual>(Manual::Take(HostDoor())); }
TEST_F(FanOut, DvppAfterFanOut) { Check<Dvpp>(Dvpp::Take(HostDoor())); }
TEST_F(FanOut, ForeignAfterFanOut) { Check<Foreign>(Foreign::Take(HostDoor())); }
TEST_F(FanOut, ReceivedAfterFanOut) {
  const auto arrivals = Collect(3);
  ASSERT_EQ(DeviceDoor().graph_send({1, 3, 0}, "contract.Message",
                                    Of(Auto::Take(DeviceDoor()), kBytes), 500),
            HIAI_OK);
  const auto received = arrivals->TakeReceived();
  ASSERT_NE(received, nullptr);
  Check<ReceivedBlock>(received->data);
}

// --- the receiving end ---

class ReceivingEnd : public ContractGraph {
 protected:
  void TearDown() override {
    ContractGraph::TearDown();
    EXPECT_EQ(LiveBlocks(), 0u);
  }

  static HIAI_StatusT SendBlock() {
    void* const data = Auto::Take(HostDoor());
    if (data == nullptr) return HIAI_GRAPH_NO_MEMORY;
    return HostDoor().graph_send({1, 2, 0}, "contract.Message", Of(data, kBytes), 500);
  }
};

TEST_F(ReceivingEnd, DeserializeHookReturnsOwner) {
  const auto inbox = Collect(2);
  ASSERT_EQ(SendBlock(), HIAI_OK);
  auto received = inbox->TakeReceived();
  ASSERT_NE(received, nullptr);
  EXPECT_EQ(LiveBlocks(), 1u);

  received.reset();

  EXPECT_TRUE(Eventually([] { return LiveBlocks() == 0; }));
  EXPECT_EQ(Counted().bad_frees, 0u);
}

TEST_F(ReceivingEnd, DeserializeHookIgnoresData) {
  DeviceDoor().set_modes(SerializeMode::kNormal, DeserializeMode::kByHand);
  const auto inbox = Collect(2);
  ASSERT_EQ(SendBlock(), HIAI_OK);
  auto received = inbox->TakeReceived();
  ASSERT_NE(received, nullptr);
  std::uint8_t* const data = received->data;
  received.reset();

  EXPECT_EQ(LiveBlocks(), 1u);
  hiai::Graph::ReleaseDataBuffer(data);
  EXPECT_EQ(LiveBlocks(), 0u);
}

TEST_F(ReceivingEnd, DeserializeHookThrows) {
  DeviceDoor().set_modes(SerializeMode::kNormal, DeserializeMode::kThrow);
  ASSERT_EQ(SendBlock(), HIAI_OK);
  EXPECT_TRUE(Eventually([] { return LiveBlocks() == 0; }));
  EXPECT_EQ(Counted().bad_frees, 0u);
}

TEST_F(ReceivingEnd, DeserializeHookReturnsNull) {
  DeviceDoor().set_modes(SerializeMode::kNormal, DeserializeMode::kReturnNull);
  ASSERT_EQ(SendBlock(), HIAI_OK);
  EXPECT_TRUE(Eventually([] { return LiveBlocks() == 0; }));
  EXPECT_EQ(Counted().bad_frees, 0u);
}

TEST_F(ReceivingEnd, DeserializeHookBindsThenThrows) {
  DeviceDoor().set_modes(SerializeMode::kNormal, DeserializeMode::kBindThenThrow);
  ASSERT_EQ(SendBlock(), HIAI_OK);
  EXPECT_TRUE(Eventually([] { return LiveBlocks() == 0; }));
  EXPECT_EQ(Counted().bad_frees, 0u);
}

class Watcher : public hiai::DataRecvInterface {
 public:
  enum class Mode { kKeep, kLetGo, kThrow, kFail };
  explicit Watcher(Mode mode) : mode_(mode) {}
  HIAI_StatusT RecvData(const std::shared_ptr<void>& message) override {
    if (mode_ == Mode::kKeep) kept = message;
    if (mode_ == Mode::kThrow) throw std::runtime_error("receiver of the test");
    return mode_ == Mode::kFail ? HIAI_StatusT{HIAI_ERROR} : HIAI_StatusT{HIAI_OK};
  }
  std::shared_ptr<void> kept;

 private:
  Mode mode_;
};

class ReceiveCallback : public ReceivingEnd {
 protected:
  // Sends a message with a manual block to the receiver of 1.4; true if it had another owner.
  void Check(const std::shared_ptr<Watcher>& watcher, HIAI_StatusT status) {
    ASSERT_EQ(hiai::Graph::SetDataRecvFunctor({1, 1, 4}, watcher), HIAI_OK);
    void* const data = Auto::Take(HostDoor());
    ASSERT_NE(data, nullptr);
    message_ = Of(data, kBytes);
    const auto engine = HostDoor().engine(1, 1);
    ASSERT_NE(engine, nullptr);

    EXPECT_EQ(engine->SendData(4, "never registered", message_), status);

    EXPECT_EQ(HIAI_DFree(data), HIAI_OK);  // same side: still the sender's
  }
  std::shared_ptr<Message> message_;
};

TEST_F(ReceiveCallback, ReceiveCallbackReturns) {
  Check(std::make_shared<Watcher>(Watcher::Mode::kLetGo), HIAI_OK);
  EXPECT_EQ(message_.use_count(), 1);
}

TEST_F(ReceiveCallback, ReceiveCallbackKeeps) {
  const auto watcher = std::make_shared<Watcher>(Watcher::Mode::kKeep);
  Check(watcher, HIAI_OK);
  EXPECT_EQ(watcher->kept, message_);
  EXPECT_EQ(message_.use_count(), 2);
}

TEST_F(ReceiveCallback, ReceiveCallbackThrows) {
  Check(std::make_shared<Watcher>(Watcher::Mode::kThrow), HIAI_EXCEPTION);
  EXPECT_EQ(message_.use_count(), 1);
}

TEST_F(ReceiveCallback, ReceiveCallbackFails) {
  Check(std::make_shared<Watcher>(Watcher::Mode::kFail), HIAI_ERROR);
  EXPECT_EQ(message_.use_count(), 1);
}

void* g_seen_by_c = nullptr;

TEST_F(ReceivingEnd, CCallbackReturns) {
  ASSERT_EQ(HIAI_SetDataRecvFunctor({1, 1, 4},
                                    [](void* message) {
                                      g_seen_by_c = message;
                                      return HIAI_StatusT{HIAI_OK};
                                    }),
            HIAI_OK);
  auto message = Of(nullptr, 0);
  const auto engine = HostDoor().engine(1, 1);
  ASSERT_NE(engine, nullptr);

  ASSERT_EQ(engine->SendData(4, "never registered", message), HIAI_OK);

  EXPECT_EQ(g_seen_by_c, message.get());
  EXPECT_EQ(message.use_count(), 1) << "valid until the callback returns, then the sender's alone";
}

// --- the end of the program ---

// Frees what the program left, after main and after engines were parked.
struct LastWill {
  ~LastWill() {
    for (void* const block : blocks) {
      if (HIAI_DFree(block) != expected) std::_Exit(2);
    }
    for (void* const block : dvpp_blocks) {
      if (HIAI_DVPP_DFree(block) != HIAI_OK) std::_Exit(3);
    }
    void* late = nullptr;
    if (hiai::HIAIMemory::HIAI_DMalloc(100, late) != HIAI_OK) std::_Exit(4);
    if (HIAI_DFree(late) != HIAI_OK) std::_Exit(5);
  }
  std::vector<void*> blocks;
  std::vector<void*> dvpp_blocks;
  HIAI_StatusT expected = HIAI_OK;
};

class AtExit : public ReceivingEnd {
 protected:
  void SetUp() override {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    ReceivingEnd::SetUp();
  }

  // In the child: one block in the sender's hands, one that waits at a target that never comes.
  template <typename Memory>
  void ExitWithBlocks(LastWill& will) {
    DeviceDoor().set_modes(SerializeMode::kNormal, DeserializeMode::kByHand);
    auto inbox = Collect(2);
    auto gate = Hold(2, inbox);
    const auto send = [](const std::shared_ptr<Message>& message) {
      return HostDoor().graph_send({1, 2, 0}, "contract.Message", message, 500);
    };
    if (send(Of(nullptr, 0)) != HIAI_OK) std::_Exit(6);
    gate->WaitForSomebody();
    void* const in_flight = Memory::Take(HostDoor());
    if (send(Of(in_flight, kBytes)) != HIAI_OK) std::_Exit(7);
    if (!Memory::kMoves) {
      (std::is_same<Memory, Dvpp>::value ? will.dvpp_blocks : will.blocks).push_back(in_flight);
    } else {
      will.blocks.push_back(in_flight);
      will.expected = HIAI_GRAPH_NOT_FOND_MEMORY;
    }
    gate->Open();
    std::exit(0);
  }
};

TEST_F(AtExit, AutoAfterExit) {
  EXPECT_EXIT(
      {
        static LastWill will;
        ExitWithBlocks<Auto>(will);
      },
      testing::ExitedWithCode(0), "");
}
TEST_F(AtExit, ManualAfterExit) {
  EXPECT_EXIT(
      {
        static LastWill will;
        ExitWithBlocks<Manual>(will);
      },
      testing::ExitedWithCode(0), "");
}
TEST_F(AtExit, DvppAfterExit) {
  EXPECT_EXIT(
      {
        static LastWill will;
        ExitWithBlocks<Dvpp>(will);
      },
      testing::ExitedWithCode(0), "");
}
TEST_F(AtExit, UnsentAfterExit) {
  EXPECT_EXIT(
      {
        static LastWill will;
        will.blocks.push_back(Auto::Take(HostDoor()));
        will.blocks.push_back(Manual::Take(DeviceDoor()));
        std::exit(0);
      },
      testing::ExitedWithCode(0), "");
}
TEST_F(AtExit, ReceivedAfterExit) {
  EXPECT_EXIT(
      {
        static LastWill will;
        DeviceDoor().set_modes(SerializeMode::kNormal, DeserializeMode::kByHand);
        auto inbox = Collect(2);
        if (SendBlock() != HIAI_OK) std::_Exit(6);
        will.blocks.push_back(inbox->TakeReceived()->data);
        std::exit(0);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace contract
