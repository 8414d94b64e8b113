// Tests hiaiengine/ai_nn_tensor_list.h.
#include <gtest/gtest.h>

#include <cereal/archives/portable_binary.hpp>
#include <cstdint>
#include <cstring>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "hiaiengine/ai_nn_tensor_list.h"

namespace openmatrix {
namespace {

using hiai::HIAIMemory;
using hiai::NNTensorList;

std::vector<hiai::TensorDimension> TwoShapes() {
  return {{1, 3, 2, 5, 4, 30, "image"}, {2, 1, 1, 4, 1, 32, "scores"}};
}

TEST(NNTensorList, IsEmptyAtFirst) {
  NNTensorList list;

  EXPECT_EQ(list.GetBuffData(), nullptr);
  EXPECT_EQ(list.GetBufferSize(), 0u);
  EXPECT_EQ(list.GetNNTensorNumber(), 0u);
  EXPECT_EQ(list.GetNNTensor(0), nullptr);
}

TEST(NNTensorList, ResizePutsTheTensorsIntoOneBlock) {
  NNTensorList list;
  std::vector<hiai::TensorDimension> shapes = TwoShapes();

  ASSERT_EQ(list.Resize(shapes), HIAI_OK);

  EXPECT_EQ(list.GetNNTensorNumber(), 2u);
  EXPECT_EQ(list.GetBufferSize(), 62u);
  EXPECT_TRUE(HIAIMemory::IsDMalloc(list.GetBuffData(), 62));
  const auto first = list.GetNNTensor(0);
  const auto second = list.GetNNTensor(1);
  ASSERT_NE(first, nullptr);
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(first->GetBuffer(), list.GetBuffData());
  EXPECT_EQ(second->GetBuffer(), static_cast<const std::uint8_t*>(list.GetBuffData()) + 30);
  EXPECT_EQ(second->GetSize(), 32u);
  EXPECT_EQ(second->GetNumber(), 2);
  EXPECT_EQ(second->GetChannel(), 1);
  EXPECT_EQ(second->GetHeight(), 1);
  EXPECT_EQ(second->GetWidth(), 4);
  EXPECT_EQ(second->GetData_type(), 1);
  EXPECT_EQ(second->GetName(), "scores");
}

TEST(NNTensorList, GivesItsBlockBack) {
  const void* block = nullptr;
  {
    NNTensorList list;
    std::vector<hiai::TensorDimension> shapes = TwoShapes();
    ASSERT_EQ(list.Resize(shapes), HIAI_OK);
    block = list.GetBuffData();
    EXPECT_TRUE(HIAIMemory::IsDMalloc(block, 0));
  }

  EXPECT_FALSE(HIAIMemory::IsDMalloc(block, 0));
}

TEST(NNTensorList, ABlockThatIsReplacedGoesBack) {
  void* first = nullptr;
  void* second = nullptr;
  ASSERT_EQ(HIAIMemory::HIAI_DMalloc(64, first), HIAI_OK);
  ASSERT_EQ(HIAIMemory::HIAI_DMalloc(64, second), HIAI_OK);
  NNTensorList list;

  list.SetBuffData(first);
  list.SetBuffData(second);
  list.SetBuffData(second);

  EXPECT_FALSE(HIAIMemory::IsDMalloc(first, 0));
  EXPECT_TRUE(HIAIMemory::IsDMalloc(second, 0));
}

TEST(NNTensorList, MemoryFromElsewhereStaysTheCallers) {
  std::uint8_t bytes[4] = {};
  {
    NNTensorList list;
    list.SetBuffData(bytes);
  }
  EXPECT_EQ(bytes[3], 0);
}

TEST(NNTensorList, WhatCannotBeMadeLeavesTheListAsItWas) {
  NNTensorList list;
  std::vector<hiai::TensorDimension> shapes = TwoShapes();
  ASSERT_EQ(list.Resize(shapes), HIAI_OK);
  const void* const block = list.GetBuffData();

  std::vector<hiai::TensorDimension> none;
  EXPECT_EQ(list.Resize(none), HIAI_GRAPH_INVALID_VALUE);
  std::vector<hiai::TensorDimension> huge(2, {1, 1, 1, 1, 0, UINT32_MAX, "huge"});
  EXPECT_EQ(list.Resize(huge), HIAI_USER_INPUT_TENSOR_SIZE_TOO_LARGE);
  huge.pop_back();
  EXPECT_EQ(list.Resize(huge), HIAI_GRAPH_MALLOC_LARGER);

  EXPECT_EQ(list.GetBuffData(), block);
  EXPECT_EQ(list.GetNNTensorNumber(), 2u);
}

TEST(NNTensorList, ATensorBeyondTheBlockHasNoPlace) {
  NNTensorList list;
  std::vector<hiai::TensorDimension> shapes = TwoShapes();
  ASSERT_EQ(list.Resize(shapes), HIAI_OK);

  list.SetBufferSize(61);
  list.AlignToNNTensorDescription();

  EXPECT_NE(list.GetNNTensor(0), nullptr);
  EXPECT_EQ(list.GetNNTensor(1), nullptr);
  EXPECT_EQ(list.GetNNTensor(2), nullptr);
}

TEST(NNTensorList, DescriptionsArriveThroughAnArchiveAndPointAtANewBlock) {
  NNTensorList sent;
  std::vector<hiai::TensorDimension> shapes = TwoShapes();
  ASSERT_EQ(sent.Resize(shapes), HIAI_OK);
  std::stringstream bytes;
  cereal::PortableBinaryOutputArchive{bytes}(sent);

  NNTensorList received;
  cereal::PortableBinaryInputArchive{bytes}(received);

  EXPECT_EQ(received.GetNNTensorNumber(), 2u);
  EXPECT_EQ(received.GetBufferSize(), 62u);
  ASSERT_EQ(received.GetNNTensorVector().size(), 2u);
  EXPECT_EQ(received.GetNNTensorVector()[0].name, "image");
  EXPECT_EQ(received.GetNNTensorVector()[0].channels, 3u);
  EXPECT_NE(received.GetBuffData(), sent.GetBuffData());
  const auto tensor = received.GetNNTensor(1);
  ASSERT_NE(tensor, nullptr);
  std::memset(tensor->GetBuffer(), 1, tensor->GetSize());
}

TEST(NNTensorList, ABlockThatCameFirstIsUsed) {
  NNTensorList sent;
  std::vector<hiai::TensorDimension> shapes = TwoShapes();
  ASSERT_EQ(sent.Resize(shapes), HIAI_OK);
  std::stringstream bytes;
  cereal::PortableBinaryOutputArchive{bytes}(sent);
  void* block = nullptr;
  ASSERT_EQ(HIAIMemory::HIAI_DMalloc(62, block), HIAI_OK);

  NNTensorList received;
  received.SetBuffData(block);
  received.SetBufferSize(62);
  cereal::PortableBinaryInputArchive{bytes}(received);

  EXPECT_EQ(received.GetBuffData(), block);
  ASSERT_NE(received.GetNNTensor(0), nullptr);
  EXPECT_EQ(received.GetNNTensor(0)->GetBuffer(), block);
}

}  // namespace
}  // namespace openmatrix
