// Threads that allocate, wait and send are cancelled at random moments, while the graph goes and
// comes back or the link is cut and restored. Afterwards nothing is missing: no byte, no block, no
// thread. Cancellation is of the deferred type, as it is by default.
#include <gtest/gtest.h>
#include <pthread.h>

#include <array>
#include <atomic>
#include <memory>
#include <thread>

#include "openmatrix/simulator.h"
#include "storm.h"

namespace storm {
namespace {

constexpr std::uint32_t kThreads = 6;

std::atomic<bool> g_stop{false};
std::atomic<std::uint32_t> g_wrong_bytes{0};
std::atomic<std::uint32_t> g_wrong_statuses{0};
std::atomic<std::uint32_t> g_received{0};
std::atomic<bool> g_may_stop{false};  // the graph may be destroyed meanwhile

// A block that the thread loses when it ends, however it ends.
class Block {
 public:
  Block(bool host, std::uint32_t bytes, std::uint32_t time, std::uint32_t flag) : host_(host) {
    parcel_->bytes = bytes;
    parcel_->tag = bytes * 3ull + 1;
    void* block = nullptr;
    status_ = HalfOf(host_).alloc(bytes, block, time, flag);
    parcel_->data = static_cast<std::uint8_t*>(block);
    if (status_ == HIAI_OK) Fill(parcel_->data, bytes, parcel_->tag);
  }
  ~Block() {
    if (parcel_->data == nullptr || gone_) return;
    if (!Filled(parcel_->data, parcel_->bytes, parcel_->tag)) ++g_wrong_bytes;
    if (HalfOf(host_).free(parcel_->data) != HIAI_OK) ++g_wrong_statuses;
  }
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  bool ok() const { return status_ == HIAI_OK; }
  HIAI_StatusT status() const { return status_; }
  HIAI_StatusT Send(std::uint32_t engine, std::uint32_t port, Hook hook, std::uint32_t time) {
    parcel_->hook = hook;
    const HIAI_StatusT status = HalfOf(host_).send(engine, port, parcel_, time);
    if (status == HIAI_OK) gone_ = true;  // an AUTO_FREE block
    return status;
  }

 private:
  const bool host_;
  const std::shared_ptr<Parcel> parcel_ = std::make_shared<Parcel>();
  HIAI_StatusT status_ = HIAI_OK;
  bool gone_ = false;
};

// Engines check what they get, give it back, and answer now and then.
HIAI_StatusT Receive(std::uint32_t engine, const std::shared_ptr<Parcel>& parcel) {
  ++g_received;
  if (parcel->data == nullptr || !parcel->crossed) return HIAI_OK;
  const bool host = engine % 2 == 1;
  if (!Filled(parcel->data, parcel->bytes, parcel->tag)) ++g_wrong_bytes;
  if (HalfOf(host).free(parcel->data) != HIAI_OK) ++g_wrong_statuses;
  if (host || parcel->bytes % 3 != 0) return HIAI_OK;
  Block answer(host, parcel->bytes, /*time=*/0, /*flag=*/0);
  if (answer.ok()) static_cast<void>(answer.Send(engine, 0, Hook::kKeep, /*time=*/20));
  return HIAI_OK;
}

bool IsFine(HIAI_StatusT status) {
  switch (status) {
    case HIAI_OK:
    case HIAI_QUEUE_FULL:
    case HIAI_GRAPH_NO_USEFUL_MEMORY:
    case HIAI_HDC_SESSION_DEAD:
    case HIAI_EXCEPTION:
      return true;
    case HIAI_GRAPH_NOT_EXIST:
    case HIAI_GRAPH_ENGINE_NOT_EXIST:
    case HIAI_QUEUE_STOPPED:
      return g_may_stop;
    default:
      return false;
  }
}

void Expect(bool fine, const char* what, HIAI_StatusT status) {
  if (fine) return;
  ++g_wrong_statuses;
  std::fprintf(stderr, "%s answers %#x\n", what, status);
}

void UseOnce(Random& random) {
  const std::uint32_t choice = Below(random, 10);
  const bool host = Below(random, 4) != 0;
  if (choice < 6) {
    const std::uint32_t time = Below(random, 20);
    Block block(host, AnySize(random), time, /*flag=*/0);
    Expect(block.ok() || block.status() == HIAI_GRAPH_NO_MEMORY, "an allocation", block.status());
    if (!block.ok() || choice < 2) return;
    const auto hook = static_cast<Hook>(Below(random, 6));
    const HIAI_StatusT status = block.Send(host ? 1 : 2, Below(random, 2), hook, time);
    Expect(IsFine(status), "a send", status);
  } else if (choice < 8) {
    const std::uint32_t large = Below(random, 2) == 0 ? 20 : 9;
    Block block(true, large << 20, /*time=*/Below(random, 50),
                /*flag=*/4);  // waits: the others have much
    Expect(block.ok() || block.status() == HIAI_GRAPH_NO_MEMORY, "an allocation", block.status());
  } else {
    hiai::Graph::GetInstance(kGraphId);
    HIAI_PortID_t target = {kGraphId, 1, 0};
    std::shared_ptr<void> parcel = std::make_shared<Parcel>();
    const HIAI_StatusT status = HIAI_SendData(target, "storm.Parcel", parcel, Below(random, 30));
    Expect(IsFine(status), "HIAI_SendData", status);
  }
}

void* Work(void* seed) {
  Random random(*static_cast<std::uint64_t*>(seed));
  while (!g_stop) {
    ::pthread_testcancel();
    UseOnce(random);
  }
  return nullptr;
}

struct Worker {
  pthread_t thread{};
  std::uint64_t seed = 0;
};

class CancelStorm : public testing::Test {
 protected:
  void Start(Worker& worker) {
    worker.seed = random_();
    ASSERT_EQ(::pthread_create(&worker.thread, nullptr, Work, &worker.seed), 0);
  }

  void Pause() {
    for (std::uint32_t turns = Below(random_, 200); turns > 0; --turns) std::this_thread::yield();
  }

  void CancelOne() {
    Worker& worker = workers_[Below(random_, kThreads)];
    ASSERT_EQ(::pthread_cancel(worker.thread), 0);
    void* end = nullptr;
    ASSERT_EQ(::pthread_join(worker.thread, &end), 0);
    EXPECT_EQ(end, PTHREAD_CANCELED);
    ++cancelled_;
    Start(worker);
  }

  // Either the graph goes or the link does: who waits must be told which.
  void Round(bool destroys) {
    g_may_stop = destroys;
    g_stop = false;
    for (Worker& worker : workers_) ASSERT_NO_FATAL_FAILURE(Start(worker));
    for (int step = 0; step < 40 && storm_.GoesOn(); ++step) {
      Pause();
      ASSERT_NO_FATAL_FAILURE(CancelOne());
      if (step % 4 != 3) continue;
      if (destroys) {
        ASSERT_EQ(DestroyStormGraph(), HIAI_OK);
        ASSERT_EQ(CreateStormGraph(2), HIAI_OK);
      } else {
        ASSERT_EQ(openmatrix_disconnect_device(0), 0);
        Pause();
        ASSERT_EQ(openmatrix_reconnect_device(0), 0);
      }
    }
    g_stop = true;
    for (Worker& worker : workers_) ASSERT_EQ(::pthread_join(worker.thread, nullptr), 0);
  }

  Storm storm_;
  Random random_{storm_.seed()};
  std::array<Worker, kThreads> workers_;
  std::uint64_t cancelled_ = 0;
};

TEST_F(CancelStorm, NothingIsLostWhenThreadsAreCancelled) {
  SCOPED_TRACE(storm_.Text());
  ASSERT_EQ(CreateStormGraph(2), HIAI_OK);
  HostHalf().set_post(Receive);
  DeviceHalf().set_post(Receive);
  for (bool destroys = false; storm_.GoesOn(); destroys = !destroys) {
    ASSERT_NO_FATAL_FAILURE(Round(destroys));
    Await([] { return Stats().views[0].live_blocks + Stats().views[1].live_blocks == 0; });
    EXPECT_TRUE(WholeLimitIsToBeHad(HostHalf(), kHostLimit));
    EXPECT_TRUE(WholeLimitIsToBeHad(DeviceHalf(), kDeviceLimit));
    EXPECT_EQ(g_wrong_bytes, 0u);
    EXPECT_EQ(g_wrong_statuses, 0u);
  }
  EXPECT_EQ(DestroyStormGraph(), HIAI_OK);
  EXPECT_GT(cancelled_, 0u);
  EXPECT_GT(g_received, 0u);
  std::printf("%llu threads cancelled, %u messages\n", static_cast<unsigned long long>(cancelled_),
              g_received.load());
}

}  // namespace
}  // namespace storm
