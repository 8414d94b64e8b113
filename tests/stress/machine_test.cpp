// The memory calls and sends as a state machine: random calls, right and wrong, against a model
// that knows each answer, each content and the books.
#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

#include "player.h"

namespace storm {
namespace {

constexpr std::uint32_t kQueue = 4;

class Machine : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(CreateStormGraph(kQueue), HIAI_OK);
    ListenToEngines();
    books_ = Books::Now();
    ASSERT_EQ(books_.live_blocks[0] + books_.live_blocks[1], 0u);
  }

  void TearDown() override {
    for (const auto& player : players_) player->FreeAll();
    ExpectBooks("at the end");
    EXPECT_EQ(DestroyStormGraph(), HIAI_OK);
    EXPECT_TRUE(WholeLimitIsToBeHad(HostHalf(), kHostLimit));
    EXPECT_TRUE(WholeLimitIsToBeHad(DeviceHalf(), kDeviceLimit));
  }

  // What a hook drops, it drops soon after the send: no longer than the watchdog allows.
  void ExpectBooks(const std::string& when) {
    Books wanted = books_;
    for (const auto& player : players_) wanted += player->model().books();
    Books now = Books::Now();
    for (int looks = 0; !(now == wanted) && looks < 100000; ++looks) {
      std::this_thread::yield();
      now = Books::Now();
    }
    EXPECT_EQ(now, wanted) << when << (players_.size() == 1 ? players_[0]->Story() : "");
  }

  // The graph comes and goes; blocks stay.
  void Renew() {
    ASSERT_EQ(CreateStormGraph(kQueue), HIAI_GRAPH_ID_EXIST);
    ASSERT_EQ(DestroyStormGraph(), HIAI_OK);
    ASSERT_EQ(HostHalf().send(1, 0, std::make_shared<Parcel>(), 0), HIAI_GRAPH_NOT_EXIST);
    ASSERT_EQ(CreateStormGraph(kQueue), HIAI_OK);
  }

  Storm storm_;
  Books books_;
  std::vector<std::unique_ptr<Player>> players_;
};

TEST_F(Machine, EachCallAnswersWhatTheModelSays) {
  SCOPED_TRACE(storm_.Text());
  players_.push_back(std::make_unique<Player>(1, storm_.seed(), /*alone=*/true));
  std::uint64_t steps = 0;
  for (; storm_.GoesOn(); ++steps) {
    players_[0]->Step();
    ExpectBooks("after step " + std::to_string(steps));
    if (steps % 1000 == 999) Renew();
  }
  RecordProperty("steps", std::to_string(steps));
  std::printf("%llu steps\n", static_cast<unsigned long long>(steps));
}

// A player's blocks outlive the thread that took them: the next one goes on with them.
TEST_F(Machine, EachThreadGetsWhatItsModelSays) {
  SCOPED_TRACE(storm_.Text());
  for (std::uint32_t id = 0; id < 8; ++id) {
    players_.push_back(std::make_unique<Player>(id, storm_.seed(), /*alone=*/false));
  }
  std::uint64_t rounds = 0;
  for (; storm_.GoesOn(); ++rounds) {
    std::vector<std::thread> threads;
    for (const auto& player : players_) {
      threads.emplace_back([&player] {
        for (int step = 0; step < 200 && !testing::Test::HasFailure(); ++step) player->Step();
      });
    }
    for (std::thread& thread : threads) thread.join();
    ExpectBooks("after round " + std::to_string(rounds));
    if (rounds % 10 == 9) Renew();
  }
  std::printf("%llu rounds\n", static_cast<unsigned long long>(rounds));
}

}  // namespace
}  // namespace storm
