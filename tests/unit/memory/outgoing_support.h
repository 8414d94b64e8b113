// Sends without a transport: what the tests of outgoing.h and of the quarantine share.
#pragma once

#include <utility>

#include "heap_support.h"
#include "memory/outgoing.h"

namespace openmatrix {

// A send up to, but without, its Commit; of `block` to kDevice.
class Prepared {
 public:
  Prepared(Heap& heap, const void* data, std::uint32_t bytes)
      : out_(Outgoing::Inspect(heap, data, bytes)) {
    EXPECT_TRUE(out_.ok());
    if (!out_.ok()) return;
    auto payload = out_.value().PrepareFor(kDevice, NoWait());
    EXPECT_TRUE(payload.ok());
    if (payload.ok()) payload_ = std::move(payload.value());
  }

  // The failure, or kCount if it succeeded.
  Code Commit() {
    const Status status = out_.value().Commit(&payload_, 1, {});
    return status.ok() ? Code::kCount : status.error().code;
  }
  Payload Take() { return std::move(payload_); }
  void Drop() { payload_ = Payload(); }

 private:
  Result<Outgoing> out_;
  Payload payload_;
};

class OutgoingFixture : public SmallHeapTest {
 protected:
  using SmallHeapTest::SmallHeapTest;

  // A whole send to one target; fails the test if it fails.
  Payload Send(const void* data, std::uint32_t bytes, View to = kDevice,
               std::weak_ptr<void> message = {}) {
    auto out = Outgoing::Inspect(heap_, data, bytes);
    EXPECT_TRUE(out.ok()) << out.error().text;
    if (!out.ok()) return {};
    auto payload = out.value().PrepareFor(to, NoWait());
    EXPECT_TRUE(payload.ok()) << payload.error().text;
    if (!payload.ok()) return {};
    const Status status = out.value().Commit(&payload.value(), 1, std::move(message));
    EXPECT_TRUE(status.ok()) << status.error().text;
    return std::move(payload.value());
  }

  // Why a send from the host to kDevice fails without waiting; kCount if it does not.
  Code Refusal(const void* data, std::uint32_t bytes) {
    auto out = Outgoing::Inspect(heap_, data, bytes);
    if (!out.ok()) return out.error().code;
    auto payload = out.value().PrepareFor(kDevice, NoWait());
    return payload.ok() ? Code::kCount : payload.error().code;
  }

  // What a receiver that binds the data and releases it does.
  void Receive(Payload payload) {
    std::uint8_t* const address = Writable(payload);
    payload.Deliver();
    EXPECT_EQ(Free(address), FreeVerdict::kFreed);
  }

  static std::uint8_t* Writable(const Payload& payload) {
    return const_cast<std::uint8_t*>(payload.address());
  }

  std::uint64_t Copies(CopyReason reason) {
    return heap_.Counts().copies[static_cast<std::size_t>(reason)];
  }

  // No hold is left; no charge either, once caches are empty and the quarantine is broken.
  void ExpectNothingLeft() {
    for (View view : {kHost, kDevice, kOtherDevice}) {
      EXPECT_EQ(At(view).live_blocks, 0u) << "view " << int{view.index};
      EXPECT_EQ(At(view).live_bytes, 0u) << "view " << int{view.index};
      const auto all = static_cast<std::uint32_t>(At(view).limit_bytes);
      EXPECT_EQ(Free(Get(view, all)), FreeVerdict::kFreed) << "view " << int{view.index};
    }
    heap_.Trim();
    for (View view : {kHost, kDevice, kOtherDevice}) {
      EXPECT_EQ(At(view).charged_bytes, 0u) << "view " << int{view.index};
    }
    EXPECT_EQ(heap_.Counts().quarantined_blocks, 0u);
  }
};

}  // namespace openmatrix
