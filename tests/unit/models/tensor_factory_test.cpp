// Tests src/models/tensor_factory.cpp.
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "hiaiengine/ai_tensor.h"

namespace {

std::shared_ptr<hiai::IAITensor> MakePlain(const hiai::AITensorDescription&) {
  return std::make_shared<hiai::AISimpleTensor>();
}

}  // namespace

REGISTER_TENSOR_CREATER(test_macro, std::string("FromMacro"), MakePlain)

namespace openmatrix {
namespace {

using hiai::AINeuralNetworkBuffer;
using hiai::AISimpleTensor;
using hiai::AITensorDescription;
using hiai::IAITensor;

hiai::AITensorFactory& Factory() { return *hiai::AITensorFactory::GetInstance(); }

std::shared_ptr<IAITensor> Throws(const AITensorDescription&) {
  throw std::runtime_error("no tensor today");
}

// Has no clean-up of its own: asks the factory while the factory is asked.
std::shared_ptr<IAITensor> AsksTheFactory(const AITensorDescription&) {
  return Factory().CreateTensor("AISimpleTensor");
}

TEST(TensorFactory, KnowsTheTypesOfTheLibrary) {
  for (const char* type : {"AISimpleTensor", "AINeuralNetworkBuffer", "AIImageBuffer",
                           "AippDynamicParaTensor", "hiai::AINeuralNetworkBuffer"}) {
    EXPECT_NE(Factory().CreateTensor(std::string(type)), nullptr) << type;
  }
}

TEST(TensorFactory, ATypeAloneGivesATensorWithoutMemory) {
  const auto tensor = std::static_pointer_cast<AISimpleTensor>(
      Factory().CreateTensor(std::string("AINeuralNetworkBuffer")));

  ASSERT_NE(tensor, nullptr);
  EXPECT_EQ(tensor->GetBuffer(), nullptr);
}

TEST(TensorFactory, WrapsABufferOfTheCallers) {
  float numbers[6] = {};

  const auto tensor = std::static_pointer_cast<AINeuralNetworkBuffer>(
      Factory().CreateTensor(AINeuralNetworkBuffer::GetDescription(), numbers, sizeof numbers));

  ASSERT_NE(tensor, nullptr);
  EXPECT_EQ(tensor->GetBuffer(), numbers);
  EXPECT_EQ(tensor->GetSize(), sizeof numbers);
  EXPECT_EQ(tensor->GetNumber(), 0);
}

TEST(TensorFactory, ASizeInTheDescriptionDoesNotCountForABufferOfTheCallers) {
  std::uint8_t byte = 0;

  const auto tensor = std::static_pointer_cast<AISimpleTensor>(
      Factory().CreateTensor(AISimpleTensor::BuildDescription("4000000000"), &byte, 1));

  ASSERT_NE(tensor, nullptr);
  EXPECT_EQ(tensor->GetBuffer(), &byte);
}

TEST(TensorFactory, RefusesABufferThatIsNone) {
  std::uint8_t byte = 0;
  const AITensorDescription description = AISimpleTensor::BuildDescription();

  EXPECT_EQ(Factory().CreateTensor(description, nullptr, 1), nullptr);
  EXPECT_EQ(Factory().CreateTensor(description, &byte, 0), nullptr);
  EXPECT_EQ(Factory().CreateTensor(description, &byte, -5), nullptr);
}

TEST(TensorFactory, AnUnknownTypeGivesNothing) {
  std::uint8_t byte = 0;
  AITensorDescription description;
  description.set_type("NeverHeardOf");

  EXPECT_EQ(Factory().CreateTensor(description), nullptr);
  EXPECT_EQ(Factory().CreateTensor(std::string()), nullptr);
  EXPECT_EQ(Factory().CreateTensor(description, &byte, 1), nullptr);
  EXPECT_EQ(Factory().GetTensorDescription("NeverHeardOf", description), hiai::FAILED);
  EXPECT_EQ(Factory().UnRegisterTensor(description), hiai::FAILED);
}

TEST(TensorFactory, ATypeOfTheApplicationsComesAndGoes) {
  ASSERT_EQ(Factory().RegisterTensor(std::string("Mine"), MakePlain), hiai::SUCCESS);
  EXPECT_EQ(Factory().RegisterTensor(std::string("Mine"), Throws), hiai::FAILED);
  EXPECT_NE(Factory().CreateTensor(std::string("Mine")), nullptr);

  EXPECT_EQ(Factory().UnRegisterTensor(std::string("Mine")), hiai::SUCCESS);
  EXPECT_EQ(Factory().CreateTensor(std::string("Mine")), nullptr);
}

TEST(TensorFactory, RefusesWhatCannotBeRegistered) {
  EXPECT_EQ(Factory().RegisterTensor(std::string(), MakePlain), hiai::INVALID_PARA);
  EXPECT_EQ(Factory().RegisterTensor(std::string("Null"), nullptr), hiai::INVALID_PARA);
}

TEST(TensorFactory, WhatACreatorThrowsEndsHere) {
  hiai::AITensorRegisterar registerar(std::string("Thrower"), Throws);

  EXPECT_EQ(Factory().CreateTensor(std::string("Thrower")), nullptr);
}

TEST(TensorFactory, ACreatorMayAskTheFactory) {
  hiai::AITensorRegisterar registerar(std::string("Asker"), AsksTheFactory);

  EXPECT_NE(Factory().CreateTensor(std::string("Asker")), nullptr);
}

TEST(TensorFactory, ARegistrationThatCameTooLateTakesNothingAwayAtItsEnd) {
  { hiai::AITensorRegisterar late(AISimpleTensor::BuildDescription(), Throws); }

  EXPECT_NE(Factory().CreateTensor(std::string("AISimpleTensor")), nullptr);
}

TEST(TensorFactory, TheMacroRegistersAtStartUp) {
  EXPECT_NE(Factory().CreateTensor(std::string("FromMacro")), nullptr);
}

TEST(TensorFactory, DescribesWhatItKnows) {
  AITensorDescription description;
  ASSERT_EQ(Factory().GetTensorDescription("AIImageBuffer", description), hiai::SUCCESS);
  EXPECT_EQ(description.type(), "AIImageBuffer");
  EXPECT_EQ(description.paras_size(), 4);

  hiai::AITensorDescriptionList list;
  list.add_tensor_descs()->set_type("old");
  Factory().GetAllTensorDescription(list);

  ASSERT_GE(list.tensor_descs_size(), 5);
  EXPECT_EQ(list.tensor_descs(0).type(), "AIImageBuffer");
}

TEST(TensorFactory, ServesManyThreads) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([i] {
      const std::string type = "Thread" + std::to_string(i);
      for (int round = 0; round < 200; ++round) {
        hiai::AITensorRegisterar registerar(type, MakePlain);
        EXPECT_NE(Factory().CreateTensor(type), nullptr);
        EXPECT_NE(Factory().CreateTensor(AINeuralNetworkBuffer::GetDescription("16")), nullptr);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace openmatrix
