#include "os/memory_budget.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace openmatrix {
namespace {

TEST(MemoryBudget, IsSomethingAndNoMoreThanTheMachineHas) {
  const auto machine = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) *
                       static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  const MemoryBudget budget = FindMemoryBudget();
  EXPECT_GT(budget.bytes, 0u);
  EXPECT_LE(budget.bytes, machine);
  EXPECT_FALSE(budget.source.empty());
}

// A tree of files as the kernel shows them.
class MemoryBudgetOfTree : public testing::Test {
 protected:
  MemoryBudgetOfTree() {
    Write("/proc/meminfo", "MemTotal: 9000 kB\nMemFree: 100 kB\nMemAvailable: 8000 kB\n");
  }
  ~MemoryBudgetOfTree() override { std::filesystem::remove_all(root_); }

  void Write(const std::string& path, const std::string& text) {
    std::filesystem::create_directories((root_ + path).substr(0, (root_ + path).rfind('/')));
    std::ofstream(root_ + path) << text;
  }
  MemoryBudget Find() const { return FindMemoryBudget(root_); }

  const std::string root_ =
      testing::TempDir() + "openmatrix_memory_budget." + std::to_string(::getpid());
};

TEST_F(MemoryBudgetOfTree, IsWhatTheMachineHasWithoutControlGroups) {
  EXPECT_EQ(Find().bytes, 8000u << 10);
  EXPECT_EQ(Find().source, "/proc/meminfo MemAvailable:");
}

TEST_F(MemoryBudgetOfTree, CountsTheLimitOfAnAncestorInVersion2) {
  Write("/proc/self/mountinfo", "30 20 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
  Write("/proc/self/cgroup", "0::/a/b/c\n");
  Write("/sys/fs/cgroup/a/b/c/memory.max", "max\n");
  Write("/sys/fs/cgroup/a/b/memory.max", "4000000\n");
  Write("/sys/fs/cgroup/a/memory.max", "5000000\n");
  EXPECT_EQ(Find().bytes, 4000000u);
  EXPECT_EQ(Find().source, "/sys/fs/cgroup/a/b/memory.max");
}

TEST_F(MemoryBudgetOfTree, CountsWhereVersion2Throttles) {
  Write("/proc/self/mountinfo", "30 20 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
  Write("/proc/self/cgroup", "0::/\n");
  Write("/sys/fs/cgroup/memory.max", "4000000\n");
  Write("/sys/fs/cgroup/memory.high", "3000000\n");
  EXPECT_EQ(Find().bytes, 3000000u);
}

TEST_F(MemoryBudgetOfTree, CountsVersion1BesideVersion2) {
  Write("/proc/self/mountinfo",
        "31 20 0:27 / /sys/fs/cgroup/memory rw shared:9 - cgroup cgroup rw,memory\n"
        "32 20 0:28 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
  Write("/proc/self/cgroup", "4:memory:/a/b\n1:cpu:/x\n0::/\n");
  Write("/sys/fs/cgroup/memory/a/memory.limit_in_bytes", "2000000\n");
  Write("/sys/fs/cgroup/memory/a/b/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_EQ(Find().bytes, 2000000u);
}

TEST_F(MemoryBudgetOfTree, CountsGroupsAboveTheMountedOneInVersion1) {
  Write("/proc/self/mountinfo",
        "31 20 0:27 /docker/x /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n");
  Write("/proc/self/cgroup", "4:memory:/docker/x\n");
  Write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  Write("/sys/fs/cgroup/memory/memory.stat", "cache 1\nhierarchical_memory_limit 1000000\n");
  EXPECT_EQ(Find().bytes, 1000000u);
}

TEST_F(MemoryBudgetOfTree, FindsTheGroupWhereItIsMountedWithoutANameSpace) {
  Write("/proc/self/mountinfo", "31 20 0:27 /docker/x /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
  Write("/proc/self/cgroup", "0::/docker/x/inner\n");
  Write("/sys/fs/cgroup/inner/memory.max", "700000\n");
  Write("/sys/fs/cgroup/memory.max", "900000\n");
  EXPECT_EQ(Find().bytes, 700000u);
}

TEST_F(MemoryBudgetOfTree, TakesTheMountedGroupForAPathFromOutside) {
  Write("/proc/self/mountinfo", "31 20 0:27 /../.. /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
  Write("/proc/self/cgroup", "0::/../other\n");
  Write("/sys/fs/cgroup/memory.max", "600000\n");
  EXPECT_EQ(Find().bytes, 600000u);
}

TEST_F(MemoryBudgetOfTree, DoesNotTakeAGroupForOneBelowAnotherWhoseNameItBeginsWith) {
  Write("/proc/self/mountinfo", "31 20 0:27 /docker/x /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
  Write("/proc/self/cgroup", "0::/docker/xy/z\n");
  Write("/sys/fs/cgroup/memory.max", "600000\n");
  Write("/sys/fs/cgroupy/memory.max", "500000\n");
  EXPECT_EQ(Find().bytes, 600000u);
}

}  // namespace
}  // namespace openmatrix
