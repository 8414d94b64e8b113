#include "model.h"

#include <ostream>

namespace storm {

Books Books::Now() {
  const OpenmatrixMemoryStats stats = Stats();
  Books books;
  for (const bool host : {false, true}) {
    const OpenmatrixViewStats& view = stats.views[host ? 0 : 1];
    books.live_blocks[host] = view.live_blocks;
    books.live_bytes[host] = view.live_bytes;
  }
  for (std::size_t reason = 0; reason < books.copies.size(); ++reason) {
    books.copies[reason] = stats.copies[reason];
  }
  books.shared_sends = stats.shared_sends;
  books.shared_bytes = stats.shared_bytes;
  books.bad_frees = stats.bad_frees;
  return books;
}

Books& Books::operator+=(const Books& other) {
  for (const bool host : {false, true}) {
    live_blocks[host] += other.live_blocks[host];
    live_bytes[host] += other.live_bytes[host];
  }
  for (std::size_t reason = 0; reason < copies.size(); ++reason) {
    copies[reason] += other.copies[reason];
  }
  shared_sends += other.shared_sends;
  shared_bytes += other.shared_bytes;
  bad_frees += other.bad_frees;
  return *this;
}

bool Books::operator==(const Books& other) const {
  return live_blocks == other.live_blocks && live_bytes == other.live_bytes &&
         copies == other.copies && shared_sends == other.shared_sends &&
         shared_bytes == other.shared_bytes && bad_frees == other.bad_frees;
}

std::ostream& operator<<(std::ostream& out, const Books& books) {
  for (const bool host : {true, false}) {
    out << (host ? "host " : "device ") << books.live_blocks[host] << " live of "
        << books.live_bytes[host] << " bytes, ";
  }
  out << books.shared_sends << " shared of " << books.shared_bytes << " bytes, " << books.bad_frees
      << " bad frees, copies";
  for (const std::uint64_t count : books.copies) out << " " << count;
  return out;
}

std::uint64_t Model::Rounded(std::uint32_t bytes) {
  std::uint64_t step = 128;
  if (bytes > 1024) {
    while (step * 16 < bytes) step *= 2;
  }
  return (bytes + step - 1) / step * step;
}

const Hold* Model::Find(const std::uint8_t* address) const {
  const auto found = holds_.find(const_cast<std::uint8_t*>(address));
  return found != holds_.end() ? &found->second : nullptr;
}

const Hold* Model::HolderOf(const std::uint8_t* byte) const {
  const auto after = holds_.upper_bound(const_cast<std::uint8_t*>(byte));
  if (after == holds_.begin()) return nullptr;
  const auto& [start, hold] = *std::prev(after);
  return byte < start + hold.body->bytes ? &hold : nullptr;
}

bool Model::Fits(bool host, std::uint64_t rounded) const {
  return charged_[host] + rounded <= (host ? kHostLimit : kDeviceLimit);
}

void Model::Add(std::uint8_t* address, const Hold& hold) {
  holds_.emplace(address, hold);
  ++books_.live_blocks[hold.host];
  books_.live_bytes[hold.host] += hold.body->bytes;
  charged_[hold.host] += Rounded(hold.body->bytes);
}

void Model::Drop(std::map<std::uint8_t*, Hold>::iterator found) {
  const Hold& hold = found->second;
  --books_.live_blocks[hold.host];
  books_.live_bytes[hold.host] -= hold.body->bytes;
  charged_[hold.host] -= Rounded(hold.body->bytes);
  --hold.body->holds;
  holds_.erase(found);
}

HIAI_StatusT Model::FreeStatus(const std::uint8_t* address, bool dvpp) const {
  if (address == nullptr) return HIAI_GRAPH_INVALID_VALUE;
  const Hold* const hold = Find(address);
  if (hold == nullptr) return HIAI_GRAPH_NOT_FOND_MEMORY;
  return (hold->kind == Kind::kDvpp) == dvpp ? HIAI_OK : HIAI_GRAPH_WRONG_MEMORY_TYPE;
}

void Model::Free(std::uint8_t* address, bool dvpp) {
  const HIAI_StatusT status = FreeStatus(address, dvpp);
  if (status == HIAI_OK) Drop(holds_.find(address));
  if (status != HIAI_OK && address != nullptr) ++books_.bad_frees;
}

bool Model::IsDMalloc(const std::uint8_t* address, std::uint32_t bytes) const {
  const Hold* const first = HolderOf(address);
  return first != nullptr && first->kind != Kind::kDvpp &&
         HolderOf(address + bytes - (bytes == 0 ? 0 : 1)) == first;
}

HIAI_StatusT Model::SendStatus(const Sending& sending) {
  if (sending.hook == Hook::kThrowAtSend) return HIAI_EXCEPTION;
  if (sending.hold == nullptr || sending.bytes == 0) return HIAI_OK;
  const std::uint32_t room = sending.hold->body->bytes - sending.offset;
  if (sending.bytes > room) return HIAI_BUFFER_SIZE_OVER_DMALLOC_SIZE;
  return sending.hold->sent ? HIAI_MEMORY_STATUS_ERROR : HIAI_OK;
}

bool Model::Shares(const Sending& sending) {
  return sending.hold != nullptr && sending.bytes != 0 && sending.offset == 0 &&
         sending.hold->kind != Kind::kReceived && sending.hold->body->holds == 1;
}

bool Model::HasRoom(const Sending& sending) const {
  if (sending.bytes == 0) return true;
  std::uint64_t wanted = sending.targets * Rounded(sending.bytes);
  if (Shares(sending)) {
    wanted += Rounded(sending.hold->body->bytes) - Rounded(sending.bytes);
  }
  return Fits(!sending.from_host, wanted);
}

std::shared_ptr<Body> Model::Sent(const Sending& sending) {
  if (sending.bytes == 0) return nullptr;
  const bool shares = Shares(sending);
  const Hold* const hold = sending.hold;
  OpenmatrixCopyReason reason = OPENMATRIX_COPY_FOREIGN;
  if (shares) {
    reason = OPENMATRIX_COPY_FAN_OUT;
  } else if (hold != nullptr) {
    reason = hold->kind == Kind::kReceived ? OPENMATRIX_COPY_FORWARDED
             : sending.offset != 0         ? OPENMATRIX_COPY_INTERIOR
                                           : OPENMATRIX_COPY_TARGET_BUSY;
  }
  books_.copies[reason] += sending.targets - (shares ? 1 : 0);
  const std::shared_ptr<Body> body = shares ? hold->body : nullptr;
  if (shares) {
    ++books_.shared_sends;
    books_.shared_bytes += sending.bytes;
  }
  if (hold == nullptr) return body;
  const auto found = holds_.find(sending.address);
  if (hold->kind == Kind::kManual) found->second.sent = true;
  if (hold->kind == Kind::kAuto) Drop(found);
  return body;
}

}  // namespace storm
