#include "runtime/disconnect_handler.h"

#include <gtest/gtest.h>

namespace openmatrix {
namespace {

TEST(DisconnectHandler, IsGivenOutOncePerCut) {
  DisconnectHandler handler;
  handler.Set([] { return 7u; });

  const auto function = handler.Claim(1);

  ASSERT_TRUE(function);
  EXPECT_EQ(function(), 7u);
  EXPECT_FALSE(handler.Claim(1));
  EXPECT_TRUE(handler.Claim(2));
  EXPECT_FALSE(handler.Claim(1));
}

TEST(DisconnectHandler, ANewOneHearsOfTheCutThatTheOldOneHeardOf) {
  DisconnectHandler handler;
  handler.Set([] { return 1u; });
  ASSERT_TRUE(handler.Claim(5));

  handler.Set([] { return 2u; });

  const auto function = handler.Claim(5);
  ASSERT_TRUE(function);
  EXPECT_EQ(function(), 2u);
}

TEST(DisconnectHandler, CanBeForgotten) {
  const auto captured = std::make_shared<int>(0);
  DisconnectHandler handler;
  EXPECT_TRUE(handler.empty());
  handler.Set([captured] { return 1u; });
  EXPECT_FALSE(handler.empty());

  handler.Set({});

  EXPECT_TRUE(handler.empty());
  EXPECT_FALSE(handler.Claim(1));
  EXPECT_EQ(captured.use_count(), 1);
}

TEST(DisconnectHandler, OneThatRunsOutlivesItsReplacement) {
  const auto captured = std::make_shared<int>(0);
  DisconnectHandler handler;
  handler.Set([captured] { return static_cast<std::uint32_t>(*captured) + 3u; });
  const auto running = handler.Claim(1);

  handler.Set([] { return 1u; });

  ASSERT_TRUE(running);
  EXPECT_EQ(running(), 3u);
}

}  // namespace
}  // namespace openmatrix
