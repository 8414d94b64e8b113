// The only place that knows the address sanitizer. Each view of a block is poisoned while
// nobody holds it there, so a use after free or an overrun is reported as with malloc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SANITIZE_ADDRESS__)
#define OPENMATRIX_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define OPENMATRIX_ASAN 1
#endif
#endif

#if defined(OPENMATRIX_ASAN)
#include <sanitizer/asan_interface.h>
#endif

namespace openmatrix {

#if defined(OPENMATRIX_ASAN)
constexpr bool kPoisoning = true;
inline void Poison(const void* address, std::size_t bytes) {
  __asan_poison_memory_region(address, bytes);
}
inline void Unpoison(const void* address, std::size_t bytes) {
  __asan_unpoison_memory_region(address, bytes);
}
inline bool IsPoisoned(const void* address) { return __asan_address_is_poisoned(address) != 0; }
#else
constexpr bool kPoisoning = false;
inline void Poison(const void*, std::size_t) {}
inline void Unpoison(const void*, std::size_t) {}
inline bool IsPoisoned(const void*) { return false; }
#endif

// Copies whole words, poisoned or not: pages with whatever lies in them.
#if defined(OPENMATRIX_ASAN)
__attribute__((no_sanitize("address"))) inline void CopyUnchecked(void* to, const void* from,
                                                                  std::size_t bytes) {
  auto* const out = static_cast<volatile std::uint64_t*>(to);  // or it becomes a memcpy again
  const auto* const in = static_cast<const volatile std::uint64_t*>(from);
  for (std::size_t i = 0; i < bytes / sizeof(std::uint64_t); ++i) out[i] = in[i];
}
#else
inline void CopyUnchecked(void* to, const void* from, std::size_t bytes) {
  std::memcpy(to, from, bytes);
}
#endif

}  // namespace openmatrix
