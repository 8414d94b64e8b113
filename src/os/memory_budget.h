// How much memory this process may reasonably use: what the machine has available now, or what the
// control groups around the process allow, if that is less.
#pragma once

#include <cstdint>
#include <string>

namespace openmatrix {

struct MemoryBudget {
  std::uint64_t bytes = ~0ull;
  std::string source;  // the file that says so
};

// Looks at /proc and at the memory limits of the process's control group and all above it that can
// be seen, of version 1 and 2. `root` stands before each path: another tree, for tests.
MemoryBudget FindMemoryBudget(const std::string& root = "");

}  // namespace openmatrix
