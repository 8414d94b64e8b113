// The part of allocate and free that is worth inlining into the exported functions: the cache
// that the thread used last, nothing else. Null or false: call the heap. One heap has it, the one
// that Heap::TakeFastPath was called for.
#pragma once

#include "memory/heap.h"
#include "memory/side_cache.h"
#include "memory/thread_state.h"

namespace openmatrix {

inline void* FastAllocate(View view, std::uint32_t bytes, Family family, Release release) noexcept {
  SideCache* const cache = thread_state.current;
  if (cache == nullptr || cache->view() != view) return nullptr;
  // No cache has a block for 0 bytes.
  if (bytes > 1024 && bytes > Heap::kCommonBlockBytes) return nullptr;
  return cache->TryIssue(bytes, family, release);
}

inline bool FastFree(void* address, Family family) noexcept {
  SideCache* const cache = thread_state.current;
  return cache != nullptr && cache->TryFreePrivate(address, family);
}

// For a cache with blocks that other threads freed, which FastFree leaves alone.
inline bool FastFreeShared(void* address, Family family) noexcept {
  SideCache* const cache = thread_state.current;
  return cache != nullptr && cache->TryFree(address, family);
}

}  // namespace openmatrix
