#include "runtime/block_return.h"

#include <atomic>

#include "base/log_sink.h"
#include "memory/view.h"

namespace openmatrix {
namespace {

// Partner: SetBlockHeap stores, the questions load.
std::atomic<Heap*> g_heap{nullptr};

}  // namespace

void SetBlockHeap(Heap* heap) { g_heap.store(heap, std::memory_order_release); }

bool IsHeapAddress(const void* address) noexcept {
  const Heap* const heap = g_heap.load(std::memory_order_acquire);
  View view;
  return heap != nullptr && address != nullptr && heap->FindView(address, view);
}

bool ReturnBlock(void* address) noexcept {
  if (!IsHeapAddress(address)) return false;
  Heap& heap = *g_heap.load(std::memory_order_acquire);
  FreeVerdict verdict = heap.Free(address, Family::kTransfer);
  if (verdict == FreeVerdict::kWrongFamily) verdict = heap.Free(address, Family::kDvpp);
  if (verdict != FreeVerdict::kFreed) {
    Log(LogLevel::kWarning, "an owner of %p could not free it: no live block begins there",
        address);
  }
  return true;
}

}  // namespace openmatrix
