// The tables of docs/ownership.md: each cell is a test of the same name, run for every call.
//
// "The sender owns it" means: the contents are as written and one free of the block's family
// succeeds. "Not the sender's" means: a free is answered with HIAI_GRAPH_NOT_FOND_MEMORY. In the
// end nothing may be left on either side.
#include "ownership.h"

#include <new>
#include <type_traits>
#include <vector>

namespace contract {
namespace {

template <typename Call>
class Ownership : public ContractGraph {
 protected:
  void SetUp() override {
    ContractGraph::SetUp();
    SetHooks(SerializeMode::kNormal, DeserializeMode::kByHand);
    inbox_ = Collect(Call::kTarget);
  }
  void TearDown() override {
    ContractGraph::TearDown();
    EXPECT_EQ(LiveBlocks(), 0u);
  }

  void SetHooks(SerializeMode serialize, DeserializeMode deserialize) {
    Call::Sender().set_modes(serialize, deserialize);
    Call::Receiver().set_modes(SerializeMode::kNormal, deserialize);
  }

  template <typename Memory>
  void* Take() {
    void* data = nullptr;
    if constexpr (std::is_same<Memory, ReceivedBlock>::value) {
      data = TakeReceivedBlock();
    } else {
      data = Memory::Take(Call::Sender());
    }
    if (data != nullptr) Write(data);
    return data;
  }

  // Lets the other side send a block to the sender's.
  void* TakeReceivedBlock() {
    const std::uint32_t own = Call::kOwnSide;
    auto arrivals = Collect(own);
    void* const block = Call::Receiver().c_alloc(kBytes, 0, MEMORY_ATTR_AUTO_FREE);
    EXPECT_EQ(Call::Receiver().graph_send({1, own, 0}, "contract.Message", Of(block, kBytes), 500),
              HIAI_OK);
    const auto received = arrivals->TakeReceived();
    return received != nullptr ? received->data : nullptr;
  }

  template <typename Memory>
  void ExpectSenderOwns(void* data) {
    EXPECT_TRUE(Unchanged(data));
    EXPECT_EQ(Memory::Free(Call::Sender(), data), HIAI_OK);
    ExpectNotSenders<Memory>(data);
  }

  template <typename Memory>
  void ExpectNotSenders(void* data) {
    if (std::is_same<Memory, Foreign>::value) return;  // not ours to ask about
    EXPECT_EQ(Memory::Free(Call::Sender(), data), HIAI_GRAPH_NOT_FOND_MEMORY);
    EXPECT_FALSE(Call::Sender().is_dmalloc(data, 1));
  }

  // The owners after a send that succeeded.
  template <typename Memory>
  void ExpectSendersAsAfterSuccess(void* data) {
    if (Memory::kMoves) {
      ExpectNotSenders<Memory>(data);
    } else {
      ExpectSenderOwns<Memory>(data);
    }
  }

  void ExpectReceiverOwns(void* sent) {
    const std::shared_ptr<Received> received = inbox_->TakeReceived();
    ASSERT_NE(received, nullptr);
    ASSERT_NE(received->data, nullptr);
    EXPECT_NE(static_cast<void*>(received->data), sent);
    EXPECT_EQ(received->bytes, kBytes);
    EXPECT_TRUE(Unchanged(received->data));
    EXPECT_TRUE(Call::Receiver().is_dmalloc(received->data, kBytes));
    EXPECT_EQ(Call::Receiver().c_free(received->data), HIAI_OK);
    EXPECT_EQ(Call::Receiver().c_free(received->data), HIAI_GRAPH_NOT_FOND_MEMORY);
  }

  HIAI_StatusT Send(const std::shared_ptr<Message>& message) {
    return Call::Send(Call::kTarget, "contract.Message", message);
  }

  // Two messages without data: one in the hands of the target, one in its queue of one.
  std::shared_ptr<Gate> FillTarget() {
    std::shared_ptr<Gate> gate = HoldTarget();
    EXPECT_EQ(Send(Of(nullptr, 0)), HIAI_OK);
    return gate;
  }
  std::shared_ptr<Gate> HoldTarget() {
    std::shared_ptr<Gate> gate = Hold(Call::kTarget, inbox_);
    EXPECT_EQ(Send(Of(nullptr, 0)), HIAI_OK);
    gate->WaitForSomebody();
    return gate;
  }
  void SkipOne() { EXPECT_NE(inbox_->TakeReceived(), nullptr); }

  // --- the rows ---

  template <typename Memory>
  void Success() {
    void* const data = Take<Memory>();
    ASSERT_NE(data, nullptr);
    const std::uint64_t copies = Copies(Counted());

    ASSERT_EQ(Send(Of(data, kBytes)), HIAI_OK);

    EXPECT_EQ(Copies(Counted()), copies + (Memory::kShared ? 0 : 1));
    ExpectReceiverOwns(data);
    ExpectSendersAsAfterSuccess<Memory>(data);
  }

  // For C code the receiver gets an object of its own, and a copy of the data; for all others the
  // very object.
  template <typename Memory>
  void SameSide() {
    constexpr bool kCopies = std::is_base_of<CSendData<HostToDevice>, Call>::value ||
                             std::is_base_of<CSendData<DeviceToHost>, Call>::value;
    void* const data = Take<Memory>();
    ASSERT_NE(data, nullptr);
    auto arrivals = Collect(Call::kOwnSide);
    const auto message = Of(data, kBytes);

    ASSERT_EQ(Call::Send(Call::kOwnSide, "contract.Message", message), HIAI_OK);

    const std::shared_ptr<void> arrived = arrivals->Take();
    ASSERT_NE(arrived, nullptr);
    if (kCopies) {
      const auto copy = std::static_pointer_cast<Received>(arrived);
      EXPECT_NE(static_cast<void*>(copy->data), data);
      EXPECT_TRUE(Unchanged(copy->data));
      EXPECT_EQ(Call::Sender().c_free(copy->data), HIAI_OK);
    } else {
      EXPECT_EQ(arrived, message);
    }
    ExpectSenderOwns<Memory>(data);
  }

  template <typename Memory>
  void QueueFull() {
    void* const data = Take<Memory>();
    ASSERT_NE(data, nullptr);
    const auto gate = FillTarget();

    EXPECT_EQ(Send(Of(data, kBytes)), HIAI_QUEUE_FULL);

    ExpectSenderOwns<Memory>(data);
  }

  template <typename Memory>
  void NoCapacity() {
    void* const data = Take<Memory>();
    ASSERT_NE(data, nullptr);
    std::vector<void*> blocks;
    for (std::uint32_t bytes = kMaxBytes; bytes != 0; bytes /= 2) {
      for (void* block; (block = Call::Receiver().c_alloc(bytes, 0, 4)) != nullptr;) {
        blocks.push_back(block);
      }
    }

    EXPECT_EQ(Send(Of(data, kBytes)), HIAI_GRAPH_NO_USEFUL_MEMORY);

    for (void* const block : blocks) EXPECT_EQ(Call::Receiver().c_free(block), HIAI_OK);
    ExpectSenderOwns<Memory>(data);
  }

  // From an engine that still runs while its graph is destroyed; from outside, afterwards.
  template <typename Memory>
  void Closed() {
    void* const data = Take<Memory>();
    ASSERT_NE(data, nullptr);
    HIAI_StatusT status = HIAI_ERROR;
    if (Call::kClosed == HIAI_QUEUE_STOPPED) {
      auto answers = std::make_shared<Inbox>();
      Call::Sender().set_handler(Call::kSource, [data, answers](hiai::Engine& engine, std::uint32_t,
                                                                const std::shared_ptr<void>&) {
        EXPECT_EQ(hiai::Graph::DestroyGraph(engine.GetGraphId()), HIAI_OK);
        answers->Put(0, std::make_shared<HIAI_StatusT>(
                            engine.SendData(0, "contract.Message", Of(data, kBytes), 0)));
        return HIAI_StatusT{HIAI_OK};
      });
      ASSERT_EQ(Call::Sender().graph_send({1, Call::kSource, 0}, "go", Of(nullptr, 0), 500),
                HIAI_OK);
      const std::shared_ptr<void> answer = answers->Take();
      ASSERT_NE(answer, nullptr);
      status = *std::static_pointer_cast<HIAI_StatusT>(answer);
    } else {
      Destroy();
      status = Send(Of(data, kBytes));
    }

    EXPECT_EQ(status, Call::kClosed);
    ExpectSenderOwns<Memory>(data);
  }

  template <typename Memory>
  void NotInitialised() {
    void* const data = Take<Memory>();
    ASSERT_NE(data, nullptr);

    EXPECT_EQ(Call::SendWithoutGraph(Of(data, kBytes)), Call::kUnknown);

    ExpectSenderOwns<Memory>(data);
  }

  template <typename Memory>
  void Unregistered() {
    void* const data = Take<Memory>();
    ASSERT_NE(data, nullptr);

    EXPECT_EQ(Call::Send(Call::kTarget, "contract.Nobody", Of(data, kBytes)), Call::kUnregistered);

    ExpectSenderOwns<Memory>(data);
  }

  template <typename Memory>
  void Overrun() {
    void* const data = Take<Memory>();
    ASSERT_NE(data, nullptr);
    SetHooks(SerializeMode::kOverrun, DeserializeMode::kByHand);

    EXPECT_EQ(Send(Of(data, kBytes)), HIAI_BUFFER_SIZE_OVER_DMALLOC_SIZE);

    ExpectSenderOwns<Memory>(data);
  }

  template <typename Memory>
  void SerializeThrows() {
    void* const data = Take<Memory>();
    ASSERT_NE(data, nullptr);
    SetHooks(SerializeMode::kThrow, DeserializeMode::kByHand);

    EXPECT_EQ(Send(Of(data, kBytes)), HIAI_EXCEPTION);

    ExpectSenderOwns<Memory>(data);
  }

  // The receiver's part is released by the library: nobody else has it.
  template <typename Memory>
  void Dropped(DeserializeMode mode) {
    void* const data = Take<Memory>();
    ASSERT_NE(data, nullptr);
    SetHooks(SerializeMode::kNormal, mode);

    ASSERT_EQ(Send(Of(data, kBytes)), HIAI_OK);

    EXPECT_TRUE(Eventually([] { return Stats().views[Call::kReceiverView].live_blocks == 0; }));
    ExpectSendersAsAfterSuccess<Memory>(data);
  }
  template <typename Memory>
  void DeserializeThrows() {
    Dropped<Memory>(DeserializeMode::kThrow);
  }
  template <typename Memory>
  void DeserializeReturnsNull() {
    Dropped<Memory>(DeserializeMode::kReturnNull);
  }
  template <typename Memory>
  void DeserializeBindsThenThrows() {
    Dropped<Memory>(DeserializeMode::kBindThenThrow);
  }

  template <typename Memory>
  void SecondSend() {
    void* const data = Take<Memory>();
    ASSERT_NE(data, nullptr);
    const auto message = Of(data, kBytes);
    ASSERT_EQ(Send(message), HIAI_OK);
    const std::shared_ptr<Received> first = inbox_->TakeReceived();
    ASSERT_NE(first, nullptr);

    const HIAI_StatusT status = Send(message);

    if (Memory::kSendsAgain) {
      EXPECT_EQ(status, HIAI_OK);
      ExpectReceiverOwns(data);
    } else {
      EXPECT_EQ(status, HIAI_MEMORY_STATUS_ERROR);
    }
    EXPECT_TRUE(Unchanged(first->data));
    EXPECT_EQ(Call::Receiver().c_free(first->data), HIAI_OK);
    ExpectSendersAsAfterSuccess<Memory>(data);
  }

  template <typename Memory>
  void FreeBeforeFlight() {
    void* const data = Take<Memory>();
    ASSERT_NE(data, nullptr);
    ASSERT_EQ(Memory::Free(Call::Sender(), data), HIAI_OK);

    EXPECT_EQ(Send(Of(data, kBytes)), HIAI_GRAPH_NOT_FOND_MEMORY);

    ExpectNotSenders<Memory>(data);
  }

  template <typename Memory>
  void FreeInFlight() {
    void* const data = Take<Memory>();
    ASSERT_NE(data, nullptr);
    const auto gate = HoldTarget();
    ASSERT_EQ(Send(Of(data, kBytes)), HIAI_OK);

    const HIAI_StatusT status = Memory::Free(Call::Sender(), data);
    gate->Open();

    EXPECT_EQ(status, Memory::kMoves ? HIAI_GRAPH_NOT_FOND_MEMORY : HIAI_OK);
    SkipOne();
    ExpectReceiverOwns(nullptr);
  }

  template <typename Memory>
  void FreeAfterFlight() {
    void* const data = Take<Memory>();
    ASSERT_NE(data, nullptr);
    ASSERT_EQ(Send(Of(data, kBytes)), HIAI_OK);
    const std::shared_ptr<Received> received = inbox_->TakeReceived();
    ASSERT_NE(received, nullptr);

    const HIAI_StatusT status = Memory::Free(Call::Sender(), data);

    EXPECT_EQ(status, Memory::kMoves ? HIAI_GRAPH_NOT_FOND_MEMORY : HIAI_OK);
    EXPECT_TRUE(Unchanged(received->data));
    EXPECT_EQ(Call::Receiver().c_free(received->data), HIAI_OK);
  }

  // The target itself destroys the graph: what waits in its queue is certainly not delivered.
  template <typename Memory>
  void DestroyInFlight() {
    void* const data = Take<Memory>();
    ASSERT_NE(data, nullptr);
    const auto gate = std::make_shared<Gate>();
    Call::Receiver().set_handler(
        Call::kTarget, [gate](hiai::Engine& engine, std::uint32_t, const std::shared_ptr<void>&) {
          gate->Wait();
          EXPECT_EQ(hiai::Graph::DestroyGraph(engine.GetGraphId()), HIAI_OK);
          return HIAI_StatusT{HIAI_OK};
        });
    ASSERT_EQ(Send(Of(nullptr, 0)), HIAI_OK);
    gate->WaitForSomebody();
    ASSERT_EQ(Send(Of(data, kBytes)), HIAI_OK);

    gate->Open();

    EXPECT_TRUE(Eventually([] { return Stats().views[Call::kReceiverView].live_blocks == 0; }));
    ExpectSendersAsAfterSuccess<Memory>(data);
  }

  std::shared_ptr<Inbox> inbox_;
};
TYPED_TEST_SUITE(Ownership, Calls);

// One row: the five columns. Sentences of two words: "AutoAfterQueueFull".
#define OPENMATRIX_OWNERSHIP_OF_OURS(outcome)                                       \
  TYPED_TEST(Ownership, AutoAfter##outcome) { this->template outcome<Auto>(); }     \
  TYPED_TEST(Ownership, ManualAfter##outcome) { this->template outcome<Manual>(); } \
  TYPED_TEST(Ownership, DvppAfter##outcome) { this->template outcome<Dvpp>(); }     \
  TYPED_TEST(Ownership, ReceivedAfter##outcome) { this->template outcome<ReceivedBlock>(); }
#define OPENMATRIX_OWNERSHIP(outcome)   \
  OPENMATRIX_OWNERSHIP_OF_OURS(outcome) \
  TYPED_TEST(Ownership, ForeignAfter##outcome) { this->template outcome<Foreign>(); }

OPENMATRIX_OWNERSHIP(Success)
OPENMATRIX_OWNERSHIP(SameSide)
OPENMATRIX_OWNERSHIP(QueueFull)
OPENMATRIX_OWNERSHIP(NoCapacity)
OPENMATRIX_OWNERSHIP(Closed)
OPENMATRIX_OWNERSHIP(NotInitialised)
OPENMATRIX_OWNERSHIP(Unregistered)
OPENMATRIX_OWNERSHIP_OF_OURS(Overrun)
OPENMATRIX_OWNERSHIP(SerializeThrows)
OPENMATRIX_OWNERSHIP(DeserializeThrows)
OPENMATRIX_OWNERSHIP(DeserializeReturnsNull)
OPENMATRIX_OWNERSHIP(DeserializeBindsThenThrows)
OPENMATRIX_OWNERSHIP(SecondSend)
OPENMATRIX_OWNERSHIP_OF_OURS(FreeBeforeFlight)
OPENMATRIX_OWNERSHIP(FreeInFlight)
OPENMATRIX_OWNERSHIP(FreeAfterFlight)
OPENMATRIX_OWNERSHIP(DestroyInFlight)

}  // namespace
}  // namespace contract
