// The books of the heap, added up. What ended is read before what began, over all views: a hold
// that comes, goes, or moves to another view meanwhile, on whatever thread, must not count as -1,
// nor as nothing.
#include "memory/heap_impl.h"

namespace openmatrix {

void SendTotals::Add(const SendTotals& ended) {
  const auto add = [](Counter& sum, const Counter& more) {
    sum.fetch_add(more.load(std::memory_order_relaxed), std::memory_order_relaxed);
  };
  for (std::size_t side = 0; side < views.size(); ++side) {
    add(views[side].arrived, ended.views[side].arrived);
    add(views[side].arrived_bytes, ended.views[side].arrived_bytes);
    add(views[side].left, ended.views[side].left);
    add(views[side].left_bytes, ended.views[side].left_bytes);
  }
  add(shared_sends, ended.shared_sends);
  add(shared_bytes, ended.shared_bytes);
}

template <typename Visit>
void Heap::Impl::ForEachSendBook(const Visit& visit) const {
  visit(totals.sends);
  for (const ThreadCaches* thread : threads) visit(thread->sends);
}

template <typename Of>
void Heap::Impl::SubtractEnded(const Of& of) const {
  for (std::size_t side = 0; side < accounts.size(); ++side) {
    ViewCounts* const view = of(side);
    if (view == nullptr) continue;
    const ViewTotals& total = totals.views[side];
    view->frees = total.frees.load(std::memory_order_acquire);
    view->live_blocks -= view->frees;
    view->live_bytes -= total.freed_bytes.load(std::memory_order_acquire);
    ForEachSendBook([&](const SendTotals& sends) {
      view->live_blocks -= sends.views[side].left.load(std::memory_order_acquire);
      view->live_bytes -= sends.views[side].left_bytes.load(std::memory_order_acquire);
    });
  }
  for (const auto& cache : caches) {
    ViewCounts* const view = of(cache->view().index);
    if (view == nullptr) continue;
    const SideCache::Tally ended = cache->freed();
    view->frees += ended.blocks;
    view->live_blocks -= ended.blocks;
    view->live_bytes -= ended.bytes;
  }
}

template <typename Of>
void Heap::Impl::AddBegun(const Of& of) const {
  for (std::size_t side = 0; side < accounts.size(); ++side) {
    ViewCounts* const view = of(side);
    if (view == nullptr) continue;
    const ViewTotals& total = totals.views[side];
    ForEachSendBook([&](const SendTotals& sends) {
      view->live_blocks += sends.views[side].arrived.load(std::memory_order_acquire);
      view->live_bytes += sends.views[side].arrived_bytes.load(std::memory_order_acquire);
    });
    view->allocations = total.allocations.load(std::memory_order_acquire);
    view->live_blocks += view->allocations;
    view->live_bytes += total.allocated_bytes.load(std::memory_order_acquire);
    view->peak_bytes = accounts[side].peak();
    view->charged_bytes = accounts[side].charged();
    view->limit_bytes = accounts[side].limit();
  }
  for (const auto& cache : caches) {
    ViewCounts* const view = of(cache->view().index);
    if (view == nullptr) continue;
    const SideCache::Tally issued = cache->issued();
    view->allocations += issued.blocks;
    view->live_blocks += issued.blocks;
    view->live_bytes += issued.bytes;
  }
}

ViewCounts Heap::Impl::CountsOf(View view) {
  ViewCounts counts;
  const auto of = [&](std::size_t side) { return side == view.index ? &counts : nullptr; };
  MutexLock lock(mutex);
  SubtractEnded(of);
  AddBegun(of);
  return counts;
}

MemoryCounts Heap::Impl::Counts() {
  MemoryCounts counts;
  const auto of = [&](std::size_t side) { return &counts.views[side]; };
  MutexLock lock(mutex);
  SubtractEnded(of);
  AddBegun(of);
  ForEachSendBook([&](const SendTotals& sends) {
    counts.shared_sends += sends.shared_sends.load(std::memory_order_relaxed);
    counts.shared_bytes += sends.shared_bytes.load(std::memory_order_relaxed);
  });
  for (std::size_t reason = 0; reason < kCopyReasons; ++reason) {
    counts.copies[reason] = totals.copies[reason].load();
    counts.copied_bytes[reason] = totals.copied_bytes[reason].load();
  }
  for (const Quarantine& quarantine : quarantines) counts.quarantined_blocks += quarantine.blocks();
  counts.bad_frees = totals.bad_frees.load();
  counts.late_frees = totals.late_frees.load();
  counts.quarantine_overflows = totals.overflows.load();
  counts.waits = totals.waits.load();
  counts.decommitted_bytes = totals.decommitted.load();
  counts.huge_page_refusals = totals.huge_refusals.load();
  return counts;
}

}  // namespace openmatrix
