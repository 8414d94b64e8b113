// When the address of a block that was sent away may be issued again.
#include <memory>

#include "outgoing_support.h"

namespace openmatrix {
namespace {

class HeapQuarantineTest : public OutgoingFixture {
 protected:
  // One automatic block goes to the device and is released there. Returns its address.
  std::uint8_t* Cycle(std::uint32_t bytes, std::weak_ptr<void> message = {}) {
    std::uint8_t* block = Get(kHost, bytes);
    Receive(Send(block, bytes, kDevice, std::move(message)));
    return block;
  }
  std::uint64_t Quarantined() { return heap_.Counts().quarantined_blocks; }
  // Whether `address` is issued within the next `cycles`.
  bool ComesBack(const std::uint8_t* address, int cycles) {
    for (int i = 0; i < cycles; ++i) {
      if (Cycle(4096) == address) return true;
    }
    return false;
  }
};

TEST_F(HeapQuarantineTest, AnAddressComesBackAfter64LaterSendsAndNotBefore) {
  std::uint8_t* sent = Cycle(4096);

  EXPECT_FALSE(ComesBack(sent, 64));
  EXPECT_TRUE(ComesBack(sent, 2000));
}

TEST_F(HeapQuarantineTest, AnAddressDoesNotComeBackWhileItsMessageLives) {
  auto message = std::make_shared<int>(1);
  std::uint8_t* sent = Cycle(4096, message);
  EXPECT_FALSE(ComesBack(sent, 1000));

  message.reset();

  EXPECT_TRUE(ComesBack(sent, 2000));
}

TEST_F(HeapQuarantineTest, ABlockThatItsReceiverHoldsDoesNotComeBackWhateverTheQuarantineSays) {
  std::uint8_t* sent = Get(kHost, 4096);
  Payload payload = Send(sent, 4096);
  std::uint8_t* received = Writable(payload);
  payload.Deliver();
  EXPECT_FALSE(ComesBack(sent, 1000));

  EXPECT_EQ(Free(received), FreeVerdict::kFreed);
}

TEST_F(HeapQuarantineTest, AtMostAQuarterOfTheLimitIsKept) {
  for (int i = 0; i < 4; ++i) Cycle(kMiB);
  EXPECT_EQ(Quarantined(), 4u);
  EXPECT_GE(At(kHost).charged_bytes, 4 * kMiB) << "charged to the side that may free it late";
  EXPECT_EQ(heap_.Counts().quarantine_overflows, 0u);

  Cycle(kMiB);

  EXPECT_EQ(Quarantined(), 4u);
  EXPECT_EQ(heap_.Counts().quarantine_overflows, 1u);
}

TEST_F(HeapQuarantineTest, AnAllocationThatWouldWaitBreaksItFirst) {
  for (int i = 0; i < 4; ++i) Cycle(kMiB);

  std::uint8_t* all = Get(kHost, 16 * kMiB);

  EXPECT_NE(all, nullptr);
  EXPECT_EQ(Quarantined(), 0u);
  EXPECT_EQ(heap_.Counts().waits, 0u);
}

TEST_F(HeapQuarantineTest, TheLimitOfAnotherSideDoesNotBreakIt) {
  for (int i = 0; i < 4; ++i) Cycle(kMiB);
  std::uint8_t* full = Get(kDevice, 8 * kMiB);

  EXPECT_FALSE(heap_.Allocate(kDevice, 1, Family::kTransfer, Release::kAuto, NoWait()).ok());

  EXPECT_EQ(Quarantined(), 4u);
  Free(full);
}

TEST_F(HeapQuarantineTest, AFreeAtTheReceiverWakesAWaiterOfTheOrigin) {
  Payload payloads[2];
  for (Payload& payload : payloads) payload = Send(Get(kHost, 2 * kMiB), 2 * kMiB);
  std::uint8_t* rest = Get(kHost, 16 * kMiB);
  std::thread receiver([&] {
    Await([&] { return heap_.Counts().waits == 1; });
    for (Payload& payload : payloads) Receive(std::move(payload));
    Free(rest);
  });

  auto block = heap_.Allocate(kHost, 16 * kMiB, Family::kTransfer, Release::kAuto, LongWait());

  EXPECT_TRUE(block.ok());
  receiver.join();
}

}  // namespace
}  // namespace openmatrix
