#include "os/memory_budget.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace openmatrix {
namespace {

TEST(MemoryBudget, IsSomethingAndNoMoreThanTheMachineHas) {
  const auto machine = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) *
                       static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  EXPECT_GT(AvailableMemoryBytes(), 0u);
  EXPECT_LE(AvailableMemoryBytes(), machine);
}

}  // namespace
}  // namespace openmatrix
