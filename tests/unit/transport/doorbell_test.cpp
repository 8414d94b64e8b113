#include "transport/doorbell.h"

#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "../base/manual_clock.h"
#include "forever.h"

namespace openmatrix {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

// A count that threads take from: what the doorbell is rung about.
struct Tokens {
  bool TryTake() {
    int now = count.load(std::memory_order_seq_cst);
    while (now > 0) {
      if (count.compare_exchange_weak(now, now - 1, std::memory_order_seq_cst)) return true;
    }
    return false;
  }
  void Give(Doorbell& bell) {
    count.fetch_add(1, std::memory_order_seq_cst);
    bell.Ring();
  }
  std::atomic<int> count{0};
};

void UntilSomebodySleeps(const Doorbell& bell) {
  while (!bell.HasSleepers()) std::this_thread::yield();
}

// Until the kernel says that the thread sleeps: who counts himself a sleeper may still be on his
// way.
void UntilAsleep(const std::atomic<pid_t>& thread) {
  std::string state;
  do {
    std::this_thread::yield();
    std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/stat");
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const std::size_t name_end = text.rfind(')');
    state = name_end == std::string::npos ? "" : text.substr(name_end + 2, 1);
  } while (state != "S");
}

TEST(Doorbell, ReturnsAtOnceWhenTheConditionHolds) {
  Doorbell bell(microseconds(0));

  EXPECT_EQ(bell.Await([] { return true; }, Forever()), Doorbell::End::kDone);
  EXPECT_FALSE(bell.HasSleepers());
}

TEST(Doorbell, WaitsByTheClockThatTheWaitNames) {
  Doorbell bell(microseconds(0));
  ManualClock clock;
  Wait wait{clock.Now() + milliseconds(10)};
  wait.clock = &clock;
  std::atomic<bool> over{false};
  Doorbell::End end = Doorbell::End::kDone;
  std::thread sleeper([&] {
    end = bell.Await([] { return false; }, wait);
    over = true;
  });
  clock.AwaitSleepers(1, wait.deadline);

  clock.Advance(milliseconds(9));
  bell.RingAll();
  clock.AwaitSleepers(1, wait.deadline);
  EXPECT_FALSE(over);
  clock.Advance(milliseconds(1));

  sleeper.join();
  EXPECT_EQ(end, Doorbell::End::kTimedOut);
}

TEST(Doorbell, TriesOnceAndNeverSleepsAfterTheDeadline) {
  Doorbell bell(microseconds(1000));
  int attempts = 0;

  const auto end = bell.Await(
      [&] {
        ++attempts;
        return false;
      },
      Wait::For(milliseconds(0)));

  EXPECT_EQ(end, Doorbell::End::kTimedOut);
  EXPECT_EQ(attempts, 1);
}

TEST(Doorbell, EndsAtTheDeadline) {
  Doorbell bell(microseconds(10));

  EXPECT_EQ(bell.Await([] { return false; }, Wait::For(milliseconds(2))), Doorbell::End::kTimedOut);
  EXPECT_FALSE(bell.HasSleepers());
}

// At the entry, before the sleep, and after it: the wake that a leaving sleeper used up may have
// been meant for this very change.
TEST(Doorbell, LooksOnceMoreAfterItsTimeIsUp) {
  Doorbell bell(microseconds(0));
  int attempts = 0;

  const auto end = bell.Await([&] { return ++attempts == 3; }, Wait::For(milliseconds(2)));

  EXPECT_EQ(end, Doorbell::End::kDone);
}

// The condition comes true, and is rung for, between the last look and the sleep.
TEST(Doorbell, DoesNotSleepThroughARingThatComesJustBefore) {
  Doorbell bell(microseconds(0));
  int attempts = 0;

  const auto end = bell.Await(
      [&] {
        if (++attempts == 2) bell.Ring();
        return attempts == 3;
      },
      Forever());

  EXPECT_EQ(end, Doorbell::End::kDone);
}

TEST(Doorbell, ARingWakesASleeper) {
  Doorbell bell(microseconds(0));
  Tokens tokens;
  std::atomic<pid_t> thread{0};
  std::thread sleeper([&] {
    thread = static_cast<pid_t>(::syscall(SYS_gettid));
    EXPECT_EQ(bell.Await([&] { return tokens.TryTake(); }, Forever()), Doorbell::End::kDone);
  });
  UntilSomebodySleeps(bell);
  UntilAsleep(thread);

  tokens.Give(bell);

  sleeper.join();
  EXPECT_FALSE(bell.HasSleepers());
}

TEST(Doorbell, RingAllMakesEverySleeperLookAgain) {
  Doorbell bell(microseconds(0));
  std::atomic<bool> open{false};
  std::vector<std::thread> sleepers;
  for (int i = 0; i < 4; ++i) {
    sleepers.emplace_back([&] {
      EXPECT_EQ(bell.Await([&] { return open.load(); }, Forever()), Doorbell::End::kDone);
    });
  }
  UntilSomebodySleeps(bell);

  open = true;
  bell.RingAll();

  for (std::thread& sleeper : sleepers) sleeper.join();
}

TEST(Doorbell, AStoppedTokenEndsTheWaitBeforeAndDuringSleep) {
  Doorbell bell(microseconds(0));
  StopToken during;
  std::thread sleeper([&] {
    EXPECT_EQ(bell.Await([] { return false; }, Forever(&during)), Doorbell::End::kStopped);
  });
  UntilSomebodySleeps(bell);

  during.Stop();

  sleeper.join();
  EXPECT_EQ(bell.Await([] { return false; }, Forever(&during)), Doorbell::End::kStopped);
  EXPECT_EQ(bell.Await([] { return true; }, Forever(&during)), Doorbell::End::kDone);
}

// The tests below hang, and are ended by the test's time limit, if one wake-up is lost.

void PingPong(nanoseconds spin, int rounds) {
  Doorbell there(spin);
  Doorbell back(spin);
  Tokens ping;
  Tokens pong;
  std::thread partner([&] {
    for (int i = 0; i < rounds; ++i) {
      there.Await([&] { return ping.TryTake(); }, Forever());
      pong.Give(back);
    }
  });
  for (int i = 0; i < rounds; ++i) {
    ping.Give(there);
    back.Await([&] { return pong.TryTake(); }, Forever());
  }
  partner.join();
}

TEST(Doorbell, LosesNoWakeUpInPingPongWithoutSpinning) { PingPong(nanoseconds(0), 20000); }
TEST(Doorbell, LosesNoWakeUpInPingPongAtTheEdgeOfSpinning) { PingPong(nanoseconds(800), 20000); }

TEST(Doorbell, LosesNoWakeUpWithManySleepersAndRingers) {
  constexpr int kThreads = 3;
  constexpr int kEach = 20000;
  for (const nanoseconds spin : {nanoseconds(0), nanoseconds(500)}) {
    Doorbell bell(spin);
    Tokens tokens;
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < kEach; ++i) {
          bell.Await([&] { return tokens.TryTake(); }, Forever());
        }
      });
      threads.emplace_back([&] {
        for (int i = 0; i < kEach; ++i) {
          // Never far ahead, so that the takers keep falling asleep.
          while (tokens.count.load() > 1) std::this_thread::yield();
          tokens.Give(bell);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(tokens.count.load(), 0);
    EXPECT_FALSE(bell.HasSleepers());
  }
}

// Takers that give up, by time or by token, must not take a wake-up with them.
TEST(Doorbell, LosesNoWakeUpWhenOthersGiveUp) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::printf("seed %u\n", seed);
  constexpr int kTokens = 20000;
  Doorbell bell(nanoseconds(0));
  Tokens tokens;
  std::atomic<int> taken{0};
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 2; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937 random(seed + t);
      while (taken.load() < kTokens) {
        const auto patience = microseconds(random() % 50);
        if (bell.Await([&] { return tokens.TryTake(); },
                       Wait{steady_clock::now() + patience, nullptr}) == Doorbell::End::kDone) {
          ++taken;
        }
      }
      bell.RingAll();
    });
  }
  threads.emplace_back([&] {
    while (taken.load() < kTokens) {
      StopToken token;
      std::thread stopper([&] { token.Stop(); });
      if (bell.Await([&] { return tokens.TryTake(); }, Forever(&token)) == Doorbell::End::kDone) {
        ++taken;
      }
      stopper.join();
    }
    bell.RingAll();
  });
  threads.emplace_back([&] {  // the patient one: only a ring ends his wait
    while (taken.load() < kTokens) {
      bool mine = false;
      bell.Await([&] { return (mine = tokens.TryTake()) || taken.load() >= kTokens; }, Forever());
      if (mine) ++taken;
    }
    bell.RingAll();
  });
  for (int i = 0; i < kTokens; ++i) {
    tokens.Give(bell);
    if (i % 64 == 0) {  // let everybody fall asleep now and then
      while (tokens.count.load() > 0) std::this_thread::yield();
    }
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(taken.load(), kTokens);
}

}  // namespace
}  // namespace openmatrix
