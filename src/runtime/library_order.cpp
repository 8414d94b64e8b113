#include "runtime/library_order.h"

#include <unordered_map>
#include <utility>

namespace openmatrix {
namespace {

// Who may be meant by a needed name: by its soname or by the name of its file.
using Providers = std::unordered_map<std::string, std::vector<std::size_t>>;

void AddAll(const Providers& providers, const std::string& name, std::vector<std::size_t>& to) {
  const auto found = providers.find(name);
  if (found == providers.end()) return;
  to.insert(to.end(), found->second.begin(), found->second.end());
}

}  // namespace

std::string BaseName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

bool LinkerChanges(const std::string& path) {
  for (const char* const token :
       {"$ORIGIN", "${ORIGIN}", "$LIB", "${LIB}", "$PLATFORM", "${PLATFORM}"}) {
    if (path.find(token) != std::string::npos) return true;
  }
  return false;
}

// Goes down the dependencies with a list of its own: they may be as deep as the list is long.
std::vector<std::size_t> DependenciesFirst(const std::vector<std::string>& names,
                                           const std::vector<ElfFacts>& facts) {
  Providers by_soname;
  Providers by_file;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!facts[i].soname.empty()) by_soname[facts[i].soname].push_back(i);
    by_file[BaseName(names[i])].push_back(i);
  }
  struct Step {
    std::size_t library;
    bool needs_are_placed;
  };
  std::vector<std::size_t> ordered;
  std::vector<bool> seen(names.size(), false);
  std::vector<Step> steps;
  for (std::size_t i = 0; i < names.size(); ++i) {
    steps.push_back({i, false});
    while (!steps.empty()) {
      const Step step = steps.back();
      steps.pop_back();
      if (step.needs_are_placed) {
        ordered.push_back(step.library);
        continue;
      }
      if (seen[step.library]) continue;
      seen[step.library] = true;
      steps.push_back({step.library, true});
      std::vector<std::size_t> needs;
      for (const std::string& needed : facts[step.library].needed) {
        AddAll(by_soname, needed, needs);
        AddAll(by_file, BaseName(needed), needs);
      }
      for (auto need = needs.rbegin(); need != needs.rend(); ++need) {
        if (!seen[*need]) steps.push_back({*need, false});
      }
    }
  }
  return ordered;
}

}  // namespace openmatrix
