// Sends over links that are cut.
#include <thread>

#include "../base/manual_clock.h"
#include "hdc_fixture.h"

namespace openmatrix {
namespace {

class HdcLinks : public Hdc {
 protected:
  Status SendFrom(Sender sender, const std::vector<Target>& targets, const Wait& wait = Now()) {
    sender.cut_links = &links_;
    return Send(sender, Targets{targets.data(), targets.size()}, "Picture", MakePicture(nullptr, 0),
                wait);
  }

  Code FailureFrom(Sender sender, const std::vector<Target>& targets) {
    const Status sent = SendFrom(sender, targets);
    return sent.ok() ? Code::kCount : sent.error().code;
  }

  Sender Device1Sender() { return Sender{heap_, View::Device(1), device_types_}; }

  Interrupts links_;
};

TEST_F(HdcLinks, AMessageAcrossACutLinkFailsBeforeItsHookRuns) {
  links_.Raise(0);

  EXPECT_EQ(FailureFrom(HostSender(), {ToDevice()}), Code::kSessionDead);
  EXPECT_EQ(FailureFrom(DeviceSender(), {ToHost()}), Code::kSessionDead);
  EXPECT_EQ(out_calls_, 0);
  EXPECT_EQ(TakeFrom(device_box_), nullptr);
}

TEST_F(HdcLinks, MessagesWithinASideAndOverOtherLinksArrive) {
  links_.Raise(0);

  EXPECT_TRUE(SendFrom(HostSender(), {ToHost()}).ok());
  EXPECT_TRUE(SendFrom(DeviceSender(), {ToDevice()}).ok());
  EXPECT_TRUE(SendFrom(HostSender(), {ToDevice1()}).ok());
}

TEST_F(HdcLinks, FromDeviceToDeviceBothLinksAreNeeded) {
  EXPECT_TRUE(SendFrom(Device1Sender(), {ToDevice()}).ok());
  links_.Raise(0);
  EXPECT_EQ(FailureFrom(Device1Sender(), {ToDevice()}), Code::kSessionDead);
  links_.Clear(0);
  links_.Raise(1);
  EXPECT_EQ(FailureFrom(Device1Sender(), {ToDevice()}), Code::kSessionDead);
}

TEST_F(HdcLinks, AFanOutOverOneCutLinkReachesNobody) {
  links_.Raise(1);

  EXPECT_EQ(FailureFrom(HostSender(), {ToHost(), ToDevice(), ToDevice1()}), Code::kSessionDead);

  EXPECT_EQ(TakeFrom(host_box_), nullptr);
  EXPECT_EQ(TakeFrom(device_box_), nullptr);
}

TEST_F(HdcLinks, AMessageArrivesAgainWhenTheLinkIsBack) {
  links_.Raise(0);
  EXPECT_EQ(FailureFrom(HostSender(), {ToDevice()}), Code::kSessionDead);
  links_.Clear(0);

  EXPECT_TRUE(SendFrom(HostSender(), {ToDevice()}).ok());

  EXPECT_NE(TakeFrom(device_box_), nullptr);
}

TEST_F(HdcLinks, AMessageThatWasAcceptedArrivesAfterTheCut) {
  ASSERT_TRUE(SendFrom(HostSender(), {ToDevice()}).ok());
  links_.Raise(0);

  EXPECT_NE(TakeFrom(device_box_), nullptr);
}

TEST_F(HdcLinks, ACutEndsTheWaitForASlot) {
  ASSERT_TRUE(SendFrom(HostSender(), {ToDevice(1)}).ok());
  ManualClock clock;
  Wait wait{Clock::Never()};
  wait.clock = &clock;
  Status sent;
  std::thread sender([&] { sent = SendFrom(HostSender(), {ToDevice(1)}, wait); });
  clock.AwaitSleepers(1, Clock::Never());

  links_.Raise(1);  // another link's: the wait goes on
  clock.AwaitSleepers(1, Clock::Never());
  links_.Raise(0);

  sender.join();
  ASSERT_FALSE(sent.ok());
  EXPECT_EQ(sent.error().code, Code::kSessionDead);
}

// The sender may look only after the link is back: what the queue then says is not why it ended.
TEST_F(HdcLinks, ACutThatIsRestoredAtOnceEndsTheWaitAsACut) {
  ASSERT_TRUE(SendFrom(HostSender(), {ToDevice(1)}).ok());
  ManualClock clock;
  Wait wait{Clock::Never()};
  wait.clock = &clock;
  Status sent;
  std::thread sender([&] { sent = SendFrom(HostSender(), {ToDevice(1)}, wait); });
  clock.AwaitSleepers(1, Clock::Never());

  links_.Raise(0);
  links_.Clear(0);
  device_box_.Close();  // or a wait that overlooked the cut would go on for ever

  sender.join();
  ASSERT_FALSE(sent.ok());
  EXPECT_EQ(sent.error().code, Code::kSessionDead);
}

TEST_F(HdcLinks, ACutEndsTheWaitForTheReceiversMemoryAndTheBlockStaysTheSenders) {
  std::vector<void*> all;
  for (;;) {
    Result<void*> block =
        heap_.Allocate(kDevice, kMiB, Family::kTransfer, Release::kManual, openmatrix::Now());
    if (!block) break;
    all.push_back(block.value());
  }
  std::uint8_t* const data = static_cast<std::uint8_t*>(
      heap_.Allocate(kHost, kMiB, Family::kTransfer, Release::kAuto, openmatrix::Now()).value());
  const std::uint64_t waits = heap_.Counts().waits;
  Status sent;
  std::thread sender([&] {
    Sender from = HostSender();
    from.cut_links = &links_;
    const Target to = ToDevice();
    sent = Send(from, Targets{&to, 1}, "Picture", MakePicture(data, kMiB),
                Wait::For(std::chrono::minutes(10)));
  });
  while (heap_.Counts().waits == waits) std::this_thread::yield();

  links_.Raise(0);

  sender.join();
  ASSERT_FALSE(sent.ok());
  EXPECT_EQ(sent.error().code, Code::kSessionDead);
  EXPECT_EQ(heap_.Free(data, Family::kTransfer), FreeVerdict::kFreed);
  for (void* block : all) EXPECT_EQ(heap_.Free(block, Family::kTransfer), FreeVerdict::kFreed);
}

}  // namespace
}  // namespace openmatrix
