// Copies that no size class holds: above the largest block, or above their class's room within the
// limit.
#include <thread>
#include <vector>

#include "memory/block_table.h"
#include "memory/heap_impl.h"
#include "outgoing_support.h"

namespace openmatrix {
namespace {

constexpr std::uint32_t kOdd = 5'000'003;  // its class has 5 242 880 bytes

Options LimitedTo(std::uint64_t host, std::uint64_t device) {
  Options options = SmallHeap();
  options.host_memory = host;
  options.device_memory = device;
  return options;
}

class OutgoingLargeTest : public OutgoingFixture {
 protected:
  OutgoingLargeTest() : OutgoingFixture(LimitedTo(kOdd, kOdd)) {}

  Status CheckLimit(std::uint32_t bytes, View target, std::size_t deliveries = 1) {
    auto out = Outgoing::Inspect(heap_, source_.data(), bytes);
    return out.ok() ? out.value().CheckLimit(target, deliveries) : Status(out.error());
  }

  std::vector<std::uint8_t> source_ = std::vector<std::uint8_t>(kOdd + 1, 7);
};

TEST_F(OutgoingLargeTest, EveryLengthThatTheLimitAdmitsFitsToTheByte) {
  for (const View to : {kDevice, kHost}) {
    source_[kOdd - 1] = 8;
    Payload payload = Send(source_.data(), kOdd, to);
    ASSERT_NE(payload.address(), nullptr);

    EXPECT_EQ(payload.address()[0], 7);
    EXPECT_EQ(payload.address()[kOdd - 1], 8);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(payload.address()) % kGrainBytes, 0u);
    EXPECT_EQ(At(to).charged_bytes, kOdd) << "as asked for, not as rounded";
    EXPECT_EQ(At(to).live_blocks, 1u);
    EXPECT_EQ(At(to).live_bytes, kOdd);
    EXPECT_EQ(heap_.AskedBytes(payload.address()), kOdd);
    Receive(std::move(payload));
    EXPECT_EQ(At(to).charged_bytes, 0u) << "no cache keeps it";
    EXPECT_EQ(At(to).live_blocks, 0u);
    EXPECT_EQ(At(to).live_bytes, 0u);
  }
}

TEST_F(OutgoingLargeTest, EveryPartOfItIsTransferMemoryAndNoByteBehindIt) {
  Payload payload = Send(source_.data(), kOdd);
  const std::uint8_t* const start = payload.address();

  EXPECT_TRUE(heap_.Contains(start, kOdd));
  EXPECT_TRUE(heap_.Contains(start + kOdd - 1, 1));
  EXPECT_TRUE(heap_.Contains(start + kOdd / 2, kOdd / 2));
  EXPECT_FALSE(heap_.Contains(start, kOdd + 1));
  EXPECT_FALSE(heap_.Contains(start + 1, kOdd));
  EXPECT_FALSE(heap_.Contains(start + kOdd, 1));
  EXPECT_FALSE(heap_.Contains(start, 0xffffffff));
  EXPECT_EQ(Free(Writable(payload) + kGrainBytes), FreeVerdict::kInterior);
  EXPECT_EQ(Free(Writable(payload), Family::kDvpp), FreeVerdict::kWrongFamily);
  Receive(std::move(payload));
}

TEST_F(OutgoingLargeTest, AByteMoreThanTheLimitIsTooLargeForGood) {
  for (const View to : {kDevice, kHost}) {
    EXPECT_TRUE(CheckLimit(kOdd, to).ok());
    const Status status = CheckLimit(kOdd + 1, to);
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, Code::kTooLarge);
    EXPECT_NE(status.error().text.find("5000004 bytes"), std::string::npos) << status.error().text;
    EXPECT_NE(status.error().text.find("5000003"), std::string::npos) << status.error().text;
    EXPECT_NE(status.error().text.find(to.is_host() ? "HOST_MEMORY" : "DEVICE_MEMORY"),
              std::string::npos);
  }
  EXPECT_TRUE(CheckLimit(kOdd / 3, kDevice, 3).ok());
  EXPECT_FALSE(CheckLimit(kOdd / 3 + 1, kDevice, 3).ok());
  heap_.impl().limits.total_bytes = kOdd - 1;  // of all sides
  EXPECT_FALSE(CheckLimit(kOdd, kDevice).ok());
}

TEST_F(OutgoingLargeTest, ADroppedOneGoesBackBeforeAndAfterItsCommit) {
  Prepared(heap_, source_.data(), kOdd).Drop();
  EXPECT_EQ(At(kDevice).charged_bytes, 0u);
  { Payload payload = Send(source_.data(), kOdd); }
  EXPECT_EQ(At(kDevice).charged_bytes, 0u);
  EXPECT_EQ(At(kDevice).live_blocks, 0u);
}

TEST_F(OutgoingLargeTest, AReceiverThatFreesInFlightLeavesItToTheEndOfTheFlight) {
  Payload payload = Send(source_.data(), kOdd);
  std::uint8_t* const address = Writable(payload);
  EXPECT_EQ(Free(address), FreeVerdict::kFreed);
  EXPECT_EQ(Free(address), FreeVerdict::kUnknown) << "once";
  EXPECT_EQ(At(kDevice).charged_bytes, 0u);

  Payload next = Send(source_.data(), kOdd);
  EXPECT_NE(next.address(), address) << "the first one still flies";
  payload.Deliver();
  Receive(std::move(next));
  heap_.Trim();
  EXPECT_GE(heap_.Counts().decommitted_bytes, 2ull * kOdd);
}

TEST_F(OutgoingLargeTest, ItGoesOnwardFromAnyOfItsBytes) {
  Payload first = Send(source_.data(), kOdd);
  std::uint8_t* const received = Writable(first);
  first.Deliver();
  received[1000] = 9;

  Payload second = Send(received + 1000, kOdd - 1000, kHost);

  EXPECT_EQ(second.address()[0], 9);
  EXPECT_EQ(Copies(CopyReason::kForwarded), 1u);
  EXPECT_EQ(Refusal(received + 1000, kOdd - 999), Code::kOverrun);
  Receive(std::move(second));
  EXPECT_EQ(Free(received), FreeVerdict::kFreed);
  EXPECT_EQ(At(kHost).charged_bytes + At(kDevice).charged_bytes, 0u);
}

TEST_F(OutgoingLargeTest, WhoeverWaitsForItsRoomGetsIt) {
  Payload first = Send(source_.data(), kOdd);
  EXPECT_EQ(Refusal(source_.data(), kOdd), Code::kNoCapacity);
  Code outcome = Code::kNoMemory;
  std::thread sender([&] {
    auto out = Outgoing::Inspect(heap_, source_.data(), kOdd);
    auto payload = out.value().PrepareFor(kDevice, LongWait());
    outcome = payload.ok() ? Code::kCount : payload.error().code;
  });
  Await([&] { return heap_.Counts().waits > 0; });

  Receive(std::move(first));

  sender.join();
  EXPECT_EQ(outcome, Code::kCount);
  EXPECT_EQ(At(kDevice).charged_bytes, 0u);
}

TEST(OutgoingLarge, ABlockThatIsTooLargeForTheTargetAsRoundedIsCopied) {
  Heap heap(LimitedTo(16 * kMiB, kOdd));
  auto block = heap.Allocate(kHost, kOdd, Family::kTransfer, Release::kAuto, NoWait());
  ASSERT_TRUE(block.ok());
  static_cast<char*>(block.value())[kOdd - 1] = 5;

  Prepared send(heap, block.value(), kOdd);
  EXPECT_EQ(send.Commit(), Code::kCount);

  EXPECT_EQ(send.Take().address()[kOdd - 1], 5);
  EXPECT_EQ(heap.Counts().copies[static_cast<std::size_t>(CopyReason::kOutsideWindow)], 1u);
}

// Nothing of it is touched.
TEST(OutgoingLarge, TheLastLengthFitsALimitOf4GiBBesideOneOnTheHost) {
  Heap heap(LimitedTo(5ull << 30, 4ull << 30));
  Heap::Impl& impl = heap.impl();
  for (const View view : {kHost, kDevice}) {
    auto block = impl.AllocateReceived(view, 0xffffffff, NoWait());
    ASSERT_TRUE(block.ok()) << block.error().text;
    EXPECT_EQ(heap.AskedBytes(block.value()), 0xffffffffu);
    EXPECT_TRUE(heap.Contains(block.value(), 0xffffffff));
    EXPECT_FALSE(heap.Contains(block.value() + 1, 0xffffffff));
    EXPECT_EQ(heap.Counts().views[view.index].charged_bytes, 0xffffffffu);
    EXPECT_EQ(heap.Counts().views[view.index].live_bytes, 0xffffffffu);
    View found;
    ASSERT_TRUE(heap.FindView(block.value() + 0xfffffffe, found));
    EXPECT_EQ(found.index, view.index);
  }
  EXPECT_FALSE(impl.AllocateReceived(kOtherDevice, 0xffffffff, NoWait()).ok()) << "no window left";
}

}  // namespace
}  // namespace openmatrix
