// Messages above the largest block, as the manual wants it: "if the data size exceeds this range,
// use the malloc API". Nothing of a source but a few pages is touched; each copy is.
#include <sys/mman.h>

#include <ostream>
#include <thread>
#include <vector>

#include "ownership.h"

namespace contract {

static void PrintTo(const Way& way, std::ostream* out) { *out << way.name; }

namespace {

#if defined(__SANITIZE_THREAD__)
constexpr bool kDear = true;  // its shadow takes eight times what is copied
#else
constexpr bool kDear = false;
#endif

// Set before the library's first use, which reads it. A multiple of nothing: a length fits to the
// byte. The largest leaves one unit of a device's window.
const std::uint32_t kLimit = [] {
  const bool all = std::getenv("OPENMATRIX_TEST_LONG") != nullptr;
  const std::uint32_t limit = kDear ? (258u << 20) + 12345 : all ? 0xffff3039u : (1u << 30) + 12345;
  for (const char* name : {"OPENMATRIX_HOST_MEMORY", "OPENMATRIX_DEVICE_MEMORY"}) {
    ::setenv(name, std::to_string(limit).c_str(), 1);
  }
  return limit;
}();
constexpr std::uint32_t kLarge = kMaxBytes + 1;

// Memory of the application's own, with a mark in each 2 MiB.
class Source {
 public:
  explicit Source(std::uint32_t bytes)
      : bytes_(bytes),
        data_(
            static_cast<std::uint8_t*>(mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0))) {
    EXPECT_NE(static_cast<void*>(data_), MAP_FAILED);
    madvise(data_, bytes, MADV_NOHUGEPAGE);
    ForEachMark([&](std::uint64_t at) { data_[at] = MarkOf(at); });
  }
  ~Source() { munmap(data_, bytes_); }
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  std::uint8_t* data() const { return data_; }
  std::uint32_t bytes() const { return bytes_; }
  bool Equals(const std::uint8_t* copy) const {
    bool equal = true;
    ForEachMark([&](std::uint64_t at) { equal = equal && copy[at] == data_[at]; });
    return equal && data_[bytes_ - 1] == MarkOf(bytes_ - 1);
  }

 private:
  static std::uint8_t MarkOf(std::uint64_t at) { return static_cast<std::uint8_t>(at >> 21 | 1); }
  template <typename Visit>
  void ForEachMark(const Visit& visit) const {
    for (std::uint64_t at = 0; at < bytes_; at += (2u << 20) + 1) visit(at);
    visit(bytes_ - 1);
  }

  const std::uint32_t bytes_;
  std::uint8_t* const data_;
};

class LargeMessages : public ContractGraph, public testing::WithParamInterface<Way> {
 protected:
  void SetUp() override {
    ContractGraph::SetUp();
    ASSERT_GE(Stats().views[way_.receiver_view].limit_bytes, kLimit);
    Receiver().set_modes(SerializeMode::kNormal, DeserializeMode::kByHand);
    inbox_ = Collect(way_.target);
  }
  void TearDown() override {
    ContractGraph::TearDown();
    EXPECT_EQ(LiveBlocks(), 0u);
  }

  const Door& Sender() const { return way_.sender(); }
  const Door& Receiver() const { return way_.receiver(); }
  std::uint64_t Charged() const { return Stats().views[way_.receiver_view].charged_bytes; }

  HIAI_StatusT Send(const std::shared_ptr<Message>& message, std::uint32_t time = 0) const {
    return Sender().graph_send({1, way_.target, 0}, "contract.Message", message, time);
  }
  // Sends it to its target and takes it there.
  std::shared_ptr<Received> Pass(const Source& source) {
    EXPECT_EQ(Send(Of(source.data(), source.bytes())), HIAI_OK);
    auto received = inbox_->TakeReceived();
    EXPECT_NE(received, nullptr);
    if (received != nullptr) {
      EXPECT_EQ(received->bytes, source.bytes());
    }
    return received;
  }

  const Way way_ = GetParam();
  std::shared_ptr<Inbox> inbox_;
};
INSTANTIATE_TEST_SUITE_P(, LargeMessages, testing::ValuesIn(kWays),
                         [](const auto& way) { return way.param.name; });

TEST_P(LargeMessages, EveryLengthUpToTheLimitArrivesAndIsReleasedInBothWays) {
  std::vector<std::uint32_t> lengths = {kLarge, kLimit};
  if (!kDear) lengths.insert(lengths.begin() + 1, {300u << 20, 1u << 30});
  const std::uint64_t charged = Charged();
  bool by_free = false;
  for (const std::uint32_t bytes : lengths) {
    SCOPED_TRACE(bytes);
    const Source source(bytes);
    const std::uint64_t copied = Stats().copied_bytes[OPENMATRIX_COPY_FOREIGN];
    const auto received = Pass(source);
    ASSERT_NE(received, nullptr);

    EXPECT_TRUE(source.Equals(received->data));
    EXPECT_EQ(Stats().copied_bytes[OPENMATRIX_COPY_FOREIGN] - copied, bytes);
    EXPECT_EQ(Stats().views[way_.receiver_view].live_bytes, bytes);
    EXPECT_EQ(Charged() - charged, bytes);
    by_free = !by_free;
    if (by_free) {
      EXPECT_EQ(HIAI_DFree(received->data), HIAI_OK);
    } else {
      hiai::Graph::ReleaseDataBuffer(received->data);
    }
    EXPECT_EQ(HIAI_DFree(received->data), HIAI_GRAPH_NOT_FOND_MEMORY);
    EXPECT_EQ(Charged(), charged);
  }
}

TEST_P(LargeMessages, ItIsTransferMemoryFromItsFirstByteToItsLast) {
  const Source source(kLarge);
  const auto received = Pass(source);
  ASSERT_NE(received, nullptr);
  const std::uint8_t* const data = received->data;
  const auto is_dmalloc = Receiver().is_dmalloc;

  EXPECT_TRUE(is_dmalloc(data, kLarge));
  EXPECT_TRUE(is_dmalloc(data + kLarge - 1, 1));
  EXPECT_TRUE(is_dmalloc(data + kLarge / 2, kLarge / 2));
  EXPECT_FALSE(is_dmalloc(data, kLarge + 1));
  EXPECT_FALSE(is_dmalloc(data + 1, kLarge));
  EXPECT_FALSE(is_dmalloc(data + kLarge, 1));
  EXPECT_FALSE(is_dmalloc(data, UINT32_MAX));
  EXPECT_EQ(HIAI_DFree(received->data + 4096), HIAI_GRAPH_NOT_FOND_MEMORY);
  EXPECT_EQ(HIAI_DVPP_DFree(received->data), HIAI_GRAPH_WRONG_MEMORY_TYPE);
  EXPECT_EQ(HIAI_DFree(received->data), HIAI_OK);
}

TEST_P(LargeMessages, MoreThanTheLimitIsRefusedAtOnceThoughTheQueueIsFull) {
  const Source source(kLimit + 1);
  const std::uint64_t charged = Charged();
  const auto gate = Hold(way_.target, inbox_);
  ASSERT_EQ(Send(Of(nullptr, 0)), HIAI_OK);
  gate->WaitForSomebody();
  ASSERT_EQ(Send(Of(nullptr, 0)), HIAI_OK);
  ASSERT_EQ(Send(Of(nullptr, 0)), HIAI_QUEUE_FULL);

  for (const std::uint32_t bytes : {kLimit + 1, UINT32_MAX}) {
    EXPECT_EQ(Send(Of(source.data(), bytes), kForever), HIAI_GRAPH_MALLOC_LARGER);
  }
  EXPECT_EQ(Send(Of(source.data(), kLarge)), HIAI_QUEUE_FULL);
  EXPECT_EQ(Charged(), charged);
  EXPECT_EQ(Copies(Counted()), 0u);
}

TEST_P(LargeMessages, ASideThatHasNoRoomForItNowRefusesAndServesItLater) {
  const Source source(kLimit);
  const auto first = Pass(Source(kLarge));
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(Send(Of(source.data(), kLimit)), HIAI_GRAPH_NO_USEFUL_MEMORY);
  const std::uint64_t waits = Stats().waits;
  HIAI_StatusT late = HIAI_ERROR;
  std::thread sender([&] { late = Send(Of(source.data(), kLimit), kForever); });
  EXPECT_TRUE(Eventually([&] { return Stats().waits > waits; }));

  EXPECT_EQ(HIAI_DFree(first->data), HIAI_OK);

  sender.join();
  EXPECT_EQ(late, HIAI_OK);
  const auto second = inbox_->TakeReceived();
  ASSERT_NE(second, nullptr);
  EXPECT_TRUE(source.Equals(second->data));
  EXPECT_EQ(HIAI_DFree(second->data), HIAI_OK);
}

TEST_P(LargeMessages, AReceivedOneGoesBackFromAnyOfItsBytes) {
  constexpr std::uint32_t kBefore = 5000;
  const Source source(kLarge + kBefore);
  const auto received = Pass(source);
  ASSERT_NE(received, nullptr);
  const std::uint32_t back = way_.own_side;  // of the sender
  Sender().set_modes(SerializeMode::kNormal, DeserializeMode::kByHand);
  const auto inbox = Collect(back);
  const auto send = [&](std::uint32_t bytes) {
    return Receiver().graph_send({1, back, 0}, "contract.Message",
                                 Of(received->data + kBefore, bytes), 0);
  };

  EXPECT_EQ(send(kLarge + 1), HIAI_BUFFER_SIZE_OVER_DMALLOC_SIZE);
  ASSERT_EQ(send(kLarge), HIAI_OK);

  const auto returned = inbox->TakeReceived();
  ASSERT_NE(returned, nullptr);
  EXPECT_EQ(returned->data[kLarge - 1], source.data()[kLarge + kBefore - 1]);
  EXPECT_EQ(Counted().copies[OPENMATRIX_COPY_FORWARDED], 1u);
  EXPECT_EQ(HIAI_DFree(received->data), HIAI_OK);
  EXPECT_EQ(HIAI_DFree(returned->data), HIAI_OK);
}

TEST_P(LargeMessages, AFanOutCopiesItForEachOrForNobody) {
  // Where half the limit is an ordinary block it would be rounded up, and two do not fit.
  constexpr std::uint32_t kExact = 128u << 20;
  const Source half(kLimit / 2 > 2 * kExact ? kLimit / 2 : kExact), more(kLimit / 2 + 1);
  const std::shared_ptr<hiai::Engine> engine = Sender().engine(1, way_.source);
  ASSERT_NE(engine, nullptr);
  const std::uint32_t others[] = {way_.target, way_.spare};
  Receiver().set_modes(SerializeMode::kNormal, DeserializeMode::kReleaseBuffer);
  std::vector<std::shared_ptr<Inbox>> inboxes;
  for (const std::uint32_t other : others) inboxes.push_back(Collect(other));
  const auto send = [&](const Source& source) {
    return engine->SendData(2, "contract.Message", Of(source.data(), source.bytes()), kForever);
  };

  EXPECT_EQ(send(more), HIAI_GRAPH_MALLOC_LARGER) << "twice is above the limit";
  ASSERT_EQ(send(half), HIAI_OK);

  for (const auto& inbox : inboxes) {
    const auto received = inbox->TakeReceived();
    ASSERT_NE(received, nullptr);
    EXPECT_TRUE(half.Equals(received->data));
  }
}

TEST_P(LargeMessages, ADroppedOneIsReleased) {
  const std::uint64_t charged = Charged();
  const Source source(kLarge);
  for (const DeserializeMode mode :
       {DeserializeMode::kThrow, DeserializeMode::kReturnNull, DeserializeMode::kBindThenThrow}) {
    Receiver().set_modes(SerializeMode::kNormal, mode);
    const std::uint64_t frees = Stats().views[way_.receiver_view].frees;
    ASSERT_EQ(Send(Of(source.data(), kLarge)), HIAI_OK);
    EXPECT_TRUE(Eventually([&] { return Stats().views[way_.receiver_view].frees > frees; }));
    EXPECT_TRUE(Eventually([&] { return Charged() == charged; }));
  }
  // In flight while the graph goes: whoever has it then lets go of it.
  Receiver().set_modes(SerializeMode::kNormal, DeserializeMode::kDFree);
  const auto gate = Hold(way_.target, std::make_shared<Inbox>());
  ASSERT_EQ(Send(Of(nullptr, 0)), HIAI_OK);
  gate->WaitForSomebody();
  ASSERT_EQ(Send(Of(source.data(), kLarge)), HIAI_OK);
  gate->Open();
  Destroy();
}

TEST_P(LargeMessages, EachCallPassesIt) {
  const Source source(kLarge);
  for (const Call& call : kCalls) {
    SCOPED_TRACE(call.name);

    ASSERT_EQ(call.send(way_, {1, way_.target, 0}, "contract.Message", Of(source.data(), kLarge)),
              HIAI_OK);

    const auto received = inbox_->TakeReceived();
    ASSERT_NE(received, nullptr);
    EXPECT_TRUE(source.Equals(received->data));
    hiai::Graph::ReleaseDataBuffer(received->data);
  }
}

// The receiver of the C form gets a copy on its own side, too.
TEST_P(LargeMessages, TheCFormCopiesItForItsOwnSide) {
  const Source source(kLarge);
  Sender().set_modes(SerializeMode::kNormal, DeserializeMode::kByHand);
  const auto inbox = Collect(way_.own_side);
  const auto message = Of(source.data(), kLarge);
  ASSERT_EQ(Sender().c_send({1, way_.own_side, 0}, "contract.Message", message.get()), HIAI_OK);
  message->bytes = UINT32_MAX;
  EXPECT_EQ(Sender().c_send({1, way_.own_side, 0}, "contract.Message", message.get()),
            HIAI_GRAPH_MALLOC_LARGER);

  const auto received = inbox->TakeReceived();
  ASSERT_NE(received, nullptr);
  EXPECT_TRUE(source.Equals(received->data));
  EXPECT_TRUE(Sender().is_dmalloc(received->data, kLarge));
  EXPECT_EQ(HIAI_DFree(received->data), HIAI_OK);
}

}  // namespace
}  // namespace contract
