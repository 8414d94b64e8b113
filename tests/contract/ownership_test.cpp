// The tables of docs/ownership.md: each cell is a test of the same name, run for every call.
//
// "The sender owns it" means: the contents are as written and one free of the block's family
// succeeds. "Not the sender's" means: a free is answered with HIAI_GRAPH_NOT_FOND_MEMORY. In the
// end nothing may be left on either side.
#include "ownership.h"

#include <string>
#include <vector>

namespace contract {
namespace {

class Ownership : public ContractGraph {
 public:
  Ownership(const Call& call, const Way& way, const Memory& memory)
      : call_(call), way_(way), memory_(memory) {}

 protected:
  void SetUp() override {
    ContractGraph::SetUp();
    SetHooks(SerializeMode::kNormal, DeserializeMode::kByHand);
    inbox_ = Collect(way_.target);
  }
  void TearDown() override {
    ContractGraph::TearDown();
    EXPECT_EQ(LiveBlocks(), 0u);
  }

  const Door& Sender() const { return way_.sender(); }
  const Door& Receiver() const { return way_.receiver(); }

  void SetHooks(SerializeMode serialize, DeserializeMode deserialize) {
    Sender().set_modes(serialize, deserialize);
    Receiver().set_modes(SerializeMode::kNormal, deserialize);
  }

  void* Take() {
    void* const data = memory_.take != nullptr ? memory_.take(Sender()) : TakeReceivedBlock();
    if (data != nullptr) Write(data);
    return data;
  }

  // Lets the other side send a block to the sender's.
  void* TakeReceivedBlock() {
    const std::uint32_t own = way_.own_side;
    auto arrivals = Collect(own);
    void* const block = Receiver().c_alloc(kBytes, 0, MEMORY_ATTR_AUTO_FREE);
    EXPECT_EQ(Receiver().graph_send({1, own, 0}, "contract.Message", Of(block, kBytes), 500),
              HIAI_OK);
    const auto received = arrivals->TakeReceived();
    return received != nullptr ? received->data : nullptr;
  }

  void ExpectSenderOwns(void* data) {
    EXPECT_TRUE(Unchanged(data));
    EXPECT_EQ(memory_.free(Sender(), data), HIAI_OK);
    ExpectNotSenders(data);
  }

  void ExpectNotSenders(void* data) {
    if (!memory_.ours) return;  // not ours to ask about
    EXPECT_EQ(memory_.free(Sender(), data), HIAI_GRAPH_NOT_FOND_MEMORY);
    EXPECT_FALSE(Sender().is_dmalloc(data, 1));
  }

  // The owners after a send that succeeded.
  void ExpectSendersAsAfterSuccess(void* data) {
    if (memory_.moves) {
      ExpectNotSenders(data);
    } else {
      ExpectSenderOwns(data);
    }
  }

  void ExpectReceiverOwns(void* sent) {
    const std::shared_ptr<Received> received = inbox_->TakeReceived();
    ASSERT_NE(received, nullptr);
    ASSERT_NE(received->data, nullptr);
    EXPECT_NE(static_cast<void*>(received->data), sent);
    EXPECT_EQ(received->bytes, kBytes);
    EXPECT_TRUE(Unchanged(received->data));
    EXPECT_TRUE(Receiver().is_dmalloc(received->data, kBytes));
    EXPECT_EQ(Receiver().c_free(received->data), HIAI_OK);
    EXPECT_EQ(Receiver().c_free(received->data), HIAI_GRAPH_NOT_FOND_MEMORY);
  }

  HIAI_StatusT Send(const std::shared_ptr<Message>& message) {
    return call_.send(way_, {1, way_.target, 0}, "contract.Message", message);
  }

  // Two messages without data: one in the hands of the target, one in its queue of one.
  std::shared_ptr<Gate> FillTarget() {
    std::shared_ptr<Gate> gate = HoldTarget();
    EXPECT_EQ(Send(Of(nullptr, 0)), HIAI_OK);
    return gate;
  }
  std::shared_ptr<Gate> HoldTarget() {
    std::shared_ptr<Gate> gate = Hold(way_.target, inbox_);
    EXPECT_EQ(Send(Of(nullptr, 0)), HIAI_OK);
    gate->WaitForSomebody();
    return gate;
  }
  void SkipOne() { EXPECT_NE(inbox_->TakeReceived(), nullptr); }

  // --- the rows ---

 public:
  void Success() {
    void* const data = Take();
    ASSERT_NE(data, nullptr);
    const std::uint64_t copies = Copies(Counted());

    ASSERT_EQ(Send(Of(data, kBytes)), HIAI_OK);

    EXPECT_EQ(Copies(Counted()), copies + (memory_.shared ? 0 : 1));
    ExpectReceiverOwns(data);
    ExpectSendersAsAfterSuccess(data);
  }

  // For C code the receiver gets an object of its own, and a copy of the data; for all others the
  // very object.
  void SameSide() {
    void* const data = Take();
    ASSERT_NE(data, nullptr);
    auto arrivals = Collect(way_.own_side);
    const auto message = Of(data, kBytes);

    ASSERT_EQ(call_.send(way_, {1, way_.own_side, 0}, "contract.Message", message), HIAI_OK);

    const std::shared_ptr<void> arrived = arrivals->Take();
    ASSERT_NE(arrived, nullptr);
    if (call_.copies_on_own_side) {
      const auto copy = std::static_pointer_cast<Received>(arrived);
      EXPECT_NE(static_cast<void*>(copy->data), data);
      EXPECT_TRUE(Unchanged(copy->data));
      EXPECT_EQ(Sender().c_free(copy->data), HIAI_OK);
    } else {
      EXPECT_EQ(arrived, message);
    }
    ExpectSenderOwns(data);
  }

  void QueueFull() {
    void* const data = Take();
    ASSERT_NE(data, nullptr);
    const auto gate = FillTarget();

    EXPECT_EQ(Send(Of(data, kBytes)), HIAI_QUEUE_FULL);

    ExpectSenderOwns(data);
  }

  void NoCapacity() {
    void* const data = Take();
    ASSERT_NE(data, nullptr);
    std::vector<void*> blocks;
    for (std::uint32_t bytes = kMaxBytes; bytes != 0; bytes /= 2) {
      for (void* block; (block = Receiver().c_alloc(bytes, 0, 4)) != nullptr;) {
        blocks.push_back(block);
      }
    }

    EXPECT_EQ(Send(Of(data, kBytes)), HIAI_GRAPH_NO_USEFUL_MEMORY);

    for (void* const block : blocks) EXPECT_EQ(Receiver().c_free(block), HIAI_OK);
    ExpectSenderOwns(data);
  }

  // From an engine that still runs while its graph is destroyed; from outside, afterwards.
  void Closed() {
    void* const data = Take();
    ASSERT_NE(data, nullptr);
    HIAI_StatusT status = HIAI_ERROR;
    if (call_.closed == HIAI_QUEUE_STOPPED) {
      auto answers = std::make_shared<Inbox>();
      Sender().set_handler(way_.source, [data, answers](hiai::Engine& engine, std::uint32_t,
                                                        const std::shared_ptr<void>&) {
        EXPECT_EQ(hiai::Graph::DestroyGraph(engine.GetGraphId()), HIAI_OK);
        answers->Put(0, std::make_shared<HIAI_StatusT>(
                            engine.SendData(0, "contract.Message", Of(data, kBytes), 0)));
        return HIAI_StatusT{HIAI_OK};
      });
      ASSERT_EQ(Sender().graph_send({1, way_.source, 0}, "go", Of(nullptr, 0), 500), HIAI_OK);
      const std::shared_ptr<void> answer = answers->Take();
      ASSERT_NE(answer, nullptr);
      status = *std::static_pointer_cast<HIAI_StatusT>(answer);
    } else {
      Destroy();
      status = Send(Of(data, kBytes));
    }

    EXPECT_EQ(status, call_.closed);
    ExpectSenderOwns(data);
  }

  void NotInitialised() {
    void* const data = Take();
    ASSERT_NE(data, nullptr);

    EXPECT_EQ(call_.send(way_, {kNoGraph, 1, 0}, "contract.Message", Of(data, kBytes)),
              call_.unknown);

    ExpectSenderOwns(data);
  }

  void Unregistered() {
    void* const data = Take();
    ASSERT_NE(data, nullptr);

    EXPECT_EQ(call_.send(way_, {1, way_.target, 0}, "contract.Nobody", Of(data, kBytes)),
              call_.unregistered);

    ExpectSenderOwns(data);
  }

  void Overrun() {
    void* const data = Take();
    ASSERT_NE(data, nullptr);
    SetHooks(SerializeMode::kOverrun, DeserializeMode::kByHand);

    EXPECT_EQ(Send(Of(data, kBytes)), HIAI_BUFFER_SIZE_OVER_DMALLOC_SIZE);

    ExpectSenderOwns(data);
  }

  void SerializeThrows() {
    void* const data = Take();
    ASSERT_NE(data, nullptr);
    SetHooks(SerializeMode::kThrow, DeserializeMode::kByHand);

    EXPECT_EQ(Send(Of(data, kBytes)), HIAI_EXCEPTION);

    ExpectSenderOwns(data);
  }

  // The receiver's part is released by the library: nobody else has it.
  void Dropped(DeserializeMode mode) {
    void* const data = Take();
    ASSERT_NE(data, nullptr);
    SetHooks(SerializeMode::kNormal, mode);

    ASSERT_EQ(Send(Of(data, kBytes)), HIAI_OK);

    EXPECT_TRUE(Eventually([this] { return Stats().views[way_.receiver_view].live_blocks == 0; }));
    ExpectSendersAsAfterSuccess(data);
  }
  void DeserializeThrows() { Dropped(DeserializeMode::kThrow); }
  void DeserializeReturnsNull() { Dropped(DeserializeMode::kReturnNull); }
  void DeserializeBindsThenThrows() { Dropped(DeserializeMode::kBindThenThrow); }

  void SecondSend() {
    void* const data = Take();
    ASSERT_NE(data, nullptr);
    const auto message = Of(data, kBytes);
    ASSERT_EQ(Send(message), HIAI_OK);
    const std::shared_ptr<Received> first = inbox_->TakeReceived();
    ASSERT_NE(first, nullptr);

    const HIAI_StatusT status = Send(message);

    if (memory_.sends_again) {
      EXPECT_EQ(status, HIAI_OK);
      ExpectReceiverOwns(data);
    } else {
      EXPECT_EQ(status, HIAI_MEMORY_STATUS_ERROR);
    }
    EXPECT_TRUE(Unchanged(first->data));
    EXPECT_EQ(Receiver().c_free(first->data), HIAI_OK);
    ExpectSendersAsAfterSuccess(data);
  }

  void FreeBeforeFlight() {
    void* const data = Take();
    ASSERT_NE(data, nullptr);
    ASSERT_EQ(memory_.free(Sender(), data), HIAI_OK);

    EXPECT_EQ(Send(Of(data, kBytes)), HIAI_GRAPH_NOT_FOND_MEMORY);

    ExpectNotSenders(data);
  }

  void FreeInFlight() {
    void* const data = Take();
    ASSERT_NE(data, nullptr);
    const auto gate = HoldTarget();
    ASSERT_EQ(Send(Of(data, kBytes)), HIAI_OK);

    const HIAI_StatusT status = memory_.free(Sender(), data);
    gate->Open();

    EXPECT_EQ(status, memory_.moves ? HIAI_GRAPH_NOT_FOND_MEMORY : HIAI_OK);
    SkipOne();
    ExpectReceiverOwns(nullptr);
  }

  void FreeAfterFlight() {
    void* const data = Take();
    ASSERT_NE(data, nullptr);
    ASSERT_EQ(Send(Of(data, kBytes)), HIAI_OK);
    const std::shared_ptr<Received> received = inbox_->TakeReceived();
    ASSERT_NE(received, nullptr);

    const HIAI_StatusT status = memory_.free(Sender(), data);

    EXPECT_EQ(status, memory_.moves ? HIAI_GRAPH_NOT_FOND_MEMORY : HIAI_OK);
    EXPECT_TRUE(Unchanged(received->data));
    EXPECT_EQ(Receiver().c_free(received->data), HIAI_OK);
  }

  // The target itself destroys the graph: what waits in its queue is certainly not delivered.
  void DestroyInFlight() {
    void* const data = Take();
    ASSERT_NE(data, nullptr);
    const auto gate = std::make_shared<Gate>();
    Receiver().set_handler(
        way_.target, [gate](hiai::Engine& engine, std::uint32_t, const std::shared_ptr<void>&) {
          gate->Wait();
          EXPECT_EQ(hiai::Graph::DestroyGraph(engine.GetGraphId()), HIAI_OK);
          return HIAI_StatusT{HIAI_OK};
        });
    ASSERT_EQ(Send(Of(nullptr, 0)), HIAI_OK);
    gate->WaitForSomebody();
    ASSERT_EQ(Send(Of(data, kBytes)), HIAI_OK);

    gate->Open();

    EXPECT_TRUE(Eventually([this] { return Stats().views[way_.receiver_view].live_blocks == 0; }));
    ExpectSendersAsAfterSuccess(data);
  }

 private:
  const Call& call_;
  const Way& way_;
  const Memory& memory_;
  std::shared_ptr<Inbox> inbox_;
};

struct Row {
  const char* name;
  void (Ownership::*check)();
  bool only_ours = false;  // has no sense for foreign memory
};
constexpr Row kRows[] = {
    {"Success", &Ownership::Success},
    {"SameSide", &Ownership::SameSide},
    {"QueueFull", &Ownership::QueueFull},
    {"NoCapacity", &Ownership::NoCapacity},
    {"Closed", &Ownership::Closed},
    {"NotInitialised", &Ownership::NotInitialised},
    {"Unregistered", &Ownership::Unregistered},
    {"Overrun", &Ownership::Overrun, /*only_ours=*/true},
    {"SerializeThrows", &Ownership::SerializeThrows},
    {"DeserializeThrows", &Ownership::DeserializeThrows},
    {"DeserializeReturnsNull", &Ownership::DeserializeReturnsNull},
    {"DeserializeBindsThenThrows", &Ownership::DeserializeBindsThenThrows},
    {"SecondSend", &Ownership::SecondSend},
    {"FreeBeforeFlight", &Ownership::FreeBeforeFlight, /*only_ours=*/true},
    {"FreeInFlight", &Ownership::FreeInFlight},
    {"FreeAfterFlight", &Ownership::FreeAfterFlight},
    {"DestroyInFlight", &Ownership::DestroyInFlight},
};

class Cell : public Ownership {
 public:
  Cell(const Call& call, const Way& way, const Memory& memory, const Row& row)
      : Ownership(call, way, memory), row_(row) {}
  void TestBody() override { (this->*row_.check)(); }

 private:
  const Row& row_;
};

// One suite per call and way, with a test "AutoAfterQueueFull" per cell. Registered by hand: as
// TYPED_TESTs the cells take ten times as long to compile.
void RegisterTable(const Call& call, const Way& way) {
  const std::string suite = std::string("Ownership/") + call.name + way.name;
  for (const Row& row : kRows) {
    for (const Memory& memory : kMemories) {
      if (row.only_ours && !memory.ours) continue;
      const std::string name = std::string(memory.name) + "After" + row.name;
      testing::RegisterTest(suite.c_str(), name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
                            [&call, &way, &memory, &row]() -> Ownership* {
                              return new Cell(call, way, memory, row);
                            });
    }
  }
}

[[maybe_unused]] const bool kRegistered = [] {
  for (const Call& call : kCalls) {
    for (const Way& way : kWays) RegisterTable(call, way);
  }
  return true;
}();

}  // namespace
}  // namespace contract
