#include "hiaiengine/power_state.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "openmatrix/simulator.h"

namespace hiai {
namespace {

std::vector<std::string> g_told;
std::thread::id g_thread;

HIAI_StatusT Tell(const char* who, uint32_t device, PowerState::DevicePowerStateT state) {
  g_told.push_back(who + std::to_string(device) + "/" + std::to_string(static_cast<int>(state)));
  g_thread = std::this_thread::get_id();
  return HIAI_OK;
}

HIAI_StatusT First(uint32_t device, PowerState::DevicePowerStateT state) {
  return Tell("first ", device, state);
}
HIAI_StatusT Second(uint32_t device, PowerState::DevicePowerStateT state) {
  return Tell("second ", device, state);
}
HIAI_StatusT Throwing(uint32_t, PowerState::DevicePowerStateT) {
  throw std::runtime_error("thrown by a test");
}
HIAI_StatusT Failing(uint32_t device, PowerState::DevicePowerStateT state) {
  static_cast<void>(Tell("failing ", device, state));
  return HIAI_ERROR;
}
HIAI_StatusT Once(uint32_t device, PowerState::DevicePowerStateT state) {
  static_cast<void>(Tell("once ", device, state));
  return PowerState::GetInstance()->UnsubscribePowerStateEvent(Once);
}
HIAI_StatusT RemovesSecond(uint32_t device, PowerState::DevicePowerStateT state) {
  static_cast<void>(Tell("remover ", device, state));
  return PowerState::GetInstance()->UnsubscribePowerStateEvent(Second);
}
HIAI_StatusT AddsSecond(uint32_t device, PowerState::DevicePowerStateT state) {
  static_cast<void>(Tell("adder ", device, state));
  return PowerState::GetInstance()->SubscribePowerStateEvent(Second);
}

using Told = std::vector<std::string>;

class PowerStates : public testing::Test {
 protected:
  void SetUp() override { g_told.clear(); }
  void TearDown() override {
    for (const auto callback :
         {First, Second, Throwing, Failing, Once, RemovesSecond, AddsSecond}) {
      static_cast<void>(Unsubscribe(callback));
    }
  }
  static HIAI_StatusT Subscribe(PowerState::PowerStateNotifyCallbackT callback) {
    return PowerState::GetInstance()->SubscribePowerStateEvent(callback);
  }
  static HIAI_StatusT Unsubscribe(PowerState::PowerStateNotifyCallbackT callback) {
    return PowerState::GetInstance()->UnsubscribePowerStateEvent(callback);
  }
};

TEST_F(PowerStates, HaveTheNumbersAndTheSizeOfTheInterface) {
  EXPECT_EQ(PowerState::DEVICE_POWER_STATE_S0, 0);
  EXPECT_EQ(PowerState::DEVICE_POWER_STATE_SUSPEND, 1);
  EXPECT_EQ(PowerState::DEVICE_POWER_STATE_D0, 2);
  EXPECT_EQ(PowerState::DEVICE_POWER_STATE_D3, 3);
  EXPECT_EQ(PowerState::DEVICE_POWER_STATE_ENABLE, 4);
  EXPECT_EQ(PowerState::DEVICE_POWER_STATE_DISABLE, 5);
  EXPECT_EQ(PowerState::DEVICE_POWER_STATE_MAX, 6);
  EXPECT_TRUE((std::is_same<PowerState::DEVICE_POWER_STATE, PowerState::DevicePowerStateT>::value));
#if defined(__x86_64__)
  EXPECT_EQ(sizeof(PowerState), 136u);
#endif
  EXPECT_EQ(PowerState::GetInstance(), PowerState::GetInstance());
}

TEST_F(PowerStates, SubscriptionsNameWhatIsWrong) {
  EXPECT_EQ(Subscribe(nullptr), HIAI_POWER_STATE_CALLBACK_REGISTER_ERROR);
  EXPECT_EQ(Unsubscribe(nullptr), HIAI_POWER_STATE_CALLBACK_REGISTER_ERROR);
  EXPECT_EQ(Unsubscribe(First), HIAI_POWER_STATE_CALLBACK_REGISTER_WARNING);
  EXPECT_EQ(Subscribe(First), HIAI_OK);
  EXPECT_EQ(Subscribe(First), HIAI_POWER_STATE_DUPLICATE_CALLBACK);
  EXPECT_EQ(Unsubscribe(First), HIAI_OK);
  EXPECT_EQ(Unsubscribe(First), HIAI_POWER_STATE_CALLBACK_REGISTER_WARNING);
  EXPECT_EQ(Subscribe(First), HIAI_OK);
}

TEST_F(PowerStates, AllWhoSubscribedAreToldInOrderOnTheCallersThread) {
  ASSERT_EQ(Subscribe(Second), HIAI_OK);
  ASSERT_EQ(Subscribe(First), HIAI_OK);

  EXPECT_EQ(openmatrix_notify_power_state(2, PowerState::DEVICE_POWER_STATE_SUSPEND), 0);

  EXPECT_EQ(g_told, (Told{"second 2/1", "first 2/1"}));
  EXPECT_EQ(g_thread, std::this_thread::get_id());
}

TEST_F(PowerStates, WhoUnsubscribedIsNotTold) {
  ASSERT_EQ(Subscribe(First), HIAI_OK);
  ASSERT_EQ(Unsubscribe(First), HIAI_OK);

  EXPECT_EQ(openmatrix_notify_power_state(0, PowerState::DEVICE_POWER_STATE_S0), 0);

  EXPECT_TRUE(g_told.empty());
}

TEST_F(PowerStates, ACallbackMayUnsubscribeItselfAndOthersAndSubscribe) {
  ASSERT_EQ(Subscribe(Once), HIAI_OK);
  ASSERT_EQ(Subscribe(RemovesSecond), HIAI_OK);
  ASSERT_EQ(Subscribe(Second), HIAI_OK);
  EXPECT_EQ(openmatrix_notify_power_state(0, 0), 0);
  EXPECT_EQ(g_told, (Told{"once 0/0", "remover 0/0"}));

  g_told.clear();
  ASSERT_EQ(Unsubscribe(RemovesSecond), HIAI_OK);
  ASSERT_EQ(Subscribe(AddsSecond), HIAI_OK);
  EXPECT_EQ(openmatrix_notify_power_state(0, 5), 0);
  EXPECT_EQ(g_told, (Told{"adder 0/5"}));
  EXPECT_EQ(openmatrix_notify_power_state(0, 5), 0);
  EXPECT_EQ(g_told, (Told{"adder 0/5", "adder 0/5", "second 0/5"}));
}

TEST_F(PowerStates, WhatOneThrowsOrAnswersKeepsNobodyFromBeingTold) {
  ASSERT_EQ(Subscribe(Throwing), HIAI_OK);
  ASSERT_EQ(Subscribe(Failing), HIAI_OK);
  ASSERT_EQ(Subscribe(First), HIAI_OK);

  EXPECT_EQ(openmatrix_notify_power_state(0, 3), 0);

  EXPECT_EQ(g_told, (Told{"failing 0/3", "first 0/3"}));
}

TEST_F(PowerStates, UnknownDevicesAndStatesReachNobody) {
  ASSERT_EQ(Subscribe(First), HIAI_OK);

  EXPECT_EQ(openmatrix_notify_power_state(4, 0), -1);
  EXPECT_EQ(openmatrix_notify_power_state(0xFFFFFFFFu, 0), -1);
  EXPECT_EQ(openmatrix_notify_power_state(0, 6), -1);
  EXPECT_EQ(openmatrix_notify_power_state(0, -1), -1);

  EXPECT_TRUE(g_told.empty());
}

}  // namespace
}  // namespace hiai
