#include "memory/side_account.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace openmatrix {
namespace {

TEST(SideAccount, ChargesUpToTheLimitAndNotAByteMore) {
  SideAccount account;
  account.SetLimit(100);

  EXPECT_TRUE(account.TryCharge(60));
  EXPECT_FALSE(account.TryCharge(41));
  EXPECT_TRUE(account.HasRoom(40));
  EXPECT_FALSE(account.HasRoom(41));
  EXPECT_TRUE(account.TryCharge(40));
  EXPECT_EQ(account.charged(), 100u);
}

TEST(SideAccount, AForcedChargeMayExceedTheLimitAndThePeakRemembersIt) {
  SideAccount account;
  account.SetLimit(100);
  account.Charge(150);
  EXPECT_FALSE(account.TryCharge(1));

  account.Uncharge(150);

  EXPECT_EQ(account.charged(), 0u);
  EXPECT_EQ(account.peak(), 150u);
  EXPECT_TRUE(account.TryCharge(100));
}

TEST(SideAccount, AnUnchargeThatComesBeforeItsChargeEvensOut) {
  SideAccount account;
  account.SetLimit(100);
  account.Uncharge(10);
  EXPECT_EQ(account.charged(), 0u) << "never shown as a huge number";
  account.Charge(10);
  EXPECT_TRUE(account.TryCharge(100));
}

TEST(SideAccount, ThreadsThatRaceForTheLastBytesNeverExceedTheLimit) {
  SideAccount account;
  account.SetLimit(7);
  std::vector<std::thread> threads;
  for (int id = 0; id < 4; ++id) {
    threads.emplace_back([&] {
      for (int step = 0; step < 20000; ++step) {
        if (account.TryCharge(3)) account.Uncharge(3);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(account.charged(), 0u);
  EXPECT_LE(account.peak(), 7u);
}

}  // namespace
}  // namespace openmatrix
