#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>

namespace openmatrix {
namespace {

TEST(Result, HoldsAValueThatCanBeMovedOut) {
  Result<std::unique_ptr<int>> result(std::make_unique<int>(7));

  ASSERT_TRUE(result.ok());
  const std::unique_ptr<int> value = std::move(result.value());
  EXPECT_EQ(*value, 7);
}

TEST(Result, HoldsTheReasonOfAFailure) {
  const Result<int> result(Code::kNoMemory, "64 bytes asked");

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::kNoMemory);
  EXPECT_EQ(result.error().text, "64 bytes asked");
  EXPECT_EQ(result.error().user_status, 0u);
}

TEST(Result, OfAStringTellsValueAndReasonApart) {
  const Result<std::string> value(std::string("text"));
  const Result<std::string> failure(Error{Code::kNotFound, "text"});

  EXPECT_TRUE(value.ok());
  EXPECT_FALSE(failure.ok());
}

TEST(Status, IsFineUnlessToldOtherwise) {
  const Status fine;
  const Status failed(Error{Code::kUserStatus, "Init", 42});

  EXPECT_TRUE(fine.ok());
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().user_status, 42u);
}

}  // namespace
}  // namespace openmatrix
