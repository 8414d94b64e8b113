// The order in which the libraries of a list are loaded.
//
// Pure; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "runtime/elf_facts.h"

namespace openmatrix {

std::string BaseName(const std::string& path);

// The places 0 .. names.size() - 1 in an order in which each library stands behind those that it
// needs; else the order stays. `facts` says of each name what its file says.
std::vector<std::size_t> DependenciesFirst(const std::vector<std::string>& names,
                                           const std::vector<ElfFacts>& facts);

}  // namespace openmatrix
