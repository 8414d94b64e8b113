// Sends that must copy: each for its reason, each counted.
#include <array>
#include <cstring>
#include <vector>

#include "memory/outgoing.h"
#include "outgoing_support.h"

namespace openmatrix {
namespace {

class OutgoingCopyTest : public OutgoingFixture {
 protected:
  // Exactly one copy was made, for `reason`, of `bytes`.
  void ExpectOneCopy(CopyReason reason, std::uint64_t bytes) {
    const MemoryCounts counts = heap_.Counts();
    for (std::size_t other = 0; other < kCopyReasons; ++other) {
      const bool mine = other == static_cast<std::size_t>(reason);
      EXPECT_EQ(counts.copies[other], mine ? 1u : 0u) << Name(static_cast<CopyReason>(other));
      EXPECT_EQ(counts.copied_bytes[other], mine ? bytes : 0u);
    }
  }
};

TEST_F(OutgoingCopyTest, ForeignMemoryIsCopiedAndStaysTheCallers) {
  std::vector<std::uint8_t> foreign(5000, 7);
  Payload payload = Send(foreign.data(), 5000);
  foreign.assign(5000, 8);

  EXPECT_EQ(payload.address()[0], 7);
  EXPECT_EQ(payload.address()[4999], 7);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(payload.address()) % 128, 0u);
  EXPECT_TRUE(heap_.Contains(payload.address(), 5000));
  ExpectOneCopy(CopyReason::kForeign, 5000);
  Receive(std::move(payload));
  ExpectNothingLeft();
}

TEST_F(OutgoingCopyTest, APayloadInsideABlockIsCopiedAndTheBlockCountsAsSent) {
  std::uint8_t* block = Get(kHost, kMiB);
  block[1000] = 3;
  Payload payload = Send(block + 1000, 500);

  EXPECT_EQ(payload.address()[0], 3);
  EXPECT_EQ(At(kHost).live_blocks, 0u) << "automatic: gone";
  ExpectOneCopy(CopyReason::kInterior, 500);
  EXPECT_EQ(Free(block), FreeVerdict::kUnknown);
  Receive(std::move(payload));
  ExpectNothingLeft();
}

TEST_F(OutgoingCopyTest, AReceivedBlockIsCopiedOnwardAndStaysWithItsHolder) {
  Payload first = Send(Get(kHost, 4096), 4096);
  std::uint8_t* received = Writable(first);
  first.Deliver();
  received[9] = 9;

  Payload second = Send(received, 4096, kOtherDevice);

  EXPECT_EQ(second.address()[9], 9);
  ExpectOneCopy(CopyReason::kForwarded, 4096);
  EXPECT_EQ(Free(received), FreeVerdict::kFreed);
  Receive(std::move(second));
  ExpectNothingLeft();
}

TEST_F(OutgoingCopyTest, OnlyTheFirstOfSeveralTargetsShares) {
  std::uint8_t* block = Get(kHost, kMiB, Release::kManual);
  block[0] = 1;
  auto out = Outgoing::Inspect(heap_, block, kMiB);
  ASSERT_TRUE(out.ok());
  auto one = out.value().PrepareFor(kDevice, NoWait());
  auto two = out.value().PrepareFor(kOtherDevice, NoWait());
  ASSERT_TRUE(one.ok() && two.ok());
  std::array<Payload, 2> payloads{std::move(one.value()), std::move(two.value())};
  ASSERT_TRUE(out.value().Commit(payloads.data(), payloads.size(), {}).ok());

  block[0] = 2;

  EXPECT_EQ(payloads[0].address()[0], 2) << "shared";
  EXPECT_EQ(payloads[1].address()[0], 1) << "copied";
  ExpectOneCopy(CopyReason::kFanOut, kMiB);
  for (Payload& payload : payloads) Receive(std::move(payload));
  Free(block);
  ExpectNothingLeft();
}

TEST_F(OutgoingCopyTest, ABlockThatAReceiverStillHoldsIsCopied) {
  std::uint8_t* block = Get(kDevice, 4096, Release::kAuto, Family::kDvpp);
  Payload first = Send(block, 4096, kHost);
  Payload second = Send(block, 4096, kHost);

  EXPECT_NE(first.address(), second.address());
  ExpectOneCopy(CopyReason::kTargetBusy, 4096);
  Receive(std::move(first));
  Receive(std::move(second));
  Free(block, Family::kDvpp);
  ExpectNothingLeft();
}

TEST_F(OutgoingCopyTest, ABlockOfTheTargetsOwnViewIsCopied) {
  std::uint8_t* block = Get(kDevice, 4096);
  Payload payload = Send(block, 4096, kDevice);
  EXPECT_NE(payload.address(), block);
  ExpectOneCopy(CopyReason::kTargetBusy, 4096);
  Receive(std::move(payload));
  ExpectNothingLeft();
}

TEST(OutgoingRules, LenientRulesCopyARepeatedSendWhileTheSenderHoldsTheBytes) {
  Options options = SmallHeap();
  options.rules = Rules::kLenient;
  Heap heap(options);
  auto block = heap.Allocate(kHost, 4096, Family::kTransfer, Release::kManual, NoWait());
  ASSERT_TRUE(block.ok());
  Prepared first(heap, block.value(), 4096);
  ASSERT_EQ(first.Commit(), Code::kCount);
  Prepared second(heap, block.value(), 4096);
  ASSERT_EQ(second.Commit(), Code::kCount);

  EXPECT_EQ(heap.Counts().copies[static_cast<std::size_t>(CopyReason::kRepeated)], 1u);
  EXPECT_NE(first.Take().address(), second.Take().address());
  EXPECT_EQ(heap.Free(block.value(), Family::kTransfer), FreeVerdict::kFreed);
}

TEST(OutgoingWindow, ABlockBeyondTheDeviceWindowIsCopied) {
  Options options = SmallHeap();
  options.host_memory = 5ull << 30;  // nothing of it is touched
  Heap heap(options);
  std::vector<void*> blocks;
  for (int i = 0; i < 16; ++i) {  // fills the window's 4 GiB
    auto block = heap.Allocate(kHost, 268435360, Family::kTransfer, Release::kAuto, NoWait());
    ASSERT_TRUE(block.ok()) << block.error().text;
    blocks.push_back(block.value());
  }
  auto beyond = heap.Allocate(kHost, kMiB, Family::kTransfer, Release::kAuto, NoWait());
  ASSERT_TRUE(beyond.ok());
  static_cast<char*>(beyond.value())[kMiB - 1] = 5;
  heap.Free(blocks.back(), Family::kTransfer);  // room for the copy
  heap.Trim();

  Prepared send(heap, beyond.value(), kMiB);
  EXPECT_EQ(send.Commit(), Code::kCount);

  EXPECT_EQ(send.Take().address()[kMiB - 1], 5);
  EXPECT_EQ(heap.Counts().copies[static_cast<std::size_t>(CopyReason::kOutsideWindow)], 1u);
}

}  // namespace
}  // namespace openmatrix
