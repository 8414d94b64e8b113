// The facts of every block, beside the heap and never inside it: an overrun in user data
// cannot corrupt them, and payloads keep their alignment.
//
// One 64-bit word per 128-byte grain, found by a shift. Zero: no block starts here, or it is
// free. A block with a hold, an in-flight reference or a quarantine mark is not zero. One look
// answers all that a free must know: is it a start, is it live, in which view, whose family.
//
// Threads: a word changes by compare-and-swap, with one exception. While a word names an
// `owner` (the side cache that issued the block) and that cache is still private, the cache's
// thread clears it by a plain store; any other thread first makes the cache shared
// (SideCache::Share). See docs/design/memory.md.
#pragma once

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "memory/size_class.h"
#include "memory/view.h"

namespace openmatrix {

struct BlockWord {
  // The size class stands first because a free wants it first; what was asked for is that
  // class's size less the slack. The peer is the owner until the block is sent or freed by
  // another thread, from then on the receiver. A block of kExactFit has no origin: what was asked
  // for takes that place, too.
  static constexpr std::uint32_t kSlackShift = 8;
  static constexpr std::uint32_t kOriginShift = 33;
  static constexpr std::uint32_t kPeerShift = 40;
  static constexpr std::uint64_t kClassMask = 0xff;
  static constexpr std::uint64_t kSlackMask = (1ull << 25) - 1;
  static constexpr std::uint64_t kViewMask = 0x7f;
  static constexpr std::uint64_t kPeerMask = 0x3fff;
  static constexpr std::uint64_t kUnowned = 1ull << 54;       // the peer is no cache, but a view
  static constexpr std::uint64_t kOriginHold = 1ull << 55;    // the allocating view holds it
  static constexpr std::uint64_t kReceiverHold = 1ull << 56;  // the receiving view holds it
  static constexpr std::uint64_t kInFlight = 1ull << 57;      // a message carries it
  static constexpr std::uint64_t kQuarantined = 1ull
                                                << 58;  // the origin's address may be freed late
  static constexpr std::uint64_t kSent = 1ull << 59;    // crossed sides once
  static constexpr std::uint64_t kManual = 1ull << 60;
  static constexpr std::uint64_t kDvpp = 1ull << 61;  // family of the origin's hold
  // Where bytes are poisoned: a hold is gone, but somebody still poisons what it could see.
  static constexpr std::uint64_t kOriginLeaves = 1ull << 62;
  static constexpr std::uint64_t kReceiverLeaves = 1ull << 63;
  static constexpr std::uint64_t kHolds = kOriginHold | kReceiverHold;
  static constexpr std::uint64_t kHasReceiver = kReceiverHold | kReceiverLeaves | kInFlight;
  static constexpr std::uint64_t kKeepsAlive =
      kHolds | kInFlight | kQuarantined | kOriginLeaves | kReceiverLeaves;

  std::uint64_t bits = 0;

  constexpr std::uint32_t size_class() const {
    return static_cast<std::uint32_t>(bits & kClassMask);
  }
  constexpr bool exact() const { return size_class() == kExactFit; }
  // What the block is charged with.
  constexpr std::uint32_t block_bytes() const {
    return exact() ? asked() : ClassBytes(size_class());
  }
  constexpr std::uint32_t asked() const {
    if (exact()) return static_cast<std::uint32_t>(bits >> kSlackShift);
    return ClassBytes(size_class()) - static_cast<std::uint32_t>(bits >> kSlackShift & kSlackMask);
  }
  // Means something only with kOriginHold, kQuarantined or kSent.
  constexpr View origin() const {
    return View{static_cast<std::uint8_t>(bits >> kOriginShift & kViewMask)};
  }
  // The side cache that issued the block and may clear its word by a plain store; 0: none.
  constexpr std::uint32_t owner() const {
    return Has(kUnowned) ? 0 : static_cast<std::uint32_t>(bits >> kPeerShift & kPeerMask);
  }
  constexpr View receiver() const {
    return View{static_cast<std::uint8_t>(bits >> kPeerShift & kViewMask)};
  }
  constexpr bool Has(std::uint64_t flag) const { return (bits & flag) != 0; }
  // Whether size, release and family are the same: if not, the block was issued anew meanwhile.
  constexpr bool SameBlock(BlockWord other) const {
    constexpr std::uint64_t kFacts =
        kClassMask | kSlackMask << kSlackShift | kViewMask << kOriginShift | kManual | kDvpp;
    return ((bits ^ other.bits) & kFacts) == 0;
  }
  constexpr bool live() const { return Has(kKeepsAlive); }
  constexpr BlockWord With(std::uint64_t flags) const { return BlockWord{bits | flags}; }
  constexpr BlockWord Without(std::uint64_t flags) const { return BlockWord{bits & ~flags}; }
  constexpr BlockWord WithoutOwner() const {
    return Has(kUnowned) ? *this : BlockWord{(bits & ~(kPeerMask << kPeerShift)) | kUnowned};
  }
  constexpr BlockWord WithReceiver(View view) const {
    return BlockWord{(bits & ~(kPeerMask << kPeerShift)) | kUnowned |
                     std::uint64_t{view.index} << kPeerShift};
  }

  // The hold that `view` has on the block: kOriginHold, kReceiverHold, or 0.
  constexpr std::uint64_t HoldOf(View view) const {
    if (Has(kOriginHold) && origin() == view) return kOriginHold;
    if (Has(kReceiverHold) && receiver() == view) return kReceiverHold;
    return 0;
  }

  // Size class and slack of a block of that class for 0 bytes. It may not fit into the slack's
  // bits: subtract SlackOf(asked) first.
  static constexpr std::uint64_t EmptyOf(std::uint32_t size_class) {
    return size_class + (std::uint64_t{ClassBytes(size_class)} << kSlackShift);
  }
  static constexpr std::uint64_t SlackOf(std::uint32_t bytes) {
    return std::uint64_t{bytes} << kSlackShift;
  }
  // The bytes that were subtracted so.
  static constexpr std::uint32_t AskedOf(std::uint64_t difference) {
    return static_cast<std::uint32_t>(difference >> kSlackShift);
  }
  static constexpr BlockWord Sized(std::uint32_t asked, std::uint32_t size_class) {
    return BlockWord{EmptyOf(size_class) - SlackOf(asked)};
  }
  // What a block that the cache `owner` issued says, but for its size and kManual.
  static constexpr std::uint64_t IssuedBy(std::uint32_t owner, View view, Family family) {
    return std::uint64_t{view.index} << kOriginShift | std::uint64_t{owner} << kPeerShift |
           kOriginHold | (family == Family::kDvpp ? kDvpp : 0);
  }
  // A copy made for a receiver: no origin, one received hold, in flight.
  static constexpr BlockWord Received(std::uint32_t asked, std::uint32_t size_class, View view) {
    const BlockWord sized = size_class == kExactFit
                                ? BlockWord{kExactFit | SlackOf(asked)}
                                : Sized(asked, size_class).With(kViewMask << kOriginShift);
    return sized.With(kReceiverHold | kInFlight).WithReceiver(view);
  }
};

class BlockTable {
 public:
  explicit BlockTable(std::uint64_t pool_bytes)
      : bytes_((pool_bytes >> kGrainShift) * sizeof(Word) + kSkewBytes) {
    // Readable throughout, because any address may be asked about; writable as the pool grows.
    void* at = mmap(nullptr, bytes_, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) return;
    base_ = static_cast<char*>(at);
    madvise(base_, bytes_, MADV_DONTDUMP);
  }
  ~BlockTable() {
    if (base_ != nullptr) munmap(base_, bytes_);
  }
  BlockTable(const BlockTable&) = delete;
  BlockTable& operator=(const BlockTable&) = delete;

  // Lets the words of the pool's first `pool_bytes` be written; core dumps contain those. False if
  // the system refuses.
  bool GrowTo(std::uint64_t pool_bytes) {
    const std::uint64_t wanted = (pool_bytes >> kGrainShift) * sizeof(Word) + kSkewBytes;
    const std::uint64_t to = std::min(bytes_, (wanted + kStep - 1) / kStep * kStep);
    if (to <= writable_) return true;
    if (mprotect(base_ + writable_, to - writable_, PROT_READ | PROT_WRITE) != 0) return false;
    madvise(base_ + writable_, to - writable_, MADV_DODUMP);
    writable_ = to;
    return true;
  }

  using Word = std::atomic<std::uint64_t>;  // partner: every other access of the same word

  bool ok() const { return base_ != nullptr; }
  Word* words() const { return reinterpret_cast<Word*>(base_ + kSkewBytes); }
  Word& At(std::uint64_t offset) const { return words()[offset >> kGrainShift]; }
  BlockWord Load(std::uint64_t offset) const {
    return BlockWord{At(offset).load(std::memory_order_acquire)};
  }
  bool Change(std::uint64_t offset, BlockWord& seen, BlockWord wanted) const {
    return At(offset).compare_exchange_strong(seen.bits, wanted.bits, std::memory_order_acq_rel,
                                              std::memory_order_acquire);
  }

 private:
  // Large blocks start pages, and users write there first. Without a skew their words would start
  // pages, too, and lie in the same few sets of the first-level cache.
  static constexpr std::size_t kSkewBytes = 2048 + 64;

  static constexpr std::uint64_t kStep = 1u << 20;  // whole pages, of any size

  std::uint64_t bytes_;
  char* base_ = nullptr;
  std::uint64_t writable_ = 0;
};

}  // namespace openmatrix
