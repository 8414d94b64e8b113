// Tests src/api/status.cpp and the constants of hiaiengine/status.h.
#include "hiaiengine/status.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

namespace {

enum { USER_FAILURE_CODE = 7, USER_REPEATED_CODE, USER_LONG_CODE = 0x1FFF };
// With and without a semicolon; -Wpedantic has nothing to say about either.
HIAI_DEF_ERROR_CODE(0x6001, HIAI_ERROR, USER_FAILURE, "the user's own text")
HIAI_DEF_ERROR_CODE(0x6001, HIAI_WARNING, USER_REPEATED, "first text");
HIAI_DEF_ERROR_CODE(0x16001, HIAI_EVENT, USER_LONG, "parts that are too long are cut")

#define GOLDEN(name, index, number)                           \
  static_assert(name##_CODE == index, #name " has an index"); \
  static_assert(name == number, #name " has a value");        \
  static_assert(std::is_same<decltype(name), const HIAI_StatusT>::value, "exact type");
#include "status_golden.inc"
#undef GOLDEN

struct Golden {
  const char* name;
  HIAI_StatusT value;
};

#define GOLDEN(name, index, number) {#name, number},
constexpr Golden kGolden[] = {
#include "status_golden.inc"
};
#undef GOLDEN

std::string Text(HIAI_StatusT status) { return HIAI_GET_ERROR_STR(status); }

// Registered before main, like the codes of applications.
const std::string g_text_before_main = HIAI_GET_ERROR_STR(HIAI_GRAPH_NO_MEMORY);

// Destroyed after main, when other objects are gone.
struct AsksAfterMain {
  ~AsksAfterMain() {
    if (Text(HIAI_OK).empty() || Text(USER_FAILURE).empty()) std::abort();
    hiai::StatusFactory::GetInstance()->RegisterErrorNo(0x60020001, "late");
    if (Text(0x60020001) != "late") std::abort();
  }
};
const AsksAfterMain g_asks_after_main;

TEST(Status, ThereAre197CodesAndSuccessIsNotZero) {
  EXPECT_EQ(HIAI_STATUS_CODE_TOTAL, 197);
  EXPECT_EQ(sizeof kGolden / sizeof kGolden[0], 197u);
  EXPECT_EQ(HIAI_OK, 0x01011000u);
}

TEST(Status, EveryCodeHasATextOfItsOwnLine) {
  for (const Golden& golden : kGolden) {
    EXPECT_FALSE(Text(golden.value).empty()) << golden.name;
    EXPECT_EQ(hiai::StatusFactory::GetErrCodeDesc(golden.value), Text(golden.value));
  }
}

TEST(Status, NoTwoCodesShareAValue) {
  std::set<HIAI_StatusT> values;
  for (const Golden& golden : kGolden) values.insert(golden.value);
  EXPECT_EQ(values.size(), 197u);
}

TEST(Status, TextsAreThereBeforeMain) { EXPECT_FALSE(g_text_before_main.empty()); }

TEST(Status, TheDocumentedSpellingHasTheSameValue) {
  EXPECT_EQ(HIAI_GRAPH_NOT_FIND_MEMORY, HIAI_GRAPH_NOT_FOND_MEMORY);
}

TEST(Status, AUserCodeIsMadeOfModuleLevelAndIndex) {
  EXPECT_EQ(USER_FAILURE, 0x60013007u);
  EXPECT_EQ(USER_REPEATED, 0x60012008u);
  EXPECT_EQ(USER_LONG, 0x60015FFFu);
  EXPECT_EQ(HIAI_GET_ERROR_LEVEL(USER_FAILURE), static_cast<HIAI_StatusT>(HIAI_ERROR));
  EXPECT_EQ(Text(USER_FAILURE), "the user's own text");
}

TEST(Status, TheFirstTextOfACodeStays) {
  hiai::StatusFactory::GetInstance()->RegisterErrorNo(USER_REPEATED, "second text");
  hiai::StatusFactory::GetInstance()->RegisterErrorNo(HIAI_OK, "another success");

  EXPECT_EQ(Text(USER_REPEATED), "first text");
  EXPECT_NE(Text(HIAI_OK), "another success");
}

TEST(Status, AnUnknownCodeHasAnEmptyText) {
  EXPECT_EQ(Text(0), "");
  EXPECT_EQ(Text(3), "");
  EXPECT_EQ(Text(0xFFFFFFFFu), "");
  EXPECT_EQ(Text(0x01010000u), "");  // index 0 with another level
}

TEST(Status, LevelsAndModulesHaveTheVendorsNumbers) {
  EXPECT_EQ(HIAI_DEBUG, 0);
  EXPECT_EQ(HIAI_INFO, 1);
  EXPECT_EQ(HIAI_WARNING, 2);
  EXPECT_EQ(HIAI_ERROR, 3);
  EXPECT_EQ(HIAI_FATAL, 4);
  EXPECT_EQ(HIAI_EVENT, 5);
  EXPECT_EQ(MODID_GRAPH, 0x0101);
  EXPECT_EQ(MODID_ENGINE, 0x0102);
  EXPECT_EQ(MODID_HDC, 0x0103);
  EXPECT_EQ(MODID_OTHER, 0x0104);
  EXPECT_EQ(MODID_PPC, 0x0105);
  EXPECT_EQ(MODID_PROFILE, 0x0106);
  EXPECT_EQ(HIAI_API_VERSION_V2_00, 200);
  EXPECT_EQ(HIAI_INVAILED_DEVICE_ID, -1);
}

TEST(Status, ThreadsMayRegisterAndAskAtOnce) {
  std::vector<std::thread> threads;
  for (std::uint32_t t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      for (std::uint32_t i = 0; i < 200; ++i) {
        const HIAI_StatusT status = 0x61000000u | t << 16 | i;
        hiai::StatusFactory::GetInstance()->RegisterErrorNo(status, std::to_string(status));
        EXPECT_EQ(Text(status), std::to_string(status));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
