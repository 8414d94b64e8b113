#include "runtime/disconnect_handler.h"

#include <gtest/gtest.h>

namespace openmatrix {
namespace {

TEST(DisconnectHandler, IsGivenOutOncePerCut) {
  DisconnectHandler handler;
  handler.Set([] { return 7u; });

  const auto function = handler.Claim(1);

  ASSERT_NE(function, nullptr);
  EXPECT_EQ((*function)(), 7u);
  EXPECT_EQ(handler.Claim(1), nullptr);
  EXPECT_NE(handler.Claim(2), nullptr);
  EXPECT_EQ(handler.Claim(1), nullptr);
}

TEST(DisconnectHandler, ANewOneHearsOfTheCutThatTheOldOneHeardOf) {
  DisconnectHandler handler;
  handler.Set([] { return 1u; });
  ASSERT_NE(handler.Claim(5), nullptr);

  handler.Set([] { return 2u; });

  const auto function = handler.Claim(5);
  ASSERT_NE(function, nullptr);
  EXPECT_EQ((*function)(), 2u);
}

TEST(DisconnectHandler, CanBeForgotten) {
  const auto captured = std::make_shared<int>(0);
  DisconnectHandler handler;
  EXPECT_TRUE(handler.empty());
  handler.Set([captured] { return 1u; });
  EXPECT_FALSE(handler.empty());

  handler.Set(nullptr);

  EXPECT_TRUE(handler.empty());
  EXPECT_EQ(handler.Claim(1), nullptr);
  EXPECT_EQ(captured.use_count(), 1);
}

TEST(DisconnectHandler, OneThatRunsOutlivesItsReplacement) {
  const auto captured = std::make_shared<int>(0);
  DisconnectHandler handler;
  handler.Set([captured] { return static_cast<std::uint32_t>(*captured) + 3u; });
  const auto running = handler.Claim(1);

  handler.Set([] { return 1u; });

  ASSERT_NE(running, nullptr);
  EXPECT_EQ((*running)(), 3u);
}

}  // namespace
}  // namespace openmatrix
