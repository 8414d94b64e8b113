#include "api/builtin_messages.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "api/type_collector.h"
#include "data_type_bytes.h"
#include "hiaiengine/data_type.h"
#include "hiaiengine/data_type_reg.h"

namespace openmatrix {
namespace {

TypeTable Builtins() {
  TypeTable table;
  AddBuiltinMessages(table);
  return table;
}

template <typename T>
void ExpectRoundTrip(const std::string& name, T value) {
  const TypeTable table = Builtins();
  const auto found = table.find(name);
  ASSERT_NE(found, table.end());
  std::string control = "not empty before";

  found->second.common_out(&value, control);
  const std::shared_ptr<void> copy = found->second.common_in(control);

  EXPECT_EQ(control, Written(value)) << "an application's own registration writes the same";
  ASSERT_NE(copy, nullptr);
  EXPECT_NE(copy.get(), &value);
  EXPECT_EQ(*static_cast<T*>(copy.get()), value);
}

TEST(BuiltinMessages, StringsAndVectorsGoThereAndBack) {
  ExpectRoundTrip<std::string>("string", "");
  ExpectRoundTrip<std::string>("string", std::string("a\0b", 3));
  ExpectRoundTrip<std::string>("string", std::string(100000, 'x'));
  ExpectRoundTrip<std::vector<std::uint8_t>>("vector_uint8_t", {0, 1, 255});
  ExpectRoundTrip<std::vector<std::uint8_t>>("vector_uint8_t", {});
  ExpectRoundTrip<std::vector<float>>("vector_float", {0.5f, -1.0f});
}

TEST(BuiltinMessages, TheConverterDoesNotOwn) {
  std::string text = "kept";

  EXPECT_EQ(Builtins()["string"].convert(&text).get(), &text);
  EXPECT_EQ(text, "kept");
}

TEST(BuiltinMessages, BytesOfAnotherKindEndInAnExceptionOrAnObject) {
  for (const auto& [name, hooks] : Builtins()) {
    SCOPED_TRACE(name);
    for (std::size_t size = 0; size < 80; ++size) {
      const std::string control = size == 0 ? "" : "\x01" + std::string(size - 1, '\xFF');
      try {
        if (hooks.common_in) {
          EXPECT_NE(hooks.common_in(control), nullptr);
        } else {
          EXPECT_NE(hooks.fast_in(control.data(), static_cast<std::uint32_t>(size), nullptr, 0),
                    nullptr);
        }
      } catch (const cereal::Exception&) {
        continue;
      }
    }
    if (hooks.common_in) {
      EXPECT_THROW(hooks.common_in("\x01"), cereal::Exception);
    }
  }
}

TEST(BuiltinMessages, ATensorListTakesItsBytesAlong) {
  std::vector<hiai::TensorDimension> dimensions(2);
  dimensions[0].size = 3;
  dimensions[0].name = "first";
  dimensions[1].size = 2;
  hiai::NNTensorList list;
  ASSERT_EQ(list.Resize(dimensions), HIAI_OK);
  const TypeHooks hooks = Builtins()["NNTensorList"];
  std::string control;
  std::uint8_t* data = nullptr;
  std::uint32_t bytes = 0;

  hooks.fast_out(&list, control, data, bytes);
  ASSERT_EQ(data, list.GetBuffData());
  ASSERT_EQ(bytes, 5u);
  void* block = nullptr;
  ASSERT_EQ(hiai::HIAIMemory::HIAI_DMalloc(bytes, block), HIAI_OK);
  const auto copy = std::static_pointer_cast<hiai::NNTensorList>(
      hooks.fast_in(control.data(), static_cast<std::uint32_t>(control.size()),
                    static_cast<const std::uint8_t*>(block), bytes));

  ASSERT_NE(copy, nullptr);
  EXPECT_EQ(copy->GetBuffData(), block);
  EXPECT_EQ(copy->GetBufferSize(), 5u);
  ASSERT_EQ(copy->GetNNTensorVector().size(), 2u);
  EXPECT_EQ(copy->GetNNTensorVector()[0].name, "first");
  EXPECT_EQ(copy->GetNNTensorVector()[1].data, static_cast<std::uint8_t*>(block) + 3);
}

// --- names that an application has registered ---

struct Compass {
  std::uint32_t degrees = 0;
  HIAI_SERIALIZE(degrees)
};
HIAI_REGISTER_DATA_TYPE("Angle", Compass)

void FastOut(void*, std::string&, std::uint8_t*&, std::uint32_t&) {}
std::shared_ptr<void> FastIn(const char*, const std::uint32_t&, const std::uint8_t*,
                             const std::uint32_t&) {
  return std::make_shared<Compass>();
}
HIAI_REGISTER_SERIALIZE_FUNC("ROICube", Compass, FastOut, FastIn)

TypeTable TypesOf(View view) {
  TypeTable table;
  CollectTypes(view, table);
  return table;
}

TEST(BuiltinMessages, ATypeOfTheApplicationKeepsItsName) {
  TypeTable host = TypesOf(View::Host());
  Compass compass;
  compass.degrees = 90;
  std::string control;

  host["Angle"].common_out(&compass, control);

  EXPECT_EQ(control, std::string(Bytes().U32(90)));
  EXPECT_EQ(static_cast<Compass*>(host["Angle"].common_in(control).get())->degrees, 90u);
}

TEST(BuiltinMessages, AFastPairOfTheApplicationIsNotMixedWithOurHooks) {
  TypeTable host = TypesOf(View::Host());

  EXPECT_TRUE(host["ROICube"].fast_in);
  EXPECT_FALSE(host["ROICube"].common_in);
  EXPECT_FALSE(host["ROICube"].common_out);
}

TEST(BuiltinMessages, HalfARegistrationIsNotCompleted) {
  const HIAIAutoRegister half("Point2D", HIAI_DATADesearilizedFunT([](const std::string&) {
                                return std::make_shared<Compass>();
                              }));

  EXPECT_TRUE(TypesOf(View::Host())["Point2D"].common_in);
  EXPECT_FALSE(TypesOf(View::Host())["Point2D"].common_out);
}

TEST(BuiltinMessages, OtherNamesAndOtherSidesKeepTheirs) {
  TypeTable host = TypesOf(View::Host());
  TypeTable device = TypesOf(View::Device(0));

  EXPECT_TRUE(host["Point3D"].common_out);
  EXPECT_TRUE(host["Point3D"].common_in);
  EXPECT_FALSE(host["Point3D"].fast_out);
  EXPECT_TRUE(device["ROICube"].common_in);
  EXPECT_FALSE(device["ROICube"].fast_in);
  EXPECT_NE(static_cast<hiai::Angle*>(device["Angle"].common_in(Bytes().Zeros(12)).get()), nullptr);
}

}  // namespace
}  // namespace openmatrix
