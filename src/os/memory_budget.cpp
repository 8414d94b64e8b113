#include "os/memory_budget.h"

#include <fstream>
#include <sstream>
#include <vector>

namespace openmatrix {
namespace {

// A mounted hierarchy of control groups that knows memory.
struct Hierarchy {
  std::string mount;  // where it is
  std::string top;    // the group that shows there
  bool unified;       // version 2
};

void Lower(MemoryBudget& budget, std::uint64_t bytes, const std::string& source) {
  if (bytes >= budget.bytes) return;
  budget.bytes = bytes;
  budget.source = source;
}

void LowerByFile(MemoryBudget& budget, const std::string& root, const std::string& path) {
  std::ifstream file(root + path);
  std::uint64_t number = 0;
  if (file >> number) Lower(budget, number, path);  // "max" is no number
}

void LowerByKey(MemoryBudget& budget, const std::string& root, const std::string& path,
                const std::string& key, std::uint64_t unit) {
  std::ifstream file(root + path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string name;
    std::uint64_t number = 0;
    if (words >> name >> number && name == key) Lower(budget, number * unit, path + " " + key);
  }
}

bool HasWord(const std::string& list, const std::string& word) {
  return ("," + list + ",").find("," + word + ",") != std::string::npos;
}

// Lines of /proc/self/mountinfo: id, parent, device, root, mount point, options and more, "-",
// type, source, options of the file system.
std::vector<Hierarchy> Hierarchies(const std::string& root) {
  std::vector<Hierarchy> found;
  std::ifstream file(root + "/proc/self/mountinfo");
  for (std::string line; std::getline(file, line);) {
    const std::size_t dash = line.find(" - ");
    if (dash == std::string::npos) continue;
    std::istringstream first(line.substr(0, dash));
    std::istringstream second(line.substr(dash + 3));
    std::string skip, top, mount, type, source, options;
    first >> skip >> skip >> skip >> top >> mount;
    second >> type >> source >> options;
    if (type == "cgroup2") found.push_back({mount, top, true});
    if (type == "cgroup" && HasWord(options, "memory")) found.push_back({mount, top, false});
  }
  return found;
}

// The process's group in that hierarchy, as /proc/self/cgroup has it; empty if it has none.
std::string GroupIn(const Hierarchy& hierarchy, const std::string& root) {
  std::ifstream file(root + "/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (hierarchy.unified ? controllers.empty() : HasWord(controllers, "memory")) {
      return line.substr(second + 1);
    }
  }
  return "";
}

void LowerByHierarchy(MemoryBudget& budget, const std::string& root, const Hierarchy& hierarchy) {
  std::string group = GroupIn(hierarchy, root);
  // Below the group that is mounted; a path from outside of it ("/..") means that group itself.
  if (hierarchy.top != "/") {
    const std::size_t length = hierarchy.top.size();
    const bool below = (group + "/").compare(0, length + 1, hierarchy.top + "/") == 0;
    group = below ? group.substr(length) : "";
  }
  if (group.find("..") != std::string::npos || group == "/") group.clear();
  for (;; group.erase(group.rfind('/'))) {
    const std::string directory = hierarchy.mount + group;
    if (hierarchy.unified) {
      LowerByFile(budget, root, directory + "/memory.max");
      LowerByFile(budget, root, directory + "/memory.high");
    } else {
      LowerByFile(budget, root, directory + "/memory.limit_in_bytes");
      // Also of groups above the mounted one.
      LowerByKey(budget, root, directory + "/memory.stat", "hierarchical_memory_limit", 1);
    }
    if (group.rfind('/') == std::string::npos) return;
  }
}

}  // namespace

MemoryBudget FindMemoryBudget(const std::string& root) {
  MemoryBudget budget;
  LowerByKey(budget, root, "/proc/meminfo", "MemAvailable:", 1024);
  for (const Hierarchy& hierarchy : Hierarchies(root)) LowerByHierarchy(budget, root, hierarchy);
  return budget;
}

}  // namespace openmatrix
