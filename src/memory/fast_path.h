// The part of allocate and free that is worth inlining into the exported functions: the cache
// that the thread used last, nothing else. Null or false: call the heap.
#pragma once

#include "memory/heap.h"
#include "memory/side_cache.h"
#include "memory/thread_state.h"

namespace openmatrix {

inline void* FastAllocate(const Heap& heap, View view, std::uint32_t bytes, Family family,
                          Release release) noexcept {
  SideCache* const cache = thread_state.current;
  if (cache == nullptr || !cache->Serves(heap.identity(), view)) return nullptr;
  if (bytes - 1 >= heap.cacheable_bytes()) return nullptr;
  return cache->TryIssue(bytes, family, release);
}

inline bool FastFree(const Heap& heap, void* address, Family family) noexcept {
  SideCache* const cache = thread_state.current;
  return cache != nullptr && cache->heap() == heap.identity() && cache->TryFree(address, family);
}

}  // namespace openmatrix
