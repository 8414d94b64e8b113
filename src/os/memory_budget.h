// How much memory this process may reasonably use: what the machine has available now, or
// the control group's limit if that is lower.
#pragma once

#include <cstdint>

namespace openmatrix {

std::uint64_t AvailableMemoryBytes();

}  // namespace openmatrix
