// Tests the macros of hiaiengine/engine.h: ports, arguments, names, access.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "hiaiengine/engine.h"

#define TWO_INPUTS 2
#define NO_OUTPUTS 0

namespace {

class OneInput : public hiai::Engine {
 public:
  // Marked or not: neither may bring a warning of the macro's members.
  HIAI_StatusT Init(const hiai::AIConfig&, const std::vector<hiai::AIModelDescription>&) override {
    return HIAI_OK;
  }
  HIAI_DEFINE_PROCESS(1, 1)
};

class TwoInputs : public hiai::Engine {
  HIAI_DEFINE_PROCESS(TWO_INPUTS, NO_OUTPUTS)

 public:
  using hiai::Engine::Run;
  int seen_first = 0;
  int seen_second = 0;

  HIAI_StatusT RunForTest(std::vector<std::shared_ptr<void>>& args) { return Run(args); }
};

class SixteenInputs : public hiai::Engine {
  HIAI_DEFINE_PROCESS(16, 16)

 public:
  HIAI_StatusT RunForTest(std::vector<std::shared_ptr<void>>& args) { return Run(args); }
};

}  // namespace

namespace other {
class OneInput : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};
}  // namespace other

HIAI_IMPL_ENGINE_PROCESS("macros.one", OneInput, 1) {
  arg0.reset();
  return HIAI_OK;
}

// Arguments are references: the engine may take them away.
HIAI_IMPL_ENGINE_PROCESS("macros.two", TwoInputs, TWO_INPUTS) {
  if (arg0) seen_first = *std::static_pointer_cast<int>(arg0);
  if (arg1) seen_second = *std::static_pointer_cast<int>(arg1);
  arg0.reset();
  return HIAI_ERROR;
}

HIAI_IMPL_ENGINE_PROCESS("macros.sixteen", SixteenInputs, 16) {
  const void* all[] = {arg0.get(),  arg1.get(),  arg2.get(),  arg3.get(), arg4.get(),  arg5.get(),
                       arg6.get(),  arg7.get(),  arg8.get(),  arg9.get(), arg10.get(), arg11.get(),
                       arg12.get(), arg13.get(), arg14.get(), arg15.get()};
  HIAI_StatusT sum = 0;
  for (const void* one : all) sum += static_cast<HIAI_StatusT>(*static_cast<const int*>(one));
  return sum;
}

// A second class of the same short name in one file.
HIAI_IMPL_ENGINE_PROCESS("macros.other", other::OneInput, 1) {
  arg0.reset();
  return HIAI_OK;
}

// The same class under a second name.
HIAI_REGISTER_ENGINE_UNIQUE("macros.one.again", OneInput, again)

namespace {

TEST(EngineMacros, ARegisteredEngineIsMadeByName) {
  hiai::HIAIEngineFactory& factory = *hiai::HIAIEngineFactory::GetInstance();

  EXPECT_NE(std::dynamic_pointer_cast<OneInput>(factory.CreateEngine("macros.one")), nullptr);
  EXPECT_NE(std::dynamic_pointer_cast<TwoInputs>(factory.CreateEngine("macros.two")), nullptr);
  EXPECT_NE(std::dynamic_pointer_cast<other::OneInput>(factory.CreateEngine("macros.other")),
            nullptr);
  EXPECT_NE(std::dynamic_pointer_cast<OneInput>(factory.CreateEngine("macros.one.again")), nullptr);
  EXPECT_EQ(factory.CreateEngine("macros.unknown"), nullptr);
}

TEST(EngineMacros, RunHandsEachElementToItsArgument) {
  TwoInputs engine;
  std::vector<std::shared_ptr<void>> args = {std::make_shared<int>(7), std::make_shared<int>(8)};

  EXPECT_EQ(engine.RunForTest(args), static_cast<HIAI_StatusT>(HIAI_ERROR));

  EXPECT_EQ(engine.seen_first, 7);
  EXPECT_EQ(engine.seen_second, 8);
  EXPECT_EQ(args[0], nullptr);
  EXPECT_NE(args[1], nullptr);
}

TEST(EngineMacros, RunRefusesTooFewArguments) {
  TwoInputs engine;
  std::vector<std::shared_ptr<void>> args(1);

  EXPECT_EQ(engine.RunForTest(args), HIAI_ENGINE_RUN_ARGS_NOT_RIGHT);
}

TEST(EngineMacros, SixteenInputsAreTheMost) {
  SixteenInputs engine;
  std::vector<std::shared_ptr<void>> args;
  for (int i = 0; i < 16; ++i) args.push_back(std::make_shared<int>(1 << i));

  EXPECT_EQ(engine.RunForTest(args), 0xFFFFu);
}

TEST(EngineMacros, TheFirstCreatorOfANameStays) {
  hiai::HIAIEngineFactory& factory = *hiai::HIAIEngineFactory::GetInstance();
  const hiai::HIAI_ENGINE_FUNCTOR_CREATOR creator = []() -> hiai::Engine* { return nullptr; };

  EXPECT_EQ(factory.RegisterEngineCreator("macros.one", creator), HIAI_ENGINE_FUNCTOR_EXIST);
  EXPECT_EQ(factory.RegisterEngineCreator("macros.null", nullptr), HIAI_ENGINE_FUNCTOR_NULL);
  { const hiai::HIAIEngineAutoRegister second("macros.one", creator); }

  EXPECT_NE(factory.CreateEngine("macros.one"), nullptr);
}

TEST(EngineMacros, NamesArePasted) {
  const int HIAI_ENGINE_NAME(Tail) = 4;

  EXPECT_EQ(HIAIEngineTail, 4);
}

TEST(EngineMacros, ConstantsHaveTheVendorsNumbers) {
  EXPECT_EQ(hiai::TIME_OUT_VALUE, 500u);
  EXPECT_EQ(hiai::ENGINE_MAX_QUEUE_SIZE, 200u);
  EXPECT_EQ(hiai::SEND_DATA_DEFAULT_TIME_OUT, 500u);
  EXPECT_EQ(sizeof(hiai::Engine), 216u);
  EXPECT_EQ(sizeof(hiai::Graph), 16u);
}

}  // namespace
