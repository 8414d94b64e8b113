// Tests src/api/hiai_log.cpp.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "hiaiengine/log.h"
#include "log_capture.h"

namespace openmatrix {
namespace {

hiai::HIAILog& TheLog() { return *hiai::HIAILog::GetInstance(); }

TEST(HiaiLog, IsThereFromTheBeginning) {
  EXPECT_TRUE(TheLog().IsInit());
  EXPECT_EQ(hiai::HIAILog::GetInstance(), hiai::HIAILog::GetInstance());
}

TEST(HiaiLog, KnowsTheThreshold) {
  const LogCapture log(LogLevel::kError);

  EXPECT_EQ(TheLog().HIAIGetCurLogLevel(), static_cast<std::uint32_t>(HIAI_ERROR));
  EXPECT_TRUE(TheLog().HIAILogOutputEnable(HIAI_GRAPH_INVALID_VALUE));
  EXPECT_FALSE(TheLog().HIAILogOutputEnable(HIAI_GRAPH_SRC_PORT_NOT_EXIST)) << "a warning";
  EXPECT_TRUE(TheLog().HIAILogOutputEnable(0xFFFFFFFFu)) << "counts as an error";
}

TEST(HiaiLog, NamesTheLevels) {
  EXPECT_EQ(TheLog().HIAILevelName(HIAI_DEBUG), "DEBUG");
  EXPECT_EQ(TheLog().HIAILevelName(HIAI_EVENT), "EVENT");
  EXPECT_EQ(TheLog().HIAILevelName(6), "");
}

TEST(HiaiLog, SavesLinesAsTheyAre) {
  const LogCapture log(LogLevel::kInfo);

  TheLog().HIAISaveLog(MODID_ENGINE, HIAI_WARNING, "100%s done");
  TheLog().HIAISaveLog(MODID_ENGINE, HIAI_DEBUG, "too low");
  TheLog().HIAISaveLog(MODID_ENGINE, HIAI_ERROR, nullptr);
  TheLog().HIAISaveLog(MODID_ENGINE, 77, "no level");

  EXPECT_NE(log.Text().find(" WARNING [module 0x0102] 100%s done\n"), std::string::npos);
  EXPECT_NE(log.Text().find(" ERROR [module 0x0102] no level\n"), std::string::npos);
  EXPECT_EQ(log.Text().find("too low"), std::string::npos);
}

TEST(HiaiLog, RefreshTakesTheLevelOfTheEnvironment) {
  const char* const before = std::getenv("OPENMATRIX_LOG");
  const std::string saved = before == nullptr ? "" : before;
  const LogCapture log(LogLevel::kError);

  ASSERT_EQ(::setenv("OPENMATRIX_LOG", "debug", 1), 0);
  TheLog().HIAIRefreshLogLevel();
  EXPECT_EQ(TheLog().HIAIGetCurLogLevel(), static_cast<std::uint32_t>(HIAI_DEBUG));
  TheLog().HIAISaveLog(MODID_ENGINE, HIAI_DEBUG, "the file stays");
  EXPECT_NE(log.Text().find("the file stays"), std::string::npos);

  ASSERT_EQ(::setenv("OPENMATRIX_LOG", "loud", 1), 0);
  TheLog().HIAIRefreshLogLevel();
  EXPECT_EQ(TheLog().HIAIGetCurLogLevel(), static_cast<std::uint32_t>(HIAI_DEBUG));

  if (before == nullptr) {
    ::unsetenv("OPENMATRIX_LOG");
  } else {
    ::setenv("OPENMATRIX_LOG", saved.c_str(), 1);
  }
}

TEST(HiaiLog, ConstantsAreTheVendors) {
  EXPECT_EQ(MAX_LOG_STRING, 8192);
  EXPECT_EQ(HIAI_TM_BUF_LENGHT, 64);
  EXPECT_EQ(HIAI_TIME_BASE_YEAR, 1900);
  EXPECT_EQ(HIAI_TIME_BASE_MONTH, 1);
}

}  // namespace
}  // namespace openmatrix
