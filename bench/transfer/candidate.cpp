#include "candidate.h"

#include <map>

namespace bench {
namespace {

std::map<std::string, AddCandidate::Make>& Known() {
  static std::map<std::string, AddCandidate::Make> known;
  return known;
}

std::unique_ptr<Candidate> chosen;

}  // namespace

AddCandidate::AddCandidate(const char* name, Make make) { Known()[name] = make; }

std::vector<std::string> CandidateNames() {
  std::vector<std::string> names;
  for (const auto& [name, make] : Known()) names.push_back(name);
  return names;
}

bool Choose(const std::string& name) {
  const auto found = Known().find(name);
  if (found == Known().end()) return false;
  chosen = found->second();
  return chosen != nullptr;
}

Candidate& Chosen() { return *chosen; }

}  // namespace bench
