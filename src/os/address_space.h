// Ranges of addresses without memory behind them.
#pragma once

#include <cstdint>

namespace openmatrix {

// How many bytes of address space this process may still take (RLIMIT_AS); ~0 if nobody limits it.
std::uint64_t FreeAddressSpace();

// `bytes` that nobody may touch yet, and no core dump contains, from a multiple of `alignment` on;
// null if they are not to be had. REQUIRES: both are whole pages, `alignment` is a power of two
std::uint8_t* ReserveAddresses(std::uint64_t bytes, std::uint64_t alignment);

}  // namespace openmatrix
