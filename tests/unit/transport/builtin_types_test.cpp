#include "transport/builtin_types.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <exception>
#include <string>
#include <vector>

namespace openmatrix {
namespace {

template <typename T>
void ExpectRoundTrip(const std::string& name, T value) {
  TypeTable table;
  AddBuiltinTypes(table);
  const auto found = table.find(name);
  ASSERT_NE(found, table.end());
  std::string control;

  found->second.common_out(&value, control);
  const std::shared_ptr<void> copy = found->second.common_in(control);

  ASSERT_NE(copy, nullptr);
  EXPECT_NE(copy.get(), &value);
  EXPECT_EQ(*static_cast<T*>(copy.get()), value);
}

TEST(BuiltinTypes, StringsGoThereAndBack) {
  ExpectRoundTrip<std::string>("string", "");
  ExpectRoundTrip<std::string>("string", std::string("a\0b", 3));
  ExpectRoundTrip<std::string>("string", std::string(100000, 'x'));
}

TEST(BuiltinTypes, VectorsGoThereAndBack) {
  ExpectRoundTrip<std::vector<std::uint8_t>>("vector_uint8_t", {0, 1, 255});
  ExpectRoundTrip<std::vector<std::uint8_t>>("vector_uint8_t", {});
  ExpectRoundTrip<std::vector<float>>("vector_float", {0.5f, -1.0f});
}

TEST(BuiltinTypes, CutOffBytesThrow) {
  TypeTable table;
  AddBuiltinTypes(table);

  EXPECT_THROW(table["string"].common_in("\x01"), std::exception);
}

TEST(BuiltinTypes, TheConverterDoesNotOwn) {
  TypeTable table;
  AddBuiltinTypes(table);
  std::string text = "kept";

  EXPECT_EQ(table["string"].convert(&text).get(), &text);
  EXPECT_EQ(text, "kept");
}

TEST(BuiltinTypes, AFastPairOfTheSameNameStays) {
  TypeTable table;
  table["string"].fast_out = [](void*, std::string&, std::uint8_t*&, std::uint32_t&) {};

  AddBuiltinTypes(table);

  EXPECT_TRUE(table["string"].fast_out);
  EXPECT_TRUE(table["string"].common_out);
}

}  // namespace
}  // namespace openmatrix
