// The door of the transport with a real heap: what crosses, what is copied, what a failure leaves.
#include "transport/hdc.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "hdc_fixture.h"

namespace openmatrix {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

TEST_F(Hdc, ANullMessageIsRefused) {
  const Status status = SendTo({ToDevice()}, nullptr);

  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Code::kNullMessage);
}

TEST_F(Hdc, TheSameSideGetsTheVeryObjectWithoutARegistration) {
  const auto picture = MakePicture(nullptr, 0);

  ASSERT_TRUE(SendTo({ToHost()}, picture, Now(), "never registered"));
  EXPECT_EQ(picture.use_count(), 2);

  EXPECT_EQ(TakeFrom(host_box_), picture);
  EXPECT_EQ(out_calls_, 0);
}

TEST_F(Hdc, AnUnregisteredTypeDoesNotCross) {
  const Status status = SendTo({ToDevice()}, MakePicture(nullptr, 0), Now(), "never registered");

  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Code::kNoSerializer);
  EXPECT_EQ(device_box_.Size(0), 0u);
}

TEST_F(Hdc, TheFirstHopCopiesNothing) {
  std::uint8_t* block = Block(kHost, Release::kManual);
  ASSERT_NE(block, nullptr);

  ASSERT_TRUE(SendTo({ToDevice()}, MakePicture(block)));
  const auto received = TakeFrom(device_box_);

  ASSERT_NE(received, nullptr);
  EXPECT_EQ(received->number, 42u);
  EXPECT_EQ(received->bytes, kBytes);
  EXPECT_NE(received->data, block);
  View view;
  ASSERT_TRUE(heap_.FindView(received->data, view));
  EXPECT_TRUE(view == kDevice);
  block[7] = 99;  // the same page: a late write of the sender is seen
  EXPECT_EQ(received->data[7], 99);
  EXPECT_EQ(heap_.Counts().shared_sends, 1u);
  EXPECT_EQ(AllCopies(), 0u);
  EXPECT_EQ(heap_.Free(block, Family::kTransfer), FreeVerdict::kFreed);
}

TEST_F(Hdc, AnAutoBlockMovesToTheReceiver) {
  std::uint8_t* block = Block(kHost, Release::kAuto);
  ASSERT_NE(block, nullptr);

  ASSERT_TRUE(SendTo({ToDevice()}, MakePicture(block)));

  EXPECT_EQ(heap_.Free(block, Family::kTransfer), FreeVerdict::kUnknown);
  auto received = TakeFrom(device_box_);
  ASSERT_NE(received, nullptr);
  EXPECT_EQ(received->data[0], 1);
  EXPECT_EQ(LiveBlocks(), 1u);
  received.reset();
  EXPECT_EQ(last_free_, FreeVerdict::kFreed);
  EXPECT_EQ(LiveBlocks(), 0u);
}

TEST_F(Hdc, ASecondSendOfAnAutoBlockIsRefused) {
  std::uint8_t* block = Block(kHost, Release::kAuto);
  ASSERT_NE(block, nullptr);
  const auto picture = MakePicture(block);
  ASSERT_TRUE(SendTo({ToDevice()}, picture));

  const Status second = SendTo({ToDevice()}, picture);

  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::kWrongState);
  EXPECT_EQ(device_box_.Size(0), 1u);
}

TEST_F(Hdc, AFreedBlockIsRefused) {
  std::uint8_t* block = Block(kHost, Release::kManual);
  ASSERT_NE(block, nullptr);
  ASSERT_EQ(heap_.Free(block, Family::kTransfer), FreeVerdict::kFreed);

  const Status status = SendTo({ToDevice()}, MakePicture(block));

  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Code::kNotFound);
}

TEST_F(Hdc, MoreBytesThanTheBlockHasAreRefused) {
  std::uint8_t* block = Block(kHost, Release::kAuto);
  ASSERT_NE(block, nullptr);

  const Status status = SendTo({ToDevice()}, MakePicture(block, kBytes + 4096));

  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Code::kOverrun);
  EXPECT_EQ(heap_.Free(block, Family::kTransfer), FreeVerdict::kFreed);
}

TEST_F(Hdc, ForeignMemoryMayBeFreedRightAfterTheSend) {
  auto* foreign = static_cast<std::uint8_t*>(std::malloc(kBytes));
  std::memset(foreign, 5, kBytes);

  ASSERT_TRUE(SendTo({ToDevice()}, MakePicture(foreign)));
  std::memset(foreign, 6, kBytes);
  std::free(foreign);

  const auto received = TakeFrom(device_box_);
  ASSERT_NE(received, nullptr);
  EXPECT_EQ(received->data[0], 5);
  EXPECT_EQ(received->data[kBytes - 1], 5);
  EXPECT_EQ(Copies(CopyReason::kForeign), 1u);
}

TEST_F(Hdc, AReceivedBlockSentOnwardIsCopied) {
  std::uint8_t* block = Block(kHost, Release::kAuto);
  ASSERT_NE(block, nullptr);
  ASSERT_TRUE(SendTo({ToDevice()}, MakePicture(block)));
  auto received = TakeFrom(device_box_);
  ASSERT_NE(received, nullptr);

  const std::vector<Target> back = {ToHost()};
  ASSERT_TRUE(Send(DeviceSender(), Targets{back.data(), 1}, "Picture", received, Now()));

  auto returned = TakeFrom(host_box_);
  ASSERT_NE(returned, nullptr);
  EXPECT_EQ(returned->data[kBytes - 1], 1);
  EXPECT_EQ(Copies(CopyReason::kForwarded), 1u);
  received.reset();
  returned.reset();
  EXPECT_EQ(LiveBlocks(), 0u);
}

TEST_F(Hdc, AMessageWithoutDataCrosses) {
  std::uint8_t unused = 0;
  for (const auto& picture :
       {MakePicture(nullptr, 0), MakePicture(nullptr, 7), MakePicture(&unused, 0)}) {
    ASSERT_TRUE(SendTo({ToDevice()}, picture));
    const auto received = TakeFrom(device_box_);
    ASSERT_NE(received, nullptr);
    EXPECT_EQ(received->number, 42u);
    EXPECT_EQ(received->data, nullptr);
    EXPECT_EQ(received->bytes, 0u);
  }
  EXPECT_EQ(AllCopies(), 0u);
}

TEST_F(Hdc, AFanOutSerializesOnceSharesOnceAndCopiesTheRest) {
  std::uint8_t* block = Block(kHost, Release::kAuto);
  ASSERT_NE(block, nullptr);
  const auto picture = MakePicture(block);

  ASSERT_TRUE(SendTo({ToDevice1(), ToDevice(), ToHost(), ToDevice()}, picture));

  EXPECT_EQ(out_calls_, 1);
  EXPECT_EQ(heap_.Counts().shared_sends, 1u);
  EXPECT_EQ(Copies(CopyReason::kFanOut), 2u);
  EXPECT_EQ(TakeFrom(host_box_), picture);
  std::vector<std::shared_ptr<Picture>> received = {TakeFrom(device1_box_), TakeFrom(device_box_),
                                                    TakeFrom(device_box_)};
  for (const auto& each : received) {
    ASSERT_NE(each, nullptr);
    EXPECT_EQ(each->number, 42u);
    EXPECT_EQ(each->data[kBytes - 1], 1);
  }
  EXPECT_NE(received[1]->data, received[2]->data);
  EXPECT_EQ(LiveBlocks(), 3u);
  received.clear();
  EXPECT_EQ(LiveBlocks(), 0u);
}

TEST_F(Hdc, TwoDeliveriesToAPortThatHoldsOneAreFull) {
  std::uint8_t* block = Block(kHost, Release::kAuto);
  ASSERT_NE(block, nullptr);

  const Status status =
      SendTo({ToDevice(1), ToDevice(1)}, MakePicture(block), Wait::For(milliseconds(1)));

  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Code::kQueueFull);
  EXPECT_EQ(device_box_.Size(1), 0u);
  EXPECT_EQ(heap_.Free(block, Family::kTransfer), FreeVerdict::kFreed);
}

TEST_F(Hdc, AFullQueueChangesNothing) {
  ASSERT_TRUE(SendTo({ToDevice(1)}, MakePicture(nullptr, 0)));
  std::uint8_t* block = Block(kHost, Release::kAuto);
  ASSERT_NE(block, nullptr);
  const auto picture = MakePicture(block);
  const std::uint64_t live = LiveBlocks();

  for (const auto& targets : {std::vector<Target>{ToDevice(1)},
                              std::vector<Target>{ToHost(), ToDevice(0), ToDevice(1)}}) {
    const Status status = SendTo(targets, picture);

    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, Code::kQueueFull);
    EXPECT_EQ(LiveBlocks(), live);
    EXPECT_EQ(device_box_.Size(0), 0u);
    EXPECT_EQ(host_box_.Size(0), 0u);
    EXPECT_EQ(AllCopies(), 0u);
  }
  ASSERT_NE(TakeFrom(device_box_), nullptr);
  EXPECT_TRUE(SendTo({ToDevice(1)}, picture));
}

// Code::kCount if there is no error.
Code CodeOf(const Result<std::shared_ptr<void>>& result) {
  return result ? Code::kCount : result.error().code;
}

TEST_F(Hdc, MoreThanTheReceiverMayEverHaveIsRefusedThoughItsQueueIsFull) {
  ASSERT_TRUE(SendTo({ToDevice(1)}, MakePicture(nullptr, 0)));
  std::uint8_t byte = 0;  // nobody reads more of it
  const auto most = static_cast<std::uint32_t>(SmallOptions().device_memory);
  const Wait forever{std::chrono::steady_clock::time_point::max(), nullptr};

  for (const auto& [bytes, targets] :
       {std::pair{most + 1, std::vector<Target>{ToDevice(1)}},
        std::pair{0xffffffffu, std::vector<Target>{ToHost(), ToDevice(1)}},
        std::pair{most / 2 + 1, std::vector<Target>{ToDevice(1), ToDevice(), ToDevice1()}}}) {
    const Status status = SendTo(targets, MakePicture(&byte, bytes), forever);

    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, Code::kTooLarge);
    EXPECT_EQ(status.error().text.find("message \"Picture\": "), 0u) << status.error().text;
  }
  EXPECT_EQ(CodeOf(Copy(HostSender(), "Picture", MakePicture(&byte, most + 1), forever)),
            Code::kTooLarge);
  EXPECT_EQ(LiveBlocks(), 0u);
}

TEST_F(Hdc, AFullDeviceChangesNothing) {
  std::vector<void*> hoard;
  for (;;) {
    Result<void*> block = heap_.Allocate(kDevice, kMiB, Family::kTransfer, Release::kManual, Now());
    if (!block) break;
    hoard.push_back(block.value());
  }
  Result<void*> block = heap_.Allocate(kHost, 2 * kMiB, Family::kTransfer, Release::kAuto, Now());
  ASSERT_TRUE(block);
  auto* data = static_cast<std::uint8_t*>(block.value());
  const auto picture = MakePicture(data, 2 * kMiB);

  const Status status = SendTo({ToDevice()}, picture);

  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Code::kNoCapacity);
  EXPECT_EQ(device_box_.Size(0), 0u);
  EXPECT_EQ(heap_.AskedBytes(data), 2 * kMiB);
  for (void* each : hoard) EXPECT_EQ(heap_.Free(each, Family::kTransfer), FreeVerdict::kFreed);
  EXPECT_TRUE(SendTo({ToDevice()}, picture));
}

TEST_F(Hdc, AClosedTargetChangesNothing) {
  std::uint8_t* block = Block(kHost, Release::kAuto);
  ASSERT_NE(block, nullptr);
  device_box_.Close();

  const Status status = SendTo({ToDevice1(), ToDevice()}, MakePicture(block));

  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Code::kQueueStopped);
  EXPECT_EQ(device1_box_.Size(0), 0u);
  EXPECT_EQ(heap_.Free(block, Family::kTransfer), FreeVerdict::kFreed);
}

TEST_F(Hdc, ASerializeHookThatThrowsChangesNothing) {
  hooks_.fast_out = [](void*, std::string&, std::uint8_t*&, std::uint32_t&) {
    throw std::runtime_error("broken");
  };

  const Status status = SendTo({ToDevice()}, MakePicture(nullptr, 0));

  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Code::kHookFailed);
  EXPECT_EQ(device_box_.Size(0), 0u);
}

TEST_F(Hdc, AMessageThatTheReceiverCannotMakeIsDroppedWithItsBlock) {
  hooks_.fast_in = {};
  std::uint8_t* block = Block(kHost, Release::kAuto);
  ASSERT_NE(block, nullptr);
  ASSERT_TRUE(SendTo({ToDevice()}, MakePicture(block)));

  EXPECT_EQ(TakeFrom(device_box_), nullptr);
  EXPECT_EQ(LiveBlocks(), 0u);
}

TEST_F(Hdc, AHookThatReturnsNullLeaksNothing) {
  hooks_.fast_in = [](const char*, const std::uint32_t&, const std::uint8_t*,
                      const std::uint32_t&) -> std::shared_ptr<void> { return nullptr; };
  std::uint8_t* block = Block(kHost, Release::kAuto);
  ASSERT_NE(block, nullptr);
  ASSERT_TRUE(SendTo({ToDevice()}, MakePicture(block)));

  EXPECT_EQ(TakeFrom(device_box_), nullptr);
  EXPECT_EQ(LiveBlocks(), 0u);
}

TEST_F(Hdc, AHookThatBindsTheDataAndThenThrowsFreesNothingTwice) {
  hooks_.fast_in = [this](const char*, const std::uint32_t&, const std::uint8_t* data,
                          const std::uint32_t&) -> std::shared_ptr<void> {
    const std::shared_ptr<void> bound(const_cast<std::uint8_t*>(data), [this](void* block) {
      last_free_ = heap_.Free(block, Family::kTransfer);
    });
    throw std::runtime_error("too late");
  };
  std::uint8_t* block = Block(kHost, Release::kAuto);
  ASSERT_NE(block, nullptr);
  ASSERT_TRUE(SendTo({ToDevice()}, MakePicture(block)));

  EXPECT_EQ(TakeFrom(device_box_), nullptr);

  EXPECT_EQ(last_free_, FreeVerdict::kFreed);
  EXPECT_EQ(LiveBlocks(), 0u);
  EXPECT_EQ(heap_.Counts().bad_frees, 0u);
}

TEST_F(Hdc, AQueuedMessageThatIsDrainedReleasesItsBlock) {
  std::uint8_t* block = Block(kHost, Release::kAuto);
  ASSERT_NE(block, nullptr);
  ASSERT_TRUE(SendTo({ToDevice()}, MakePicture(block)));

  device_box_.Close();
  device_box_.Drain();

  EXPECT_EQ(LiveBlocks(), 0u);
}

TEST_F(Hdc, ACopyForTheOwnSideLeavesTheOriginalAlone) {
  std::uint8_t* block = Block(kHost, Release::kAuto);
  ASSERT_NE(block, nullptr);
  const auto picture = MakePicture(block);

  Result<std::shared_ptr<void>> copy = Copy(HostSender(), "Picture", picture, Now());

  ASSERT_TRUE(copy);
  const auto* received = static_cast<Picture*>(copy.value().get());
  EXPECT_EQ(received->number, 42u);
  EXPECT_NE(received->data, block);
  EXPECT_EQ(std::memcmp(received->data, block, kBytes), 0);
  copy.value().reset();
  EXPECT_EQ(last_free_, FreeVerdict::kFreed);
  EXPECT_EQ(heap_.Free(block, Family::kTransfer), FreeVerdict::kFreed);
  EXPECT_EQ(LiveBlocks(), 0u);
}

TEST_F(Hdc, ACopyNeedsBothHooks) {
  EXPECT_EQ(CodeOf(Copy(HostSender(), "unheard of", MakePicture(nullptr, 0), Now())),
            Code::kNoSerializer);
  hooks_.fast_in = {};
  host_types_.Refresh();
  EXPECT_EQ(CodeOf(Copy(HostSender(), "Picture", MakePicture(nullptr, 0), Now())),
            Code::kHookFailed);
  EXPECT_EQ(CodeOf(Copy(HostSender(), "Picture", nullptr, Now())), Code::kNullMessage);
}

TEST_F(Hdc, ACommonTypeGoesBothWays) {
  const auto text = std::make_shared<std::string>("hello");
  const std::vector<Target> back = {ToHost()};

  ASSERT_TRUE(SendTo({ToDevice()}, text, Now(), "Text"));
  Frame frame;
  ASSERT_TRUE(device_box_.Take(frame, Now()));
  const std::shared_ptr<void> there = Receive(device_types_, std::move(frame));
  ASSERT_NE(there, nullptr);
  ASSERT_TRUE(Send(DeviceSender(), Targets{back.data(), 1}, "Text", there, Now()));
  ASSERT_TRUE(host_box_.Take(frame, Now()));
  const std::shared_ptr<void> returned = Receive(host_types_, std::move(frame));

  ASSERT_NE(returned, nullptr);
  EXPECT_NE(returned, std::shared_ptr<void>(text));
  EXPECT_EQ(*static_cast<std::string*>(returned.get()), "hello");
}

// Two senders fan out to the same small ports in opposite orders, with patience for ever: if one
// could hold what the other waits for, the test would not end.
TEST_F(Hdc, CrossedFanOutsDoNotWaitForEachOther) {
  constexpr int kEach = 3000;
  Mailbox first({2}, microseconds(0));
  Mailbox second({2}, microseconds(0));
  const Target to_first{&first, 0, kDevice};
  const Target to_second{&second, 0, kDevice1};
  const std::vector<std::vector<Target>> orders = {{to_first, to_second, to_first},
                                                   {to_second, to_first, to_second}};
  const Wait forever{std::chrono::steady_clock::time_point::max(), nullptr};
  std::vector<std::thread> threads;
  for (const std::vector<Target>& targets : orders) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) {
        const Status status = SendTo(targets, MakePicture(Block(kHost, Release::kAuto)), forever);
        EXPECT_TRUE(status) << status.error().text;
        if (!status) return first.Close(), second.Close();
      }
    });
  }
  for (Mailbox* mailbox : {&first, &second}) {
    threads.emplace_back([&, mailbox] {
      Frame frame;
      for (int i = 0; i < 3 * kEach; ++i) {
        if (!mailbox->Take(frame)) return;  // closed after a failure
        EXPECT_NE(frame.payload.address(), nullptr);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(LiveBlocks(), 0u);
}

}  // namespace
}  // namespace openmatrix
