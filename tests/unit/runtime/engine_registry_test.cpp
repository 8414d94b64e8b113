#include "runtime/engine_registry.h"

#include <gtest/gtest.h>

namespace openmatrix {
namespace {

hiai::Engine* First() { return nullptr; }
hiai::Engine* Second() { return nullptr; }

TEST(EngineRegistry, TheFirstCreatorOfANameStays) {
  EngineRegistry registry;

  EXPECT_TRUE(registry.Add("name", First));
  EXPECT_FALSE(registry.Add("name", Second));

  EXPECT_EQ(registry.Find("name"), &First);
}

TEST(EngineRegistry, ARemovedNameIsFreeAgain) {
  EngineRegistry registry;
  ASSERT_TRUE(registry.Add("name", First));

  registry.Remove("name");
  registry.Remove("never there");

  EXPECT_EQ(registry.Find("name"), nullptr);
  EXPECT_TRUE(registry.Add("name", Second));
}

}  // namespace
}  // namespace openmatrix
