// Tests src/models/ai_types.cpp, and the numbers of hiaiengine/ai_types.h.
#include "hiaiengine/ai_types.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

namespace openmatrix {
namespace {

TEST(AiContext, AnAbsentParameterIsEmpty) {
  const hiai::AIContext context;

  EXPECT_EQ(context.GetPara("model_name"), "");
}

TEST(AiContext, ALaterValueReplacesTheOneBefore) {
  hiai::AIContext context;

  context.AddPara("model_name", "first");
  context.AddPara("model_name", "second");

  EXPECT_EQ(context.GetPara("model_name"), "second");
}

TEST(AiContext, ADeletedParameterIsAbsent) {
  hiai::AIContext context;
  context.AddPara("key", "value");

  context.DeletePara("key");
  context.DeletePara("never there");

  EXPECT_EQ(context.GetPara("key"), "");
}

TEST(AiContext, KeysReplaceWhatTheListHeld) {
  hiai::AIContext context;
  context.AddPara("b", "2");
  context.AddPara("a", "1");
  std::vector<std::string> keys = {"old"};

  context.GetAllKeys(keys);

  EXPECT_EQ(keys, (std::vector<std::string>{"a", "b"}));
}

TEST(AiContext, ACopyHasALifeOfItsOwn) {
  hiai::AIContext first;
  first.AddPara("key", "value");

  hiai::AIContext second = first;
  second.AddPara("key", "other");

  EXPECT_EQ(first.GetPara("key"), "value");
}

TEST(AiTypes, StatusesAndEnumeratorsHaveTheVendorsNumbers) {
  EXPECT_EQ(hiai::SUCCESS, 0u);
  EXPECT_EQ(hiai::FAILED, 1u);
  EXPECT_EQ(hiai::NOT_INIT, 2u);
  EXPECT_EQ(hiai::INVALID_PARA, 3u);
  EXPECT_EQ(hiai::AI_TASK_TIMEOUT, 4u);
  EXPECT_EQ(hiai::MAX_PATH, 4096u);
  EXPECT_EQ(hiai::CUSTOM, 4);
  EXPECT_EQ(hiai::BOTH, 2);
  EXPECT_EQ(hiai::MAX_OFFLINE_MODEL, 1);
  EXPECT_EQ(hiai::NPU_OFFLINE_TASK, 0);
  EXPECT_EQ(hiai::TIMEOUT_NOT_WORK, 2);
  EXPECT_EQ(hiai::TASK_DONE, 3);
  EXPECT_EQ(hiai::HIAI_DATA_UINT8, 4);
  EXPECT_EQ(hiai::AI_CAMBRICON_OFFLINE_MODEL, 1);
  EXPECT_EQ(hiai::DAVINCI_IR, 5);
}

TEST(AiTypes, ADimensionLiesAsTheVendorsDoes) {
  EXPECT_EQ(offsetof(hiai::TensorDimension, w), 12u);
  EXPECT_EQ(offsetof(hiai::TensorDimension, data_type), 16u);
  EXPECT_EQ(offsetof(hiai::TensorDimension, size), 20u);
  EXPECT_EQ(offsetof(hiai::TensorDimension, name), 24u);
}

}  // namespace
}  // namespace openmatrix
