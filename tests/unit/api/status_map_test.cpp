// Tests src/api/status_map.cpp: every code of ours has a status that the documents know.
#include "api/status_map.h"

#include <gtest/gtest.h>

namespace openmatrix {
namespace {

TEST(StatusMap, EveryCodeBecomesAFailureWithAText) {
  for (int i = 0; i < static_cast<int>(Code::kCount); ++i) {
    const HIAI_StatusT status = StatusOf(static_cast<Code>(i));

    EXPECT_NE(status, HIAI_OK) << "code " << i;
    EXPECT_NE(status, HIAI_GRAPH_OK) << "code " << i;
    EXPECT_FALSE(HIAI_GET_ERROR_STR(status).empty()) << "code " << i;
  }
}

struct Expected {
  Code code;
  HIAI_StatusT status;
};

// Written down a second time from the tables of the interface: applications retry by exact value.
constexpr Expected kExpected[] = {
    {Code::kInvalidValue, 0x01013024},
    {Code::kTooLarge, 0x0101302E},
    {Code::kNoMemory, 0x01013028},
    {Code::kCannotGrow, 0x01013030},
    {Code::kPoolStopped, 0x010110AC},
    {Code::kNotSupported, 0x0101302B},
    {Code::kNotFound, 0x0101301E},
    {Code::kWrongFamily, 0x01013020},
    {Code::kWrongState, 0x010130A3},
    {Code::kOverrun, 0x010130BC},
    {Code::kNoSerializer, 0x01013009},
    {Code::kNoConverter, 0x01013019},
    {Code::kQueueFull, 0x0102303E},
    {Code::kQueueStopped, 0x01021032},
    {Code::kNoCapacity, 0x01013021},
    {Code::kLinkFailed, 0x01013007},
    {Code::kSessionDead, 0x0103309D},
    {Code::kHookFailed, 0x010130B1},
    {Code::kHostMemoryExhausted, 0x0101308D},
    {Code::kNullMessage, 0x0102303A},
    {Code::kNoGraph, 0x01013008},
    {Code::kNoEngine, 0x0101300A},
    {Code::kPortOutOfRange, 0x0102303B},
    {Code::kPortNotConnected, 0x01012016},
    {Code::kNullReceiver, 0x01013018},
    {Code::kInitFailed, 0x0104306E},
    {Code::kFileMissing, 0x01013096},
    {Code::kConfigMalformed, 0x0101301A},
    {Code::kGraphIdExists, 0x01013006},
    {Code::kEngineIdRepeated, 0x01013010},
    {Code::kBadConnection, 0x01013013},
    {Code::kKeyRefused, 0x010130AD},
    {Code::kSignatureRefused, 0x010130AF},
    {Code::kLibraryNotLoaded, 0x01013014},
    {Code::kEngineNotCreated, 0x01013017},
    {Code::kEngineInitFailed, 0x01013011},
    {Code::kOutOfRange, 0x01023039},
    {Code::kEngineNotStarted, 0x0101300F},
    {Code::kUpdateFailed, 0x01013089},
    {Code::kUpdateRejected, 0x010130B4},
    {Code::kDestroyTimedOut, 0x0101300C},
    {Code::kParentsGraphs, 0x0101309C},
    {Code::kUserStatus, 0x010130B1},
};

TEST(StatusMap, EveryCodeHasTheDocumentedValue) {
  ASSERT_EQ(sizeof kExpected / sizeof kExpected[0], static_cast<std::size_t>(Code::kCount));
  for (const Expected& expected : kExpected) {
    EXPECT_EQ(StatusOf(expected.code), expected.status)
        << "code " << static_cast<int>(expected.code);
  }
}

TEST(StatusMap, AUsersStatusIsCarriedUnchanged) {
  EXPECT_EQ(StatusOf(Error{Code::kUserStatus, "", 3}), 3u);
  EXPECT_EQ(StatusOf(Error{Code::kUserStatus, "", 0}), 0u);
}

TEST(StatusMap, AFailureNeverBecomesASuccess) {
  EXPECT_NE(StatusOf(Error{Code::kUserStatus, "", HIAI_OK}), HIAI_OK);
}

TEST(StatusMap, OnlyWhatIsWorthTryingAgainIsTransient) {
  for (int i = 0; i < static_cast<int>(Code::kCount); ++i) {
    const Code code = static_cast<Code>(i);
    const bool expected = code == Code::kNoMemory || code == Code::kQueueFull ||
                          code == Code::kNoCapacity || code == Code::kSessionDead;
    EXPECT_EQ(IsTransient(code), expected) << "code " << i;
  }
}

}  // namespace
}  // namespace openmatrix
