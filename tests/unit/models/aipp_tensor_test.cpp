// Tests src/models/aipp_tensor.cpp: what is set can be read in the buffer.
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>

#include "hiaiengine/ai_tensor.h"
#include "openmatrix/aipp.h"

namespace openmatrix {
namespace {

using hiai::AippDynamicParaTensor;

std::shared_ptr<AippDynamicParaTensor> Make(const std::string& batches) {
  return std::static_pointer_cast<AippDynamicParaTensor>(
      hiai::AITensorFactory::GetInstance()->CreateTensor(
          AippDynamicParaTensor::GetDescription(batches)));
}

const AippParameters& Read(AippDynamicParaTensor& tensor) {
  return *static_cast<const AippParameters*>(tensor.GetBuffer());
}

TEST(AippTensor, HasRoomForEachPictureAndNothingIsSet) {
  const auto tensor = Make("3");

  ASSERT_NE(tensor, nullptr);
  EXPECT_EQ(tensor->GetSize(), sizeof(AippParameters) + 3 * sizeof(AippBatchParameters));
  EXPECT_EQ(Read(*tensor).batches, 3u);
  EXPECT_FALSE(Read(*tensor).csc);
  EXPECT_FALSE(Read(*tensor).batch(2).crop);
  EXPECT_STREQ(tensor->GetTypeName(), "AippDynamicParaTensor");
}

TEST(AippTensor, ANumberOfPicturesThatIsNoneGivesNoTensor) {
  EXPECT_EQ(Make("-1"), nullptr);
  EXPECT_EQ(Make("4097"), nullptr);
  EXPECT_EQ(Make("two"), nullptr);
  EXPECT_EQ(hiai::AISimpleTensor::CreateTensor(AippDynamicParaTensor::GetDescription("1")),
            nullptr);
}

TEST(AippTensor, CommonParametersArriveInTheBuffer) {
  const auto tensor = Make("1");
  ASSERT_NE(tensor, nullptr);

  tensor->SetDynamicInputIndex(2);
  tensor->SetDynamicInputEdgeIndex(1);
  EXPECT_EQ(tensor->SetInputFormat(hiai::RGB888_U8), hiai::SUCCESS);
  tensor->SetRbuvSwapSwitch(true);
  tensor->SetAxSwapSwitch(true);
  tensor->SetSrcImageSize(640, 480);

  EXPECT_EQ(tensor->GetDynamicInputIndex(), 2u);
  EXPECT_EQ(tensor->GetDynamicInputEdgeIndex(), 1u);
  const AippParameters& read = Read(*tensor);
  EXPECT_EQ(read.input_index, 2u);
  EXPECT_EQ(read.edge_index, 1u);
  EXPECT_EQ(read.input_format, hiai::RGB888_U8);
  EXPECT_TRUE(read.swap_rb_uv);
  EXPECT_TRUE(read.swap_ax);
  EXPECT_EQ(read.width, 640);
  EXPECT_EQ(read.height, 480);
}

TEST(AippTensor, ParametersOfAPictureArriveInItsPart) {
  const auto tensor = Make("2");
  ASSERT_NE(tensor, nullptr);

  EXPECT_EQ(tensor->SetCropParams(true, 1, 2, 3, 4, 1), hiai::SUCCESS);
  EXPECT_EQ(tensor->SetPaddingParams(4, 5, 6, 7, 8, 1), hiai::SUCCESS);
  EXPECT_EQ(tensor->SetDtcPixelMean(9, 10, 11, 12, 1), hiai::SUCCESS);
  EXPECT_EQ(tensor->SetDtcPixelMin(0.5f, 1, 2, 3, 1), hiai::SUCCESS);
  EXPECT_EQ(tensor->SetPixelVarReci(0.25f, 1, 2, 3, 1), hiai::SUCCESS);

  const AippBatchParameters& read = Read(*tensor).batch(1);
  EXPECT_TRUE(read.crop);
  EXPECT_EQ(read.crop_x, 1);
  EXPECT_EQ(read.crop_y, 2);
  EXPECT_EQ(read.crop_w, 3);
  EXPECT_EQ(read.crop_h, 4);
  EXPECT_EQ(read.padding, 4);
  EXPECT_EQ(read.pad_top, 5);
  EXPECT_EQ(read.pad_bottom, 6);
  EXPECT_EQ(read.pad_left, 7);
  EXPECT_EQ(read.pad_right, 8);
  EXPECT_EQ(read.mean[3], 12);
  EXPECT_EQ(read.min[0], 0.5f);
  EXPECT_EQ(read.var_reci[0], 0.25f);
  EXPECT_FALSE(Read(*tensor).batch(0).crop);
}

TEST(AippTensor, RefusesPicturesBeyondTheBatchAndUnknownKinds) {
  const auto tensor = Make("2");
  ASSERT_NE(tensor, nullptr);

  EXPECT_EQ(tensor->SetCropParams(true, 0, 0, 1, 1, 2), hiai::INVALID_PARA);
  EXPECT_EQ(tensor->SetPaddingParams(1, 0, 0, 0, 0, 2), hiai::INVALID_PARA);
  EXPECT_EQ(tensor->SetPaddingParams(5, 0, 0, 0, 0, 0), hiai::INVALID_PARA);
  EXPECT_EQ(tensor->SetPaddingParams(-1, 0, 0, 0, 0, 0), hiai::INVALID_PARA);
  EXPECT_EQ(tensor->SetDtcPixelMean(0, 0, 0, 0, 2), hiai::INVALID_PARA);
  EXPECT_EQ(tensor->SetDtcPixelMin(0, 0, 0, 0, 4000000000u), hiai::INVALID_PARA);
  EXPECT_EQ(tensor->SetPixelVarReci(0, 0, 0, 0, 2), hiai::INVALID_PARA);
  EXPECT_EQ(tensor->SetInputFormat(hiai::RESERVED), hiai::INVALID_PARA);
}

TEST(AippTensor, AReadyMadeConversionTurnsWhiteIntoWhite) {
  for (const hiai::ImageFormat range : {hiai::JPEG, hiai::BT_601NARROW}) {
    const auto tensor = Make("1");
    ASSERT_NE(tensor, nullptr);
    ASSERT_EQ(tensor->SetCscParams(hiai::YUV420SP_U8, hiai::MODEL_BGR888_U8, range), hiai::SUCCESS);

    const AippParameters& read = Read(*tensor);
    const int white[3] = {range == hiai::JPEG ? 255 : 235, 128, 128};
    ASSERT_TRUE(read.csc);
    for (int row = 0; row < 3; ++row) {
      int sum = 0;
      for (int i = 0; i < 3; ++i) sum += read.matrix[row][i] * (white[i] - read.in_bias[i]);
      EXPECT_NEAR(sum / 256 + read.out_bias[row], 255, 1) << row;
    }
  }
}

TEST(AippTensor, RedAndBlueChangePlacesBetweenRgbAndBgr) {
  const auto rgb = Make("1");
  const auto bgr = Make("1");
  ASSERT_EQ(rgb->SetCscParams(hiai::YUV420SP_U8, hiai::MODEL_RGB888_U8), hiai::SUCCESS);
  ASSERT_EQ(bgr->SetCscParams(hiai::YUV420SP_U8, hiai::MODEL_BGR888_U8), hiai::SUCCESS);

  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Read(*rgb).matrix[0][i], Read(*bgr).matrix[2][i]);
    EXPECT_EQ(Read(*rgb).matrix[1][i], Read(*bgr).matrix[1][i]);
  }
  EXPECT_GT(Read(*rgb).matrix[0][2], 0) << "red grows with V";
}

TEST(AippTensor, EveryPairButGreyToColourHasAConversion) {
  for (int from = hiai::YUV420SP_U8; from < hiai::RESERVED; ++from) {
    for (int to = hiai::MODEL_RGB888_U8; to <= hiai::MODEL_YVU444SP_U8; ++to) {
      const auto tensor = Make("1");
      const bool impossible = from == hiai::YUV400_U8 && to != hiai::MODEL_GRAY;
      EXPECT_EQ(tensor->SetCscParams(static_cast<hiai::AippInputFormat>(from),
                                     static_cast<hiai::AippModelFormat>(to), hiai::JPEG),
                impossible ? hiai::INVALID_PARA : hiai::SUCCESS)
          << from << " to " << to;
    }
  }
  EXPECT_EQ(Make("1")->SetCscParams(hiai::YUV420SP_U8, hiai::MODEL_GRAY, hiai::PNG),
            hiai::INVALID_PARA);
}

TEST(AippTensor, AConversionOfTheCallersIsKeptAsItIs) {
  const auto tensor = Make("1");

  tensor->SetCscParams(true, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);

  const AippParameters& read = Read(*tensor);
  EXPECT_TRUE(read.csc);
  EXPECT_EQ(read.matrix[0][1], 2);
  EXPECT_EQ(read.matrix[2][2], 9);
  EXPECT_EQ(read.out_bias[0], 10);
  EXPECT_EQ(read.in_bias[2], 15);

  tensor->SetCscParams();
  EXPECT_FALSE(Read(*tensor).csc);
}

TEST(AippTensor, WithoutItsOwnBufferItRefusesParameters) {
  AippDynamicParaTensor never_made;
  const auto replaced = Make("1");
  std::uint8_t byte = 0;
  replaced->SetBuffer(&byte, 1);

  for (AippDynamicParaTensor* tensor : {&never_made, replaced.get()}) {
    tensor->SetDynamicInputIndex(1);
    tensor->SetSrcImageSize(1, 1);
    tensor->SetCscParams(true);
    EXPECT_EQ(tensor->SetInputFormat(hiai::YUV420SP_U8), hiai::NOT_INIT);
    EXPECT_EQ(tensor->SetCscParams(hiai::YUV420SP_U8, hiai::MODEL_GRAY), hiai::NOT_INIT);
    EXPECT_EQ(tensor->SetCropParams(true, 0, 0, 1, 1), hiai::INVALID_PARA);
    EXPECT_EQ(tensor->GetDynamicInputIndex(), 1u);
  }
  EXPECT_EQ(byte, 0);
}

}  // namespace
}  // namespace openmatrix
