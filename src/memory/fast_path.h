// The part of allocate and free that is worth inlining into the exported functions: the cache
// that the thread used last, nothing else. Null or false: call the heap.
#pragma once

#include "memory/heap.h"
#include "memory/side_cache.h"
#include "memory/thread_state.h"

namespace openmatrix {

// `heap` is the identity of the heap in question; null is no heap's.
inline void* FastAllocate(const Heap::Impl* heap, View view, std::uint32_t bytes, Family family,
                          Release release) noexcept {
  SideCache* const cache = thread_state.current;
  if (cache == nullptr || !cache->Serves(heap, view)) return nullptr;
  if (bytes - 1 >= Heap::kCommonBlockBytes) return nullptr;
  return cache->TryIssue(bytes, family, release);
}

inline bool FastFree(const Heap::Impl* heap, void* address, Family family) noexcept {
  SideCache* const cache = thread_state.current;
  return cache != nullptr && cache->heap() == heap && cache->TryFree(address, family);
}

}  // namespace openmatrix
