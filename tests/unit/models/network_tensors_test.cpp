// Tests src/models/network_tensors.cpp.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "hiaiengine/ai_tensor.h"

namespace openmatrix {
namespace {

using hiai::AIImageBuffer;
using hiai::AINeuralNetworkBuffer;

TEST(NeuralNetworkBuffer, IsOneElementWithoutANameAtFirst) {
  AINeuralNetworkBuffer tensor;

  EXPECT_EQ(tensor.GetData_type(), 0);
  EXPECT_EQ(tensor.GetNumber(), 1);
  EXPECT_EQ(tensor.GetChannel(), 1);
  EXPECT_EQ(tensor.GetHeight(), 1);
  EXPECT_EQ(tensor.GetWidth(), 1);
  EXPECT_EQ(tensor.GetName(), "");
  EXPECT_EQ(tensor.GetBuffer(), nullptr);
  EXPECT_STREQ(tensor.GetTypeName(), "AINeuralNetworkBuffer");
}

TEST(NeuralNetworkBuffer, KeepsWhatIsSet) {
  AINeuralNetworkBuffer tensor;

  tensor.SetNumber(2);
  tensor.SetChannel(3);
  tensor.SetHeight(4);
  tensor.SetWidth(5);
  tensor.SetData_type(hiai::HIAI_DATA_INT8);
  tensor.SetName("output_0_prob_0");

  EXPECT_EQ(tensor.GetNumber(), 2);
  EXPECT_EQ(tensor.GetChannel(), 3);
  EXPECT_EQ(tensor.GetHeight(), 4);
  EXPECT_EQ(tensor.GetWidth(), 5);
  EXPECT_EQ(tensor.GetData_type(), hiai::HIAI_DATA_INT8);
  EXPECT_EQ(tensor.GetName(), "output_0_prob_0");
}

TEST(NeuralNetworkBuffer, IsMadeOfItsDescription) {
  hiai::AITensorDescription description =
      AINeuralNetworkBuffer::GetDescription("600", "1", "2", "3", "10", "5");
  description.set_name("data");

  const auto made = std::dynamic_pointer_cast<AINeuralNetworkBuffer>(
      AINeuralNetworkBuffer::CreateTensor(description));

  ASSERT_NE(made, nullptr);
  EXPECT_EQ(made->GetData_type(), 1);
  EXPECT_EQ(made->GetNumber(), 2);
  EXPECT_EQ(made->GetChannel(), 3);
  EXPECT_EQ(made->GetHeight(), 10);
  EXPECT_EQ(made->GetWidth(), 5);
  EXPECT_EQ(made->GetName(), "data");
  EXPECT_EQ(made->GetSize(), 600u);
  EXPECT_EQ(made->ByteSizeLong(), 600u);
  EXPECT_NE(made->GetBuffer(), nullptr);
}

TEST(NeuralNetworkBuffer, ADescriptionThatDoesNotFitChangesNothing) {
  AINeuralNetworkBuffer tensor;
  tensor.SetNumber(7);

  EXPECT_FALSE(tensor.Init(AINeuralNetworkBuffer::GetDescription("0", "0", "2", "3", "4", "x")));
  EXPECT_FALSE(tensor.Init(AINeuralNetworkBuffer::GetDescription("0", "0", "2147483648")));
  EXPECT_FALSE(tensor.Init(AIImageBuffer::GetDescription()));

  EXPECT_EQ(tensor.GetNumber(), 7);
}

TEST(NeuralNetworkBuffer, TheTypeMayBeSpelledWithItsNamespace) {
  hiai::AITensorDescription description = AINeuralNetworkBuffer::GetDescription();
  description.set_type("hiai::AINeuralNetworkBuffer");

  EXPECT_NE(AINeuralNetworkBuffer::CreateTensor(description), nullptr);
}

TEST(ImageBuffer, IsAnEmptyJpegAtFirst) {
  AIImageBuffer tensor;

  EXPECT_EQ(tensor.GetFormat(), hiai::JPEG);
  EXPECT_EQ(tensor.GetWidth(), 0);
  EXPECT_EQ(tensor.GetHeight(), 0);
  EXPECT_STREQ(tensor.GetTypeName(), "AIImageBuffer");
}

TEST(ImageBuffer, IsMadeOfItsDescription) {
  const auto made = std::dynamic_pointer_cast<AIImageBuffer>(
      AIImageBuffer::CreateTensor(AIImageBuffer::GetDescription("30", "480", "640", "PNG")));

  ASSERT_NE(made, nullptr);
  EXPECT_EQ(made->GetFormat(), hiai::PNG);
  EXPECT_EQ(made->GetHeight(), 480);
  EXPECT_EQ(made->GetWidth(), 640);
  EXPECT_EQ(made->ByteSizeLong(), 30u);
}

TEST(ImageBuffer, IsNotMadeOfAFormatThatIsNone) {
  EXPECT_EQ(AIImageBuffer::CreateTensor(AIImageBuffer::GetDescription("1", "1", "1", "GIF")),
            nullptr);
}

TEST(ImageBuffer, KeepsWhatIsSet) {
  AIImageBuffer tensor;

  tensor.SetFormat(hiai::BITMAP);
  tensor.SetWidth(2);
  tensor.SetHeight(3);

  EXPECT_EQ(tensor.GetFormat(), hiai::BITMAP);
  EXPECT_EQ(tensor.GetWidth(), 2);
  EXPECT_EQ(tensor.GetHeight(), 3);
}

}  // namespace
}  // namespace openmatrix
