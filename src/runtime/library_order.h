// The order in which the libraries of a list are loaded.
//
// Pure; any thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "runtime/elf_facts.h"

namespace openmatrix {

std::string BaseName(const std::string& path);

// True if dlopen would look for another path: it puts something else in the place of $ORIGIN, $LIB
// and $PLATFORM, with or without braces, and there is no way to write a '$' that stays.
bool LinkerChanges(const std::string& path);
constexpr char kChangedPath[] =
    "has a '$' in its path, where the dynamic linker would put something else";

// The places 0 .. names.size() - 1 in an order in which each library stands behind those that it
// needs; else the order stays. `facts` says of each name what its file says.
std::vector<std::size_t> DependenciesFirst(const std::vector<std::string>& names,
                                           const std::vector<ElfFacts>& facts);

// Calls `load` with each of `waiting` as long as a pass over them brings something, and leaves
// those for which it said false. Forwards and backwards in turn: libraries that each use the next
// without saying so take two passes, not as many as they are.
template <typename T, typename Load>
void LoadInPasses(std::vector<T>& waiting, const Load& load) {
  std::size_t before = 0;
  bool backwards = false;
  do {
    before = waiting.size();
    if (backwards) std::reverse(waiting.begin(), waiting.end());
    std::vector<T> failed;
    for (T& one : waiting) {
      if (!load(one)) failed.push_back(std::move(one));
    }
    waiting = std::move(failed);
    if (backwards) std::reverse(waiting.begin(), waiting.end());
    backwards = !backwards;
  } while (!waiting.empty() && waiting.size() < before);
}

}  // namespace openmatrix
