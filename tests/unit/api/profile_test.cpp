// Tests src/api/profile.cpp: what is counted, never how long it took. Each test has a graph of its
// own, as the object is one for the process.
#include "hiaiengine/profile.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <string>
#include <thread>
#include <vector>

#include "text.h"

PROFILESTATIC_REGTYPE(test_decode, 0x7001, "decode")

namespace openmatrix {
namespace {

hiai::ProfileStatistic& Profile() { return *hiai::ProfileStatistic::GetInstance(); }

std::uint64_t Self() { return static_cast<std::uint64_t>(::pthread_self()); }

class ProfileStatistic : public testing::Test {
 protected:
  ProfileStatistic() { Profile().SetProfileSwitch(true); }
  ~ProfileStatistic() override { Profile().SetProfileSwitch(false); }
};

TEST_F(ProfileStatistic, CountsRunsOfAGraph) {
  for (int i = 0; i < 3; ++i) {
    PROFILESTATIC_GRAPH_STARTTIME(9001);
    PROFILESTATIC_GRAPH_ENDTIME(9001);
  }

  EXPECT_TRUE(Has(Profile().ProfileStatisticString(9001), "graph 9001: count 3, total "));
  EXPECT_EQ(Profile().ProfileStatisticString(9999), "");
}

TEST_F(ProfileStatistic, CountsWorkForEngineAndType) {
  PROFILESTATIC_ADDENGINE(Self(), "Decoder", 9002);
  PROFILESTATIC_STARTTIME(0x7001);
  PROFILESTATIC_STARTTIME(0x7002);
  PROFILESTATIC_ENDTIME(0x7001);
  PROFILESTATIC_ENGINE_ENDTIME(0x7002, 42);

  const std::string table = Profile().ProfileStatisticString(9002);

  EXPECT_TRUE(Has(table, "engine Decoder, type 0x7001 (decode): count 1, ")) << table;
  EXPECT_TRUE(Has(table, "engine Decoder, type 0x7002: count 1, ")) << table;
  EXPECT_TRUE(Has(table, ", last request 42\n")) << table;
}

TEST_F(ProfileStatistic, AnEndWithoutABeginningDoesNotCount) {
  PROFILESTATIC_ADDENGINE(Self(), "Late", 9003);
  PROFILESTATIC_ENDTIME(0x7003);
  PROFILESTATIC_GRAPH_ENDTIME(9003);

  EXPECT_EQ(Profile().ProfileStatisticString(9003), "");
}

TEST_F(ProfileStatistic, SaysWhetherThereIsSomethingNew) {
  Profile().ProfileStatisticString(9004);
  EXPECT_FALSE(Profile().NeedWrite());

  PROFILESTATIC_GRAPH_STARTTIME(9004);
  PROFILESTATIC_GRAPH_ENDTIME(9004);
  EXPECT_TRUE(Profile().NeedWrite());

  Profile().StopWait();
  EXPECT_FALSE(Profile().NeedWrite());
  Profile().SetProfileSwitch(true);
  EXPECT_TRUE(Profile().NeedWrite());

  Profile().ProfileStatisticString(9004);
  EXPECT_FALSE(Profile().NeedWrite());
}

TEST_F(ProfileStatistic, WithTheSwitchOffNothingHappens) {
  Profile().SetProfileSwitch(false);
  int evaluated = 0;

  PROFILESTATIC_GRAPH_STARTTIME((++evaluated, 9005));
  PROFILESTATIC_GRAPH_ENDTIME((++evaluated, 9005));
  Profile().RecordGraphStartTime(9005);
  Profile().RecordGraphEndTime(9005);

  EXPECT_EQ(evaluated, 0);
  EXPECT_FALSE(Profile().IsProfileEnable());
  EXPECT_EQ(Profile().ProfileStatisticString(9005), "");
}

TEST_F(ProfileStatistic, TheClockDoesNotRunBackwards) {
  const std::uint64_t first = hiai::ProfileStatistic::ProfileGetCurrentTime();

  EXPECT_GE(hiai::ProfileStatistic::ProfileGetCurrentTime(), first);
}

TEST_F(ProfileStatistic, ThreadsDoNotDisturbEachOther) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      PROFILESTATIC_ADDENGINE(Self(), "Worker", 9006);
      for (int round = 0; round < 250; ++round) {
        PROFILESTATIC_STARTTIME(0x7006);
        PROFILESTATIC_ENDTIME(0x7006);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  const std::string table = Profile().ProfileStatisticString(9006);
  EXPECT_TRUE(Has(table, "engine Worker, type 0x7006: count 1000, ")) << table;
}

}  // namespace
}  // namespace openmatrix
