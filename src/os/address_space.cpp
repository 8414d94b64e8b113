#include "os/address_space.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

namespace openmatrix {

std::uint64_t FreeAddressSpace() {
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return ~0ull;
  std::ifstream file("/proc/self/statm");
  std::uint64_t pages = 0;
  file >> pages;
  const std::uint64_t used = pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  return limit.rlim_cur > used ? limit.rlim_cur - used : 0;
}

std::uint8_t* ReserveAddresses(std::uint64_t bytes, std::uint64_t alignment) {
  void* const at = mmap(nullptr, bytes + alignment, PROT_NONE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (at == MAP_FAILED) return nullptr;
  auto* const all = static_cast<std::uint8_t*>(at);
  const std::uint64_t before = -reinterpret_cast<std::uintptr_t>(all) % alignment;
  if (before > 0) munmap(all, before);
  munmap(all + before + bytes, alignment - before);
  madvise(all + before, bytes, MADV_DONTDUMP);
  return all + before;
}

}  // namespace openmatrix
