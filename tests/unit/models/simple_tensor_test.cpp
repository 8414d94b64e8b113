// Tests src/models/simple_tensor.cpp: whose the buffer is, above all. AddressSanitizer sees what is
// not freed, or freed twice or by the wrong function.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <memory>

#include "hiaiengine/ai_memory.h"
#include "hiaiengine/ai_tensor.h"

namespace openmatrix {
namespace {

using hiai::AISimpleTensor;
using hiai::HIAIMemory;

void* TransferBlock() {
  void* block = nullptr;
  EXPECT_EQ(HIAIMemory::HIAI_DMalloc(64, block, 0), HIAI_OK);
  return block;
}

void* DvppBlock() {
  void* block = nullptr;
  EXPECT_EQ(HIAIMemory::HIAI_DVPP_DMalloc(64, block), HIAI_OK);
  return block;
}

TEST(SimpleTensor, IsEmptyAtFirst) {
  AISimpleTensor tensor;

  EXPECT_EQ(tensor.GetBuffer(), nullptr);
  EXPECT_EQ(tensor.GetSize(), 0u);
  EXPECT_EQ(tensor.ByteSizeLong(), 0u);
  EXPECT_FALSE(tensor.IsSupportZerocpy());
  EXPECT_STREQ(tensor.GetTypeName(), "AISimpleTensor");
}

TEST(SimpleTensor, ABufferOfTheCallersStaysTheCallers) {
  std::uint8_t bytes[8] = {};
  {
    AISimpleTensor tensor;
    tensor.SetBuffer(bytes, sizeof bytes);

    EXPECT_EQ(tensor.GetBuffer(), bytes);
    EXPECT_EQ(tensor.GetSize(), sizeof bytes);
    EXPECT_EQ(tensor.ByteSizeLong(), sizeof bytes);
    EXPECT_FALSE(tensor.IsSupportZerocpy());
  }
  EXPECT_EQ(bytes[7], 0);
}

TEST(SimpleTensor, AnOwnedArrayIsFreedOnce) {
  AISimpleTensor tensor;

  tensor.SetBuffer(new std::uint8_t[16], 16, true);
  tensor.SetBuffer(new std::uint8_t[32], 32, true);

  EXPECT_EQ(tensor.GetSize(), 32u);
}

TEST(SimpleTensor, AnOwnedTransferBlockGoesBackToThePool) {
  void* const block = TransferBlock();
  {
    AISimpleTensor tensor;
    tensor.SetBuffer(block, 64, true);
    EXPECT_TRUE(HIAIMemory::IsDMalloc(block, 64));
    EXPECT_TRUE(tensor.IsSupportZerocpy());
  }

  EXPECT_FALSE(HIAIMemory::IsDMalloc(block, 64));
}

TEST(SimpleTensor, AnOwnedDvppBlockGoesBackToThePool) {
  void* const block = DvppBlock();
  {
    AISimpleTensor tensor;
    tensor.SetBuffer(block, 64, true);
  }

  EXPECT_NE(HIAIMemory::HIAI_DVPP_DFree(block), HIAI_OK);
}

TEST(SimpleTensor, ABlockThatIsNotOwnedStaysLive) {
  void* const block = DvppBlock();
  {
    AISimpleTensor tensor;
    tensor.SetBuffer(block, 64);
    EXPECT_TRUE(tensor.IsSupportZerocpy());
  }

  EXPECT_EQ(HIAIMemory::HIAI_DVPP_DFree(block), HIAI_OK);
}

TEST(SimpleTensor, AnOwnedAddressInsideABlockIsLeftAlone) {
  void* const block = TransferBlock();
  {
    AISimpleTensor tensor;
    tensor.SetBuffer(static_cast<std::uint8_t*>(block) + 8, 8, true);
  }

  EXPECT_EQ(HIAIMemory::HIAI_DFree(block), HIAI_OK);
}

TEST(SimpleTensor, AnAllocatedBufferIsAlignedAndWritable) {
  AISimpleTensor tensor;

  void* const buffer = tensor.MallocDataBuffer(1000);

  ASSERT_NE(buffer, nullptr);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(buffer) % 512, 0u);
  EXPECT_EQ(tensor.GetBuffer(), buffer);
  EXPECT_EQ(tensor.GetSize(), 1000u);
  EXPECT_TRUE(tensor.IsSupportZerocpy());
  std::memset(buffer, 1, 1000);
}

TEST(SimpleTensor, AllocatingAgainReplacesTheBuffer) {
  AISimpleTensor tensor;
  tensor.MallocDataBuffer(10);

  ASSERT_NE(tensor.MallocDataBuffer(20), nullptr);
  EXPECT_EQ(tensor.GetSize(), 20u);

  EXPECT_EQ(tensor.MallocDataBuffer(0), nullptr);
  EXPECT_EQ(tensor.GetBuffer(), nullptr);
  EXPECT_EQ(tensor.GetSize(), 0u);
}

TEST(SimpleTensor, SettingTheOwnBufferAgainDoesNotFreeIt) {
  AISimpleTensor tensor;
  void* const buffer = tensor.MallocDataBuffer(100);
  ASSERT_NE(buffer, nullptr);

  tensor.SetBuffer(buffer, 50, true);

  std::memset(tensor.GetBuffer(), 1, 50);
  EXPECT_EQ(tensor.GetSize(), 50u);
}

TEST(SimpleTensor, ANullBufferEmptiesIt) {
  AISimpleTensor tensor;
  tensor.MallocDataBuffer(100);

  tensor.SetBuffer(nullptr, 100, true);

  EXPECT_EQ(tensor.GetBuffer(), nullptr);
  EXPECT_EQ(tensor.GetSize(), 0u);
}

TEST(SimpleTensor, ANegativeSizeChangesNothing) {
  AISimpleTensor tensor;
  std::uint8_t bytes[4] = {};
  std::uint8_t other[4] = {};
  tensor.SetBuffer(bytes, 4);

  tensor.SetBuffer(other, -1, true);

  EXPECT_EQ(tensor.GetBuffer(), bytes);
  EXPECT_EQ(tensor.GetSize(), 4u);
}

TEST(SimpleTensor, SharedMemoryIsZeroCopyBecauseItWasSaidSo) {
  AISimpleTensor tensor;
  std::uint8_t bytes[4] = {};

  tensor.SetBufferAttr(bytes, 4, false, true);
  EXPECT_TRUE(tensor.IsSupportZerocpy());

  tensor.SetBuffer(bytes, 4);
  EXPECT_FALSE(tensor.IsSupportZerocpy());
}

TEST(SimpleTensor, IsMadeWithTheMemoryThatIsDescribed) {
  const std::shared_ptr<hiai::IAITensor> made =
      AISimpleTensor::CreateTensor(AISimpleTensor::BuildDescription("77"));

  ASSERT_NE(made, nullptr);
  const auto tensor = std::static_pointer_cast<AISimpleTensor>(made);
  EXPECT_NE(tensor->GetBuffer(), nullptr);
  EXPECT_EQ(tensor->GetSize(), 77u);
}

TEST(SimpleTensor, IsMadeWithoutMemoryIfNoneIsDescribed) {
  for (const char* size : {"", "0"}) {
    const std::shared_ptr<hiai::IAITensor> made =
        AISimpleTensor::CreateTensor(AISimpleTensor::BuildDescription(size));

    ASSERT_NE(made, nullptr);
    EXPECT_EQ(std::static_pointer_cast<AISimpleTensor>(made)->GetBuffer(), nullptr);
  }
}

TEST(SimpleTensor, IsNotMadeOfADescriptionThatDoesNotFit) {
  for (const char* size : {"-1", "many", "4294967296", "99999999999999999999999", "1 "}) {
    EXPECT_EQ(AISimpleTensor::CreateTensor(AISimpleTensor::BuildDescription(size)), nullptr)
        << size;
  }
  EXPECT_EQ(AISimpleTensor::CreateTensor(hiai::AIImageBuffer::GetDescription()), nullptr);
}

TEST(TensorBytes, FollowTheElementType) {
  EXPECT_EQ(hiai::AITensorGetBytes(hiai::HIAI_DATA_FLOAT), 4u);
  EXPECT_EQ(hiai::AITensorGetBytes(hiai::HIAI_DATA_HALF), 2u);
  EXPECT_EQ(hiai::AITensorGetBytes(hiai::HIAI_DATA_INT8), 1u);
  EXPECT_EQ(hiai::AITensorGetBytes(hiai::HIAI_DATA_INT32), 4u);
  EXPECT_EQ(hiai::AITensorGetBytes(hiai::HIAI_DATA_UINT8), 1u);
  EXPECT_EQ(hiai::AITensorGetBytes(hiai::HIAI_DATA_RESERVED), 0u);
  EXPECT_EQ(hiai::AITensorGetBytes(-1), 0u);
}

}  // namespace
}  // namespace openmatrix
