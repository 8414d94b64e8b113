#include "os/memory_budget.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

namespace openmatrix {
namespace {

constexpr std::uint64_t kUnlimited = std::numeric_limits<std::uint64_t>::max();

std::uint64_t ReadNumber(const std::string& path) {
  std::ifstream file(path);
  std::uint64_t number = 0;
  return file >> number ? number : kUnlimited;  // "max" is no number
}

std::uint64_t MachineAvailable() {
  std::ifstream file("/proc/meminfo");
  std::string key;
  std::uint64_t kib = 0;
  std::string unit;
  while (file >> key >> kib >> unit) {
    if (key == "MemAvailable:") return kib << 10;
  }
  return kUnlimited;
}

std::uint64_t GroupLimit() {
  std::uint64_t limit = std::min(ReadNumber("/sys/fs/cgroup/memory.max"),
                                 ReadNumber("/sys/fs/cgroup/memory/memory.limit_in_bytes"));
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const std::size_t path = line.find(":/");
    if (path == std::string::npos) continue;
    const std::string group = line.substr(path + 1);
    if (line.compare(0, 3, "0::") == 0) {
      limit = std::min(limit, ReadNumber("/sys/fs/cgroup" + group + "/memory.max"));
    } else if (line.find(":memory:") != std::string::npos) {
      limit =
          std::min(limit, ReadNumber("/sys/fs/cgroup/memory" + group + "/memory.limit_in_bytes"));
    }
  }
  return limit;
}

}  // namespace

std::uint64_t AvailableMemoryBytes() { return std::min(MachineAvailable(), GroupLimit()); }

}  // namespace openmatrix
