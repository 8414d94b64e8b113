#include "runtime/request_id.h"

#include <gtest/gtest.h>

#include <set>

namespace openmatrix {
namespace {

TEST(RequestId, IsZeroOutsideACall) { EXPECT_EQ(t_request_id, 0u); }

TEST(RequestId, NoTwoCallsHaveTheSameWhicheverWorkersTheyAre) {
  std::set<std::uint64_t> seen{0};
  RequestIds first;
  RequestIds second;

  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(seen.insert(first.Next()).second);
    EXPECT_TRUE(seen.insert(second.Next()).second);
  }
}

}  // namespace
}  // namespace openmatrix
