// Tests src/api/data_type_reg.cpp and the registration macros.
#include "hiaiengine/data_type_reg.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "api/type_collector.h"
#include "runtime/side.h"

namespace {

struct Point {
  int x = 0;
  int y = 0;
  HIAI_SERIALIZE(x, y)
};
HIAI_REGISTER_DATA_TYPE("Point", Point)
HIAI_REGISTER_DATA_TYPE("PointAgain", Point);
HIAI_REGISTER_DATA_TYPE("Point", Point)  // repeated: normal, harmless

template <typename A, typename B>
struct Pair {
  A first{};
  B second{};

 private:
  friend class cereal::access;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(first, second);
  }
};
HIAI_REGISTER_TEMPLATE_DATA_TYPE("Pair_int_string", Pair, int, std::string)
HIAI_REGISTER_TEMPLATE_DATA_TYPE("Pair_int_int", Pair, int, int);

struct Frame {
  std::uint8_t* data = nullptr;
  std::uint32_t bytes = 0;
};
void FrameOut(void* input, std::string& control, std::uint8_t*& data, std::uint32_t& bytes) {
  const Frame* frame = static_cast<Frame*>(input);
  control = "frame";
  data = frame->data;
  bytes = frame->bytes;
}
std::shared_ptr<void> FrameIn(const char* control, const std::uint32_t& control_bytes,
                              const std::uint8_t*, const std::uint32_t&) {
  return std::make_shared<std::string>(control, control_bytes);
}
HIAI_REGISTER_SERIALIZE_FUNC("Frame", Frame, FrameOut, FrameIn)
HIAI_REGISTER_SERIALIZE_FUNC("FrameAgain", Frame, FrameOut, FrameIn);

HIAIDataTypeFactory& Factory() { return *HIAIDataTypeFactory::GetInstance(); }

TEST(DataTypeRegistration, ACerealTypeSurvivesItsString) {
  Point point;
  point.x = 3;
  point.y = -4;
  std::string bytes;

  Factory().GetSearFunc("PointAgain")(&point, bytes);
  const std::shared_ptr<void> made = Factory().GetDesearFunc("PointAgain")(bytes);

  ASSERT_NE(made, nullptr);
  EXPECT_EQ(std::static_pointer_cast<Point>(made)->x, 3);
  EXPECT_EQ(std::static_pointer_cast<Point>(made)->y, -4);
}

TEST(DataTypeRegistration, ATemplateTypeTakesTypesWithCommas) {
  std::shared_ptr<void> made;
  std::string bytes;
  Pair<int, std::string> pair;
  pair.second = std::string("\0text", 5);

  Factory().GetSearFunc("Pair_int_string")(&pair, bytes);
  made = Factory().GetDesearFunc("Pair_int_string")(bytes);

  ASSERT_NE(made, nullptr);
  EXPECT_EQ((std::static_pointer_cast<Pair<int, std::string>>(made)->second), pair.second);
  EXPECT_TRUE(Factory().GetSearFunc("Pair_int_int"));
}

TEST(DataTypeRegistration, AConverterOwnsNothing) {
  Point point;
  Pair<int, int> pair;
  Frame frame;

  EXPECT_EQ(Factory().GetConvcFunc("Point")(&point).get(), &point);
  EXPECT_EQ(Factory().GetConvcFunc("Pair_int_int")(&pair).get(), &pair);
  EXPECT_EQ(Factory().GetConvcFunc("Frame")(&frame).get(), &frame);
}

TEST(DataTypeRegistration, AFastPairIsFoundWithItsFunctions) {
  std::uint8_t byte = 0;
  Frame frame;
  frame.data = &byte;
  frame.bytes = 1;
  std::string control;
  std::uint8_t* data = nullptr;
  std::uint32_t bytes = 0;

  ASSERT_TRUE(Factory().GetSerializeFunc("Frame"));
  Factory().GetSerializeFunc("Frame")(&frame, control, data, bytes);
  ASSERT_TRUE(Factory().GetDeserializeFunc("Frame"));
  const auto made = Factory().GetDeserializeFunc("Frame")("abc", 3, nullptr, 0);

  EXPECT_EQ(control, "frame");
  EXPECT_EQ(data, &byte);
  EXPECT_EQ(bytes, 1u);
  EXPECT_EQ(*std::static_pointer_cast<std::string>(made), "abc");
}

TEST(DataTypeRegistration, AnUnknownNameHasNoFunctions) {
  EXPECT_FALSE(Factory().GetDesearFunc("nobody"));
  EXPECT_FALSE(Factory().GetSearFunc("nobody"));
  EXPECT_FALSE(Factory().GetConvcFunc("nobody"));
  EXPECT_FALSE(Factory().GetSerializeFunc("nobody"));
  EXPECT_FALSE(Factory().GetDeserializeFunc("nobody"));
}

TEST(DataTypeRegistration, TheFirstFunctionOfANameStays) {
  const HIAI_DATASearilizedFunT first = [](void*, std::string& out) { out = "first"; };
  const HIAI_DATASearilizedFunT second = [](void*, std::string& out) { out = "second"; };
  std::string out;

  EXPECT_EQ(Factory().Register("first stays", first), HIAI_OK);
  EXPECT_EQ(Factory().Register("first stays", second), HIAI_ENGINE_FUNCTOR_EXIST);
  Factory().GetSearFunc("first stays")(nullptr, out);

  EXPECT_EQ(out, "first");
  EXPECT_EQ(Factory().UnRegister("first stays", DATY_TYPE_FUNC_SEAR), HIAI_OK);
}

TEST(DataTypeRegistration, ANullFunctionIsRefused) {
  EXPECT_EQ(Factory().Register("null", HIAI_DATASearilizedFunT()), HIAI_ENGINE_FUNCTOR_NULL);
  EXPECT_EQ(Factory().Register("null", HIAI_DATADesearilizedFunT()), HIAI_ENGINE_FUNCTOR_NULL);
  EXPECT_EQ(Factory().Register("null", HIAI_ConvertFuncT()), HIAI_ENGINE_FUNCTOR_NULL);
  EXPECT_EQ(Factory().Register("null", HIAI_SerializeFuncT(FrameOut), HIAI_DeserializeFuncT()),
            HIAI_ENGINE_FUNCTOR_NULL);
  EXPECT_EQ(Factory().Register("null", HIAI_SerializeFuncT(), HIAI_DeserializeFuncT(FrameIn)),
            HIAI_ENGINE_FUNCTOR_NULL);
  EXPECT_FALSE(Factory().GetSerializeFunc("null"));
}

TEST(DataTypeRegistration, ARegistrarTakesAwayAllThatItRegistered) {
  {
    const HIAIAutoRegister out("scoped", HIAI_DATASearilizedFunT([](void*, std::string&) {}));
    const HIAIAutoRegister fast("scoped", HIAI_SerializeFuncT(FrameOut),
                                HIAI_DeserializeFuncT(FrameIn));
    ASSERT_TRUE(Factory().GetSearFunc("scoped"));
    ASSERT_TRUE(Factory().GetDeserializeFunc("scoped"));
  }

  EXPECT_FALSE(Factory().GetSearFunc("scoped"));
  EXPECT_FALSE(Factory().GetSerializeFunc("scoped"));
  EXPECT_FALSE(Factory().GetDeserializeFunc("scoped"));
}

TEST(DataTypeRegistration, ARegistrarThatCameSecondTakesNothingAway) {
  { const HIAIAutoRegister second("Frame", FrameOut, FrameIn); }

  EXPECT_TRUE(Factory().GetSerializeFunc("Frame"));
}

TEST(DataTypeRegistration, TakingAwayAnUnknownNameIsFine) {
  EXPECT_EQ(Factory().UnRegister("nobody", DATY_TYPE_FUNC_DES), HIAI_OK);
  EXPECT_EQ(Factory().UnRegister("Frame", 99), HIAI_OK);
  EXPECT_TRUE(Factory().GetSerializeFunc("Frame"));
}

TEST(DataTypeRegistration, EachSideHasAFactoryOfItsOwn) {
  HIAIDataTypeFactory* const host = HIAIDataTypeFactory::GetInstance();
  openmatrix::ContextScope device(openmatrix::View::Device(1));

  EXPECT_NE(HIAIDataTypeFactory::GetInstance(), host);
  EXPECT_FALSE(HIAIDataTypeFactory::GetInstance()->GetSearFunc("Point"));
}

TEST(DataTypeRegistration, TheCollectorSeesAllFiveMaps) {
  openmatrix::TypeTable table;

  openmatrix::CollectTypes(openmatrix::View::Host(), table);

  ASSERT_EQ(table.count("Point"), 1u);
  EXPECT_TRUE(table["Point"].common_in);
  EXPECT_TRUE(table["Point"].common_out);
  EXPECT_TRUE(table["Point"].convert);
  EXPECT_FALSE(table["Point"].fast_out);
  ASSERT_EQ(table.count("Frame"), 1u);
  EXPECT_TRUE(table["Frame"].fast_in);
  EXPECT_TRUE(table["Frame"].fast_out);
  EXPECT_TRUE(table["Frame"].convert);
}

TEST(DataTypeRegistration, ARegistrationIsSeenByTheNextLookUp) {
  static openmatrix::TypeRegistry registry([](openmatrix::TypeTable& table) {
    openmatrix::CollectTypes(openmatrix::View::Device(0), table);
  });
  openmatrix::ContextScope device(openmatrix::View::Device(0));
  openmatrix::SetTypeObserver(openmatrix::View::Device(0), &registry);
  ASSERT_EQ(registry.Find("observed"), nullptr);

  const HIAIAutoRegister observed("observed", FrameOut, FrameIn);
  const openmatrix::TypeHooks* found = registry.Find("observed");
  openmatrix::SetTypeObserver(openmatrix::View::Device(0), nullptr);

  ASSERT_NE(found, nullptr);
  EXPECT_TRUE(found->fast_out);
}

TEST(DataTypeRegistration, AFunctionObjectMayCallBackWhenItIsDestroyed) {
  struct CallsBack {
    ~CallsBack() { HIAIDataTypeFactory::GetInstance()->GetSearFunc("Point"); }
  };
  auto captured = std::make_shared<CallsBack>();
  HIAI_ConvertFuncT function = [captured](void*) { return captured; };
  ASSERT_EQ(Factory().Register("calls back", function), HIAI_OK);
  captured.reset();
  function = nullptr;

  EXPECT_EQ(Factory().UnRegister("calls back", DATY_TYPE_FUNC_CONVERT), HIAI_OK);
}

// Calls back, and registers another name, whenever it is copied.
struct CallsBackWhenCopied {
  CallsBackWhenCopied() = default;
  CallsBackWhenCopied(const CallsBackWhenCopied&) {
    EXPECT_TRUE(Factory().GetSearFunc("Point"));
    const HIAIAutoRegister other("registered by a copy", FrameOut, FrameIn);
  }
  void operator()(void*, std::string& out) const { out = "copied"; }
};

TEST(DataTypeRegistration, AFunctionObjectMayCallBackWhenItIsCopied) {
  const HIAI_DATASearilizedFunT function = CallsBackWhenCopied();
  ASSERT_EQ(Factory().Register("copied", function), HIAI_OK);

  EXPECT_NE(Factory().GetSearFunc("copied").target<CallsBackWhenCopied>(), nullptr);
  openmatrix::TypeRegistry registry([](openmatrix::TypeTable& table) {
    openmatrix::CollectTypes(openmatrix::View::Host(), table);
  });
  const openmatrix::TypeHooks* hooks = registry.Find("copied");
  ASSERT_NE(hooks, nullptr);
  std::string out;
  hooks->common_out(nullptr, out);

  EXPECT_EQ(out, "copied");
  EXPECT_EQ(Factory().UnRegister("copied", DATY_TYPE_FUNC_SEAR), HIAI_OK);
}

// Objects compiled with older headers do it so.
TEST(DataTypeRegistration, AFunctionObjectThatSomebodyPutIntoTheMapMayCallBackToo) {
  struct Maps {
    std::map<std::string, HIAI_DATADesearilizedFunT> deserialize;
    std::map<std::string, HIAI_DATASearilizedFunT> serialize;
  };
  reinterpret_cast<Maps&>(Factory()).serialize.emplace("put in", CallsBackWhenCopied());

  EXPECT_NE(Factory().GetSearFunc("put in").target<CallsBackWhenCopied>(), nullptr);
  openmatrix::TypeTable table;
  openmatrix::CollectTypes(openmatrix::View::Host(), table);
  std::string out;
  table["put in"].common_out(nullptr, out);

  EXPECT_EQ(out, "copied");
  EXPECT_EQ(Factory().UnRegister("put in", DATY_TYPE_FUNC_SEAR), HIAI_OK);
}

TEST(DataTypeRegistration, ThreadsMayRegisterAtOnce) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < 100; ++i) {
        const HIAIAutoRegister registrar("shared " + std::to_string(i % 7), FrameOut, FrameIn);
        Factory().GetSerializeFunc("shared 0");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  for (int i = 0; i < 7; ++i) {
    EXPECT_FALSE(Factory().GetSerializeFunc("shared " + std::to_string(i)));
  }
}

}  // namespace
