#include "memory/outgoing.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "memory/heap_impl.h"
#include "memory/thread_state.h"

namespace openmatrix {
namespace {

std::string At(const void* address) {
  char text[32];
  std::snprintf(text, sizeof text, "%p", address);
  return text;
}

// The block in which `offset` lies. False if there is none.
bool FindBlock(Heap::Impl& heap, std::uint64_t offset, std::uint64_t& start, BlockWord& word) {
  start = offset;
  word = heap.table->Load(offset);
  if (offset % kGrainBytes == 0 && word.live()) return true;
  BlockPlace place;
  {
    MutexLock lock(heap.mutex);
    if (!heap.pool->Find(offset, place)) return false;
  }
  start = place.start;
  word = heap.table->Load(start);
  return true;
}

// What a committed send leaves of the sender's word.
BlockWord AfterSend(BlockWord word, bool shared, View receiver) {
  BlockWord after = word.WithoutOwner();
  if (!word.Has(BlockWord::kDvpp)) {
    after = after.With(BlockWord::kSent);
    if (!word.Has(BlockWord::kManual)) {
      after = after.Without(BlockWord::kOriginHold).With(BlockWord::kQuarantined);
    }
  }
  if (shared) {
    after = after.WithReceiver(receiver).With(BlockWord::kReceiverHold | BlockWord::kInFlight);
  }
  return after;
}

}  // namespace

// -- Payload

Payload::Payload(Payload&& other) noexcept { *this = std::move(other); }

Payload& Payload::operator=(Payload&& other) noexcept {
  if (this == &other) return *this;
  Drop();
  heap_ = other.heap_;
  address_ = std::exchange(other.address_, nullptr);
  bytes_ = std::exchange(other.bytes_, 0);
  receiver_ = other.receiver_;
  stage_ = std::exchange(other.stage_, Stage::kNone);
  charge_ = other.charge_;
  copied_for_ = other.copied_for_;
  return *this;
}

Payload::~Payload() { Drop(); }

void Payload::Drop() noexcept {
  const Stage stage = std::exchange(stage_, Stage::kNone);
  if (stage == Stage::kNone) return;
  Heap::Impl& heap = heap_->impl();
  if (stage == Stage::kShareReserved) {
    heap.Uncharge(receiver_, charge_);
    return;
  }
  // A hook may have released the receiver's hold already: then only the flight ends here.
  View view;
  std::uint64_t offset;
  heap.Locate(address_, view, offset);
  BlockWord word = heap.table->Load(offset);
  while (
      !heap.TryDrop(offset, word, word.bits & (BlockWord::kReceiverHold | BlockWord::kInFlight))) {
  }
}

void Payload::Deliver() noexcept {
  if (std::exchange(stage_, Stage::kNone) == Stage::kNone) return;
  Heap::Impl& heap = heap_->impl();
  View view;
  std::uint64_t offset;
  heap.Locate(address_, view, offset);
  BlockWord word = heap.table->Load(offset);
  while (!heap.TryDrop(offset, word, BlockWord::kInFlight)) {
  }
}

// -- Departures

Departures::~Departures() {
  leavers_.ForEach(
      [this](const Quarantine::Entry& entry) { heap_->impl().EndQuarantine(entry.offset); });
}

// -- Outgoing

Result<Outgoing> Outgoing::Inspect(Heap& heap, const void* data, std::uint32_t bytes) {
  Outgoing out;
  out.heap_ = &heap;
  if (data == nullptr || bytes == 0) return out;
  out.data_ = static_cast<const std::uint8_t*>(data);
  out.bytes_ = bytes;

  Heap::Impl& impl = heap.impl();
  if (impl.forked.load(std::memory_order_relaxed)) {
    return Error{Code::kLinkFailed, "a forked child has no link: its views share no pages"};
  }
  out.must_copy_ = true;
  std::uint64_t offset;
  if (!impl.Locate(data, out.holder_, offset)) return out;  // foreign
  BlockWord word;
  if (!FindBlock(impl, offset, out.start_, word)) {
    return Error{Code::kNotFound, "payload at " + At(data) + " is no live block"};
  }
  if (const Status status = out.Judge(word, offset); !status) return status.error();
  out.ours_ = true;
  out.seen_ = word.bits;
  return out;
}

// Whether its holder may send it, and why it must be copied then.
Status Outgoing::Judge(BlockWord word, std::uint64_t offset) {
  const std::uint64_t hold = word.HoldOf(holder_);
  if (hold == 0) {
    const bool sent = word.live() && word.Has(BlockWord::kSent) && word.origin() == holder_;
    return Error{sent ? Code::kWrongState : Code::kNotFound,
                 "payload at " + At(data_) + (sent ? " was sent already" : " is no live block")};
  }
  const std::uint64_t room = word.asked() - std::min<std::uint64_t>(offset - start_, word.asked());
  if (bytes_ > room) {
    return Error{Code::kOverrun, std::to_string(bytes_) + " bytes to send from " + At(data_) +
                                     ", but the block has " + std::to_string(room)};
  }
  if (hold == BlockWord::kReceiverHold) {
    reason_ = CopyReason::kForwarded;
  } else if (word.Has(BlockWord::kSent)) {
    if (heap_->impl().options.rules != Rules::kLenient) {
      return Error{Code::kWrongState, "the block at " + At(data_) +
                                          " was sent before; each cross-side send needs its own"};
    }
    reason_ = CopyReason::kRepeated;
  } else if (offset != start_) {
    reason_ = CopyReason::kInterior;
  } else if (word.Has(BlockWord::kHasReceiver)) {
    reason_ = CopyReason::kTargetBusy;
  } else {
    must_copy_ = false;
  }
  return {};
}

Status Outgoing::CheckLimit(View target, std::size_t deliveries) const {
  const Heap::Impl& impl = heap_->impl();
  const std::uint64_t most = impl.MostReceived(target);
  if (std::uint64_t{bytes_} * deliveries <= most) return {};
  const char* const way_out = most < impl.accounts[target.index].limit()
                                  ? "all sides together may have no more"
                              : target.is_host() ? "raise OPENMATRIX_HOST_MEMORY"
                                                 : "raise OPENMATRIX_DEVICE_MEMORY";
  return Error{Code::kTooLarge,
               (deliveries > 1 ? std::to_string(deliveries) + " times " : std::string()) +
                   std::to_string(bytes_) + " bytes for a receiver that may have " +
                   std::to_string(most) + " in all: " + way_out};
}

std::optional<CopyReason> Outgoing::WhyCopy(View target) const {
  if (must_copy_) return reason_;
  if (share_planned_) return CopyReason::kFanOut;
  if (target == holder_) return CopyReason::kTargetBusy;
  const Heap::Impl& impl = heap_->impl();
  const std::uint64_t block_bytes = BlockWord{seen_}.block_bytes();
  if (!impl.Visible(target, start_, block_bytes) || block_bytes > impl.MostReceived(target)) {
    return CopyReason::kOutsideWindow;
  }
  return {};
}

Error Outgoing::NoCapacity(const Error& error) const {
  const bool stopped = error.code == Code::kPoolStopped;
  return Error{stopped ? Code::kQueueStopped : Code::kNoCapacity,
               "no room for " + std::to_string(bytes_) + " bytes at the receiver: " + error.text};
}

Result<Payload> Outgoing::PrepareFor(View target, const Wait& wait) {
  Payload payload;
  if (data_ == nullptr) return payload;
  payload.heap_ = heap_;
  payload.bytes_ = bytes_;
  payload.receiver_ = target;
  const std::optional<CopyReason> reason = WhyCopy(target);
  return reason ? Copy(std::move(payload), *reason, wait) : Share(std::move(payload), wait);
}

Result<Payload> Outgoing::Share(Payload&& payload, const Wait& wait) {
  Heap::Impl& impl = heap_->impl();
  const View target = payload.receiver_;
  if (!impl.MapView(target)) return Error{Code::kNoCapacity, "the receiver's view is not there"};
  payload.charge_ = BlockWord{seen_}.block_bytes();
  if (const Status status = impl.ChargeOrWait(target, payload.charge_, wait); !status) {
    return NoCapacity(status.error());
  }
  payload.address_ = impl.AddressOf(target, start_);
  payload.stage_ = Payload::Stage::kShareReserved;
  share_planned_ = true;
  return std::move(payload);
}

Result<Payload> Outgoing::Copy(Payload&& payload, CopyReason reason, const Wait& wait) {
  Result<std::uint8_t*> copy = heap_->impl().AllocateReceived(payload.receiver_, bytes_, wait);
  if (!copy) return NoCapacity(copy.error());
  std::memcpy(copy.value(), data_, bytes_);
  payload.address_ = copy.value();
  payload.stage_ = Payload::Stage::kCopied;
  payload.copied_for_ = reason;
  return std::move(payload);
}

Status Outgoing::Commit(Payload* payloads, std::size_t count, std::weak_ptr<void> message,
                        Departures& departures) {
  if (data_ == nullptr || count == 0) return {};
  Heap::Impl& impl = heap_->impl();
  Payload* shared = nullptr;
  for (std::size_t index = 0; index < count; ++index) {
    if (payloads[index].stage_ == Payload::Stage::kShareReserved) shared = &payloads[index];
  }

  // A received block stays with its shared_ptr; a repeated send changes nothing either.
  const bool changes =
      ours_ && reason_ != CopyReason::kForwarded && reason_ != CopyReason::kRepeated;
  if (changes) {
    BlockWord word{seen_};
    for (;;) {
      impl.Unbias(word);
      BlockWord after = AfterSend(word, shared != nullptr, shared ? shared->receiver_ : View{});
      if (impl.table->Change(start_, word, after)) break;
      // A DVPP block may lose an earlier receiver meanwhile; any other change is a competitor.
      if (word.HoldOf(holder_) != BlockWord::kOriginHold || word.Has(BlockWord::kSent) ||
          !word.SameBlock(BlockWord{seen_}) ||
          (shared != nullptr && word.Has(BlockWord::kHasReceiver))) {
        return Error{word.live() ? Code::kWrongState : Code::kNotFound,
                     "the block was freed or sent by another thread meanwhile"};
      }
    }
    Settle(word, shared);
  }
  for (std::size_t index = 0; index < count; ++index) {
    Payload& payload = payloads[index];
    if (payload.stage_ == Payload::Stage::kCopied) {
      const auto reason = static_cast<std::size_t>(payload.copied_for_);
      impl.totals.copies[reason].fetch_add(1, std::memory_order_relaxed);
      impl.totals.copied_bytes[reason].fetch_add(bytes_, std::memory_order_relaxed);
    }
    if (payload.stage_ != Payload::Stage::kNone) payload.stage_ = Payload::Stage::kInFlight;
  }
  if (changes && BlockWord{seen_}.Has(BlockWord::kManual | BlockWord::kDvpp) == false) {
    departures.heap_ = heap_;
    impl.EnterQuarantine(holder_, start_, BlockWord{seen_}.block_bytes(), std::move(message),
                         departures.leavers_);
  }
  return {};
}

// Moves charges and counts after the word has changed from `before`.
void Outgoing::Settle(BlockWord before, const Payload* shared) {
  Heap::Impl& heap = heap_->impl();
  ThreadCaches* const mine = thread_state.caches;
  const bool own = mine != nullptr && mine->heap == &heap;
  SendTotals& totals = own ? mine->sends : heap.totals.sends;
  const auto add = [own](SendTotals::Counter& sum, std::uint64_t more) {
    if (own) {
      sum.store(sum.load(std::memory_order_relaxed) + more, std::memory_order_release);
    } else {
      sum.fetch_add(more, std::memory_order_release);
    }
  };
  const std::uint32_t asked = before.asked();
  if (shared != nullptr) {
    SendTotals::PerView& receiver = totals.views[shared->receiver_.index];
    add(receiver.arrived, 1);
    add(receiver.arrived_bytes, asked);
    add(totals.shared_sends, 1);
    add(totals.shared_bytes, bytes_);
    if (kPoisoning) Unpoison(shared->address_, asked);
  }
  if (before.Has(BlockWord::kManual | BlockWord::kDvpp)) return;
  SendTotals::PerView& sender = totals.views[holder_.index];
  add(sender.left, 1);
  add(sender.left_bytes, asked);
  if (kPoisoning) Poison(heap.AddressOf(holder_, start_), asked);
  // Shared: the receiver is charged. Copied: only the quarantine keeps the block, at our charge.
  if (shared != nullptr) heap.Uncharge(holder_, before.block_bytes());
}

}  // namespace openmatrix
