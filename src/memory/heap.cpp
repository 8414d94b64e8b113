#include "memory/heap.h"

#include <algorithm>

#include "memory/heap_impl.h"

namespace openmatrix {

Heap::Heap(const Options& options, const MemoryBudget& budget)
    : impl_(new Impl(*this, options, budget)) {}
Heap::~Heap() { delete impl_; }

Result<void*> Heap::Allocate(View view, std::uint32_t bytes, Family family, Release release,
                             const Wait& wait) {
  if (bytes == 0) return Error{Code::kInvalidValue, "a block of 0 bytes was asked for"};
  if (bytes > max_block_bytes(view)) {
    return Error{Code::kTooLarge, std::to_string(bytes) + " bytes asked for, at most " +
                                      std::to_string(max_block_bytes(view)) + " in one block"};
  }
  SideCache* const cache = impl_->CacheFor(view);
  if (cache != nullptr) {
    if (void* block = cache->TryIssue(bytes, family, release)) return block;
  }
  return impl_->AllocateSlow(view, bytes, family, release, wait);
}

FreeVerdict Heap::Free(void* address, Family family) noexcept {
  View view;
  std::uint64_t offset;
  if (impl_->Locate(address, view, offset)) {
    SideCache* const cache = impl_->CacheFor(view);
    std::uint32_t grain;
    std::uint32_t size_class;
    if (cache != nullptr && cache->TryEndHold(address, family, grain, size_class)) {
      impl_->ReturnBlock(view, grain, size_class, Heap::Impl::FreedBy::kOwner);
      return FreeVerdict::kFreed;
    }
  }
  return impl_->FreeSlow(address, family);
}

bool Heap::FindView(const void* address, View& view) const noexcept {
  std::uint64_t offset;
  return impl_->Locate(address, view, offset);
}

bool Heap::Contains(const void* address, std::uint32_t bytes) const noexcept {
  View view;
  std::uint64_t offset;
  if (!impl_->Locate(address, view, offset)) return false;
  BlockPlace place;
  {
    MutexLock lock(impl_->mutex);
    if (!impl_->pool->Find(offset, place)) return false;
  }
  const BlockWord word = impl_->table->Load(place.start);
  const std::uint64_t hold = word.HoldOf(view);
  if (hold == 0 || (hold == BlockWord::kOriginHold && word.Has(BlockWord::kDvpp))) return false;
  return offset - place.start + std::max(bytes, 1u) <= word.asked();
}

std::uint32_t Heap::AskedBytes(const void* address) const noexcept {
  View view;
  std::uint64_t offset;
  if (!impl_->Locate(address, view, offset) || offset % kGrainBytes != 0) return 0;
  const BlockWord word = impl_->table->Load(offset);
  return word.HoldOf(view) != 0 ? word.asked() : 0;
}

std::uint32_t Heap::max_block_bytes(View view) const noexcept {
  const std::uint64_t limit =
      view.is_host() ? impl_->options.max_block : std::uint64_t{kCommonBlockBytes};
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(limit, kLargestBlock));
}

void Heap::TakeFastPath() noexcept { impl_->has_fast_path.store(true, std::memory_order_relaxed); }
void Heap::KeepLinksInChild(bool keep) noexcept { impl_->links_in_child.store(keep); }
const Heap::Limits& Heap::limits() const noexcept { return impl_->limits; }
void Heap::Trim() { impl_->Trim(); }
MemoryCounts Heap::Counts() const { return impl_->Counts(); }

ViewCounts Heap::CountsOf(View view) const { return impl_->CountsOf(view); }
void Heap::WakeAll() { impl_->WakeAll(); }

}  // namespace openmatrix
