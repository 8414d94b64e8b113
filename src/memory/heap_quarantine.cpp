// Sent blocks whose origin may still free them late: in, out in time, and out because somebody
// needs the memory.
#include <new>

#include "base/log_sink.h"
#include "memory/heap_impl.h"
#include "memory/janitor.h"

namespace openmatrix {

void Heap::Impl::EnterQuarantine(View view, std::uint64_t offset, std::uint32_t block_bytes,
                                 std::weak_ptr<void> message,
                                 Quarantine::Leavers& leavers) noexcept {
  std::uint64_t early = 0;
  try {
    early = quarantines[view.index].Enter(offset, block_bytes, std::move(message), leavers);
  } catch (const std::bad_alloc&) {
    EndQuarantine(offset);  // the send stands; a late free of this block is not recognised
  }
  NotifyFreed();  // who waits for memory may have broken the quarantine just before
  if (early == 0) return;
  if (totals.overflows.fetch_add(early, std::memory_order_relaxed) == 0) {
    Log(LogLevel::kWarning,
        "quarantine of sent blocks is full (a quarter of the side's limit): late frees of the "
        "oldest are no longer recognised");
  }
}

// Into this thread's cache where possible: who sends will allocate again.
void Heap::Impl::EndQuarantine(std::uint64_t offset) noexcept {
  BlockWord word = table->Load(offset);
  while (word.Has(BlockWord::kQuarantined) && !TryDrop(offset, word, BlockWord::kQuarantined)) {
  }
}

void Heap::Impl::BreakQuarantine(View view, Quarantined which,
                                 std::vector<Quarantine::Entry>& gone) {
  const std::size_t first = gone.size();
  quarantines[view.index].Break(
      [&](const Quarantine::Entry& entry) {
        const BlockWord word = table->Load(entry.offset);
        return (word.bits & BlockWord::kKeepsAlive) == BlockWord::kQuarantined &&
               (which == Quarantined::kAll || entry.message.expired());
      },
      gone);
  for (std::size_t index = first; index < gone.size(); ++index) {
    const std::uint64_t offset = gone[index].offset;
    BlockWord word = table->Load(offset);
    if (!table->Change(offset, word, BlockWord{})) continue;
    accounts[view.index].Uncharge(word.block_bytes());
    PutBack(GrainOf(offset), word.size_class());
  }
}

void Heap::Impl::FreeUnheld(std::uint64_t bytes, std::vector<Quarantine::Entry>& gone) {
  EmptyHandover();
  for (std::uint8_t side = 0; side < quarantines.size(); ++side) {
    BreakQuarantine(View{side}, Quarantined::kAll, gone);
  }
  pool->ReleaseEmptySpans(Clock::now());
  janitor_->MakeRoom(bytes);
}

}  // namespace openmatrix
