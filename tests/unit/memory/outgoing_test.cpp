#include "memory/outgoing.h"

#include <array>
#include <atomic>
#include <cstring>
#include <thread>
#include <vector>

#include "heap_support.h"
#include "outgoing_support.h"

namespace openmatrix {
namespace {

class OutgoingTest : public OutgoingFixture {};

TEST_F(OutgoingTest, BothViewsOfASharedBlockShowTheSamePages) {
  std::uint8_t* sent = Get(kHost, kMiB, Release::kManual);
  Payload payload = Send(sent, kMiB);
  std::uint8_t* received = Writable(payload);
  ASSERT_NE(received, nullptr);
  EXPECT_NE(received, sent);

  sent[12345] = 1;
  EXPECT_EQ(received[12345], 1);
  received[54321] = 2;
  EXPECT_EQ(sent[54321], 2);
  EXPECT_EQ(heap_.Counts().shared_sends, 1u);
  EXPECT_EQ(heap_.Counts().shared_bytes, kMiB);
}

TEST_F(OutgoingTest, AnAutoBlockMovesToTheReceiverWithItsCharge) {
  std::uint8_t* sent = Get(kHost, kMiB);
  sent[7] = 9;
  EXPECT_EQ(At(kHost).charged_bytes, kMiB);

  Payload payload = Send(sent, kMiB);

  EXPECT_EQ(At(kHost).live_blocks, 0u);
  EXPECT_EQ(At(kHost).charged_bytes, 0u);
  EXPECT_EQ(At(kDevice).live_blocks, 1u);
  EXPECT_EQ(At(kDevice).live_bytes, kMiB);
  EXPECT_EQ(At(kDevice).charged_bytes, kMiB);
  EXPECT_EQ(payload.address()[7], 9);
  EXPECT_EQ(payload.bytes(), kMiB);
  EXPECT_FALSE(heap_.Contains(sent, 1));
  EXPECT_TRUE(heap_.Contains(payload.address(), kMiB));
}

TEST_F(OutgoingTest, ABlockOfWhichAPartIsSentMovesAsAWhole) {
  std::uint8_t* sent = Get(kHost, kMiB);

  Payload payload = Send(sent, 100);

  EXPECT_EQ(At(kHost).live_bytes, 0u);
  EXPECT_EQ(At(kHost).charged_bytes, 0u);
  EXPECT_EQ(At(kDevice).live_bytes, kMiB);
  EXPECT_EQ(At(kDevice).charged_bytes, kMiB);
  EXPECT_EQ(heap_.Counts().shared_bytes, 100u);

  std::uint8_t* received = Writable(payload);
  payload.Deliver();
  EXPECT_EQ(Free(received), FreeVerdict::kFreed);
  heap_.Trim();
  EXPECT_EQ(At(kDevice).live_bytes, 0u);
  EXPECT_EQ(At(kDevice).charged_bytes, 0u);
}

TEST_F(OutgoingTest, ALateFreeOfASentAutoBlockIsRecognisedAndHarmless) {
  std::uint8_t* sent = Get(kHost, 4096);
  Payload payload = Send(sent, 4096);
  EXPECT_EQ(Free(sent), FreeVerdict::kUnknown);
  EXPECT_EQ(heap_.Counts().late_frees, 1u);

  std::uint8_t* received = Writable(payload);
  payload.Deliver();
  EXPECT_EQ(Free(received), FreeVerdict::kFreed);

  EXPECT_EQ(Free(sent), FreeVerdict::kUnknown);
  EXPECT_EQ(heap_.Counts().late_frees, 2u);
}

TEST_F(OutgoingTest, AManualBlockGetsASecondHoldAndEachSideFreesItsOwn) {
  std::uint8_t* sent = Get(kHost, kMiB, Release::kManual);
  Payload payload = Send(sent, kMiB);
  std::uint8_t* received = Writable(payload);
  payload.Deliver();
  EXPECT_EQ(At(kHost).live_blocks, 1u);
  EXPECT_EQ(At(kHost).charged_bytes, kMiB);
  EXPECT_EQ(At(kDevice).live_blocks, 1u);
  EXPECT_EQ(At(kDevice).charged_bytes, kMiB);

  EXPECT_EQ(Free(sent), FreeVerdict::kFreed);
  EXPECT_EQ(Free(sent), FreeVerdict::kUnknown);
  EXPECT_EQ(Free(received), FreeVerdict::kFreed);

  ExpectNothingLeft();
}

TEST_F(OutgoingTest, ASenderMayFreeAManualBlockInFlight) {
  std::uint8_t* sent = Get(kHost, kMiB, Release::kManual);
  sent[3] = 5;
  Payload payload = Send(sent, kMiB);

  EXPECT_EQ(Free(sent), FreeVerdict::kFreed);

  EXPECT_EQ(payload.address()[3], 5);
  EXPECT_EQ(At(kHost).charged_bytes, 0u);
  std::uint8_t* received = Writable(payload);
  payload.Deliver();
  EXPECT_EQ(Free(received), FreeVerdict::kFreed);
  ExpectNothingLeft();
}

TEST_F(OutgoingTest, ADvppBlockStaysWithItsSenderAndArrivesAsTransferMemory) {
  std::uint8_t* sent = Get(kDevice, kMiB, Release::kAuto, Family::kDvpp);
  Payload payload = Send(sent, kMiB, kHost);
  std::uint8_t* received = Writable(payload);
  payload.Deliver();

  EXPECT_TRUE(heap_.Contains(received, kMiB));
  EXPECT_FALSE(heap_.Contains(sent, kMiB));
  EXPECT_EQ(Free(received, Family::kDvpp), FreeVerdict::kWrongFamily);
  EXPECT_EQ(Free(received), FreeVerdict::kFreed);
  EXPECT_EQ(Free(sent), FreeVerdict::kWrongFamily);
  EXPECT_EQ(Free(sent, Family::kDvpp), FreeVerdict::kFreed);
  ExpectNothingLeft();
}

TEST_F(OutgoingTest, ADvppBlockMayBeSentAgainSharedOnceTheReceiverIsDone) {
  std::uint8_t* sent = Get(kDevice, 4096, Release::kAuto, Family::kDvpp);
  Receive(Send(sent, 4096, kHost));

  Receive(Send(sent, 4096, kOtherDevice));

  EXPECT_EQ(heap_.Counts().shared_sends, 2u);
  EXPECT_EQ(Free(sent, Family::kDvpp), FreeVerdict::kFreed);
  ExpectNothingLeft();
}

TEST_F(OutgoingTest, ASecondSendOfATransferBlockIsRefused) {
  std::uint8_t* automatic = Get(kHost, 4096);
  std::uint8_t* manual = Get(kHost, 4096, Release::kManual);
  Payload one = Send(automatic, 4096);
  Payload two = Send(manual, 4096);

  EXPECT_EQ(Refusal(automatic, 4096), Code::kWrongState);
  EXPECT_EQ(Refusal(manual, 4096), Code::kWrongState);
  Receive(std::move(one));
  Receive(std::move(two));
  EXPECT_EQ(Refusal(automatic, 4096), Code::kWrongState);
  EXPECT_EQ(Refusal(manual, 4096), Code::kWrongState);

  EXPECT_EQ(Free(manual), FreeVerdict::kFreed);
  EXPECT_EQ(Refusal(manual, 4096), Code::kNotFound);
}

TEST_F(OutgoingTest, MemoryThatIsFreeOrBeyondTheBlockIsRefused) {
  std::uint8_t* block = Get(kHost, 1000);
  EXPECT_EQ(Refusal(block, 1001), Code::kOverrun);
  EXPECT_EQ(Refusal(block + 600, 401), Code::kOverrun);
  EXPECT_EQ(Refusal(block + 1010, 1), Code::kOverrun) << "in the slack of the block";
  EXPECT_EQ(Refusal(block + 8 * kMiB, 1), Code::kNotFound);

  Free(block);

  EXPECT_EQ(Refusal(block, 1000), Code::kNotFound);
  EXPECT_EQ(Refusal(block + 128, 1), Code::kNotFound);
}

TEST_F(OutgoingTest, NoDataIsAlwaysFine) {
  std::uint8_t* block = Get(kHost, 1000);
  for (const void* data : {static_cast<void*>(nullptr), static_cast<void*>(block)}) {
    Payload payload = Send(data, data == nullptr ? 1000u : 0u);
    EXPECT_EQ(payload.address(), nullptr);
    EXPECT_EQ(payload.bytes(), 0u);
    payload.Deliver();
  }
  EXPECT_EQ(Free(block), FreeVerdict::kFreed);
  ExpectNothingLeft();
}

TEST_F(OutgoingTest, WhatIsPreparedAndDroppedChangesNothing) {
  std::uint8_t* block = Get(kHost, kMiB);
  std::vector<std::uint8_t> foreign(kMiB);
  for (const std::uint8_t* data : {static_cast<const std::uint8_t*>(block),
                                   static_cast<const std::uint8_t*>(foreign.data())}) {
    auto out = Outgoing::Inspect(heap_, data, kMiB);
    ASSERT_TRUE(out.ok());
    auto first = out.value().PrepareFor(kDevice, NoWait());
    auto second = out.value().PrepareFor(kOtherDevice, NoWait());
    ASSERT_TRUE(first.ok() && second.ok());
  }

  heap_.Trim();
  EXPECT_EQ(At(kHost).live_blocks, 1u);
  EXPECT_EQ(At(kHost).charged_bytes, kMiB);
  for (View view : {kDevice, kOtherDevice}) {
    EXPECT_EQ(At(view).live_blocks, 0u);
    EXPECT_EQ(At(view).charged_bytes, 0u);
  }
  EXPECT_EQ(heap_.Counts().shared_sends, 0u);
  Receive(Send(block, kMiB));
  ExpectNothingLeft();
}

TEST_F(OutgoingTest, AMessageDroppedInFlightTakesTheReceiversHoldWithIt) {
  std::uint8_t* automatic = Get(kHost, 4096);
  std::uint8_t* manual = Get(kHost, 4096, Release::kManual);
  { Payload dropped = Send(automatic, 4096); }
  { Payload dropped = Send(manual, 4096); }

  EXPECT_EQ(At(kDevice).live_blocks, 0u);
  EXPECT_EQ(At(kHost).live_blocks, 1u) << "the manual one";
  EXPECT_EQ(Free(manual), FreeVerdict::kFreed);
  ExpectNothingLeft();
}

TEST_F(OutgoingTest, AHookThatReleasedTheBlockBeforeTheMessageWasDroppedFreesItOnce) {
  std::vector<std::uint8_t> foreign(4096);
  for (const void* data : {static_cast<void*>(Get(kHost, 4096)),
                           static_cast<void*>(Get(kHost, 4096, Release::kManual)),
                           static_cast<void*>(foreign.data())}) {
    const std::uint64_t before = At(kDevice).frees;
    Payload payload = Send(data, 4096);
    EXPECT_EQ(Free(Writable(payload)), FreeVerdict::kFreed);
    EXPECT_EQ(Free(Writable(payload)), FreeVerdict::kUnknown);
    payload = Payload();
    EXPECT_EQ(At(kDevice).frees, before + 1);
    Free(const_cast<void*>(data));
  }
  ExpectNothingLeft();
}

TEST_F(OutgoingTest, AHookThatReleasedTheBlockMayStillDeliver) {
  Payload payload = Send(Get(kHost, 4096), 4096);
  EXPECT_EQ(Free(Writable(payload)), FreeVerdict::kFreed);
  payload.Deliver();
  ExpectNothingLeft();
}

TEST_F(OutgoingTest, CommitFailsWhenTheBlockWasFreedSentOrIssuedAnewMeanwhile) {
  std::uint8_t* block = Get(kHost, 4096);
  {
    Prepared freed(heap_, block, 4096);
    Free(block);
    EXPECT_EQ(freed.Commit(), Code::kNotFound);
    EXPECT_EQ(Get(kHost, 4000), block) << "most recent first";
    EXPECT_EQ(freed.Commit(), Code::kWrongState) << "another block now";
  }
  Prepared slow(heap_, block, 4000);
  Payload payload = Send(block, 4000);
  EXPECT_EQ(slow.Commit(), Code::kWrongState);

  slow.Drop();
  Receive(std::move(payload));
  ExpectNothingLeft();
}

TEST_F(OutgoingTest, OfAFreeAndACommitAtOnceExactlyOneSucceeds) {
  std::atomic<std::uint8_t*> offered{nullptr};
  std::atomic<int> freed{0};
  constexpr int kRounds = 500;
  std::thread freer([&] {
    for (int round = 0; round < kRounds; ++round) {
      std::uint8_t* block = nullptr;
      Await([&] { return (block = offered.exchange(nullptr)) != nullptr; });
      freed = Free(block) == FreeVerdict::kFreed ? 1 : 2;
    }
  });
  for (int round = 0; round < kRounds; ++round) {
    std::uint8_t* block = Get(kHost, 4096);
    Prepared send(heap_, block, 4096);
    freed = 0;
    offered = block;
    if (round % 2 == 0) Await([&] { return offered == nullptr; });
    const bool sent = send.Commit() == Code::kCount;
    Await([&] { return freed != 0; });
    EXPECT_NE(sent, freed == 1) << "round " << round;
    if (sent) Receive(send.Take());
  }
  freer.join();
  ExpectNothingLeft();
}

TEST_F(OutgoingTest, ASendWithoutRoomAtTheReceiverLeavesTheBlockAsItWas) {
  std::uint8_t* full = Get(kDevice, 8 * kMiB);
  std::uint8_t* block = Get(kHost, kMiB);
  EXPECT_EQ(Refusal(block, kMiB), Code::kNoCapacity);
  EXPECT_EQ(Refusal(block, 1000), Code::kNoCapacity) << "the whole block counts";

  EXPECT_EQ(At(kHost).live_blocks, 1u);
  Free(full);
  Receive(Send(block, kMiB));
  ExpectNothingLeft();
}

TEST_F(OutgoingTest, ABlockLargerThanTheReceiversLimitIsRefused) {
  std::uint8_t* block = Get(kHost, 9 * kMiB);
  EXPECT_EQ(Refusal(block, 9 * kMiB), Code::kNoCapacity);
  EXPECT_EQ(Free(block), FreeVerdict::kFreed);
}

TEST_F(OutgoingTest, ASendThatWaitsForRoomIsWokenByTheReceiversFree) {
  std::uint8_t* full = Get(kDevice, 8 * kMiB);
  std::uint8_t* block = Get(kHost, kMiB);
  std::thread receiver([&] {
    Await([&] { return heap_.Counts().waits == 1; });
    EXPECT_EQ(Free(full), FreeVerdict::kFreed);
  });

  auto out = Outgoing::Inspect(heap_, block, kMiB);
  ASSERT_TRUE(out.ok());
  EXPECT_TRUE(out.value().PrepareFor(kDevice, LongWait()).ok());

  receiver.join();
  EXPECT_EQ(Free(block), FreeVerdict::kFreed);
}

TEST_F(OutgoingTest, AStoppedTokenEndsTheWaitForRoom) {
  std::uint8_t* full = Get(kDevice, 8 * kMiB);
  std::uint8_t* block = Get(kHost, kMiB);
  StopToken token;
  std::thread stopper([&] {
    Await([&] { return heap_.Counts().waits == 1; });
    token.Stop();
  });

  auto out = Outgoing::Inspect(heap_, block, kMiB);
  ASSERT_TRUE(out.ok());
  auto payload = out.value().PrepareFor(kDevice, LongWait(&token));

  ASSERT_FALSE(payload.ok());
  EXPECT_EQ(payload.error().code, Code::kQueueStopped);
  stopper.join();
  Free(full);
  Free(block);
}

TEST_F(OutgoingTest, WhatACommitLetsOutOfQuarantineGoesBackWhenItsDeparturesDie) {
  std::uint8_t* const oldest = Get(kHost, 4096);
  Receive(Send(oldest, 4096));
  for (std::uint64_t i = 1; i < Quarantine::kSends; ++i) Receive(Send(Get(kHost, 4096), 4096));
  auto out = Outgoing::Inspect(heap_, Get(kHost, 4096), 4096);
  ASSERT_TRUE(out.ok());
  auto payload = out.value().PrepareFor(kDevice, NoWait());
  ASSERT_TRUE(payload.ok());
  {
    Departures departures;
    ASSERT_TRUE(out.value().Commit(&payload.value(), 1, {}, departures).ok());
    EXPECT_EQ(heap_.Counts().quarantined_blocks, Quarantine::kSends) << "one in, one out";
    EXPECT_NE(Get(kHost, 4096), oldest);
  }
  EXPECT_EQ(Get(kHost, 4096), oldest);
  Receive(std::move(payload.value()));
}

TEST_F(OutgoingTest, WhatAThreadSentStaysCountedWhenItHasEnded) {
  std::uint8_t* const mine = Get(kHost, 100);
  Payload payloads[3];
  std::thread([&] { payloads[0] = Send(mine, 100); }).join();  // has no caches, so no books
  std::thread([&] {
    for (int i = 1; i < 3; ++i) payloads[i] = Send(Get(kHost, 100), 100);
    EXPECT_EQ(heap_.Counts().shared_sends, 3u);
    EXPECT_EQ(At(kDevice).live_blocks, 3u);
  }).join();

  EXPECT_EQ(heap_.Counts().shared_sends, 3u);
  EXPECT_EQ(heap_.Counts().shared_bytes, 300u);
  EXPECT_EQ(At(kDevice).live_blocks, 3u);
  EXPECT_EQ(At(kDevice).live_bytes, 300u);
  EXPECT_EQ(At(kHost).live_blocks, 0u);
  EXPECT_EQ(At(kHost).live_bytes, 0u);
  for (Payload& payload : payloads) Receive(std::move(payload));
  ExpectNothingLeft();
}

}  // namespace
}  // namespace openmatrix
