#include "player.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>

namespace storm {
namespace {

constexpr std::uint32_t kPlayers = 16;
constexpr std::uint32_t kLargestBytes = 268435360;
constexpr std::uint32_t kForeignBytes = 64 << 10;
constexpr std::uint32_t kPatience = 100000;  // milliseconds: for a slot, never for memory

// What the engines received for a player.
struct Inbox {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::shared_ptr<Parcel>> parcels;
};
Inbox g_inboxes[kPlayers];

HIAI_StatusT PostToOwner(std::uint32_t, const std::shared_ptr<Parcel>& parcel) {
  Inbox& inbox = g_inboxes[parcel->owner % kPlayers];
  const std::lock_guard<std::mutex> lock(inbox.mutex);
  inbox.parcels.push_back(parcel);
  inbox.changed.notify_all();
  return HIAI_OK;
}

std::shared_ptr<Parcel> TakeFor(std::uint32_t owner) {
  Inbox& inbox = g_inboxes[owner];
  std::unique_lock<std::mutex> lock(inbox.mutex);
  inbox.changed.wait(lock, [&] { return !inbox.parcels.empty(); });
  const std::shared_ptr<Parcel> first = inbox.parcels.front();
  inbox.parcels.pop_front();
  return first;
}

// The pages of a block have one distance between the host's addresses and the device's.
std::atomic<std::ptrdiff_t> g_distance{0};  // partner: Keep of any player

std::string Hex(const void* address) {
  char text[32];
  std::snprintf(text, sizeof text, "%p", address);
  return text;
}

}  // namespace

void ListenToEngines() {
  HostHalf().set_post(PostToOwner);
  DeviceHalf().set_post(PostToOwner);
}

Player::Player(std::uint32_t id, std::uint64_t seed, bool alone)
    : id_(id),
      alone_(alone),
      random_(seed + id),
      tags_(std::uint64_t{id} << 40),
      foreign_(kForeignBytes),
      foreign_tag_(++tags_) {
  EXPECT_LT(id, kPlayers);
  Fill(foreign_.data(), kForeignBytes, foreign_tag_);
}

void Player::Note(const std::string& text) {
  story_.push_back(text);
  if (story_.size() > 30) story_.pop_front();
}

std::string Player::Story() const {
  std::string text = "the last steps of player " + std::to_string(id_) + ":\n";
  for (const std::string& step : story_) text += "  " + step + "\n";
  return text;
}

void Player::Check(const std::string& what, HIAI_StatusT got, HIAI_StatusT wanted) {
  Note(what);
  EXPECT_EQ(got, wanted) << Story();
}

Player::Place Player::Any() {
  return std::next(model_.holds().begin(), Below(model_.holds().size()));
}

void Player::Step() {
  const std::uint32_t choice = Below(100);
  const bool empty = model_.holds().empty();
  if (empty || (choice < 30 && model_.holds().size() < 60)) {
    Allocate();
  } else if (choice < 50) {
    FreeRight();
  } else if (choice < 62) {
    FreeWrong();
  } else if (choice < 70) {
    Ask();
  } else if (choice < 98) {
    Send();
  } else if (alone_ && choice == 98) {
    SendDead();
  } else {
    AllocateOddly();
  }
  for (const auto& [address, hold] : model_.holds()) {
    EXPECT_TRUE(Sampled(address, hold.body->bytes, hold.body->tag)) << Hex(address) << Story();
  }
}

void Player::Allocate() {
  const bool host = Below(2) == 0;
  const Half& half = HalfOf(host);
  const Kind kind = std::array<Kind, 3>{Kind::kAuto, Kind::kManual, Kind::kDvpp}[Below(3)];
  const std::uint32_t bytes = AnySize(random_);
  const std::uint32_t time = Below(8) == 0 ? 1 : 0;
  const std::uint32_t flag = kind == Kind::kManual ? 4 : Below(2);
  void* block = nullptr;
  HIAI_StatusT status = HIAI_OK;
  if (kind == Kind::kDvpp) {
    status = half.dvpp_alloc(bytes, block);
  } else if (Below(2) == 0) {
    status = half.alloc(bytes, block, time, flag);
  } else {
    block = half.c_alloc(bytes, time, flag);
    if (block == nullptr) status = HIAI_GRAPH_NO_MEMORY;
  }
  const bool fits = model_.Fits(host, Model::Rounded(bytes));
  const bool unsure = !alone_ && fits && status != HIAI_OK;
  Check("allocate " + std::to_string(bytes) + (host ? " host " : " device ") + Hex(block), status,
        fits && !unsure ? HIAI_OK : HIAI_GRAPH_NO_MEMORY);
  if (status != HIAI_OK) return;
  auto* const address = static_cast<std::uint8_t*>(block);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(address) % 128, 0u) << Story();
  Fill(address, bytes, ++tags_);
  model_.Add(address, {std::make_shared<Body>(Body{tags_, bytes, 1}), host, kind, false});
}

// No size at all, or more than there is in one piece.
void Player::AllocateOddly() {
  const bool none = Below(2) == 0;
  const std::uint32_t bytes = none ? 0 : kLargestBytes + 1 + Below(1u << 30);
  const Half& half = HalfOf(Below(2) == 0);
  void* block = this;
  const HIAI_StatusT got =
      Below(2) == 0 ? half.dvpp_alloc(bytes, block) : half.alloc(bytes, block, 0, 0);
  Check("allocate " + std::to_string(bytes), got,
        none ? HIAI_GRAPH_INVALID_VALUE : HIAI_GRAPH_MALLOC_LARGER);
  EXPECT_EQ(block, nullptr) << Story();
  EXPECT_EQ(half.c_alloc(bytes, 0, 0), nullptr) << Story();
}

void Player::FreeRight() {
  const auto place = Any();
  std::uint8_t* const address = place->first;
  const Hold hold = place->second;
  EXPECT_TRUE(Filled(address, hold.body->bytes, hold.body->tag)) << Hex(address) << Story();
  const Half& half = HalfOf(Below(2) == 0);  // the address counts, not who calls
  const std::string what = "free " + Hex(address);
  if (hold.kind == Kind::kDvpp) {
    Check(what, half.dvpp_free(address), HIAI_OK);
  } else if (hold.kind == Kind::kReceived && Below(2) == 0) {
    half.release_buffer(address);
    Note(what);
  } else {
    Check(what, Below(2) == 0 ? half.free(address) : half.c_free(address), HIAI_OK);
  }
  model_.Free(address, hold.kind == Kind::kDvpp);
  dead_.push_back(address);
  if (dead_.size() > 100) dead_.pop_front();
}

// Wrong family, inside a block, not of the pool, null, and, alone, addresses that were blocks.
void Player::FreeWrong() {
  const auto place = Any();
  std::uint8_t* address = place->first;
  bool dvpp = place->second.kind != Kind::kDvpp;
  const std::uint32_t how = Below(alone_ ? 5 : 4);
  if (how == 1) {
    const std::uint32_t bytes = place->second.body->bytes;
    if (bytes < 2) return;
    address += 1 + Below(bytes - 1);
  } else if (how == 2) {
    address = foreign_.data();
  } else if (how == 3) {
    address = nullptr;
  } else if (how == 4 && !dead_.empty()) {
    address = dead_[Below(dead_.size())];
    if (model_.Find(address) != nullptr) return;  // issued again meanwhile
  }
  if (how != 0) dvpp = Below(2) == 0;
  const Half& half = HalfOf(Below(2) == 0);
  Check("wrong free " + Hex(address) + (dvpp ? " as DVPP" : ""),
        dvpp ? half.dvpp_free(address) : half.free(address), model_.FreeStatus(address, dvpp));
  model_.Free(address, dvpp);
}

void Player::Ask() {
  const auto& [address, hold] = *Any();
  const std::uint32_t offset = Below(hold.body->bytes + 1ull);
  const std::uint32_t bytes = Below(hold.body->bytes + 2ull);
  if (!alone_ && offset + std::uint64_t{bytes} > hold.body->bytes) return;  // another player's?
  const bool expected = model_.IsDMalloc(address + offset, bytes);
  Note("IsDMalloc " + Hex(address) + " + " + std::to_string(offset) + ", " + std::to_string(bytes));
  EXPECT_EQ(HalfOf(Below(2) == 0).is_dmalloc(address + offset, bytes), expected) << Story();
}

void Player::FreeAll() {
  while (!model_.holds().empty()) FreeRight();
}

std::shared_ptr<Parcel> Player::Of(const Sending& sending) const {
  auto parcel = std::make_shared<Parcel>();
  parcel->hook = sending.hook;
  parcel->owner = id_;
  parcel->data = sending.address + sending.offset;
  parcel->bytes = sending.bytes;
  return parcel;
}

void Player::Send() {
  const auto& [address, hold] = *Any();
  Sending sending{hold.host, address, &hold, 0, hold.body->bytes, 1, Hook::kKeep};
  const std::uint32_t hook = Below(20);
  if (hook < 6) sending.hook = static_cast<Hook>(hook);
  // A DVPP block can be sent again, but not shared before the earlier flight is over: one that
  // ends without a trace here would leave that open.
  if (hold.kind == Kind::kDvpp && sending.hook != Hook::kRelease) sending.hook = Hook::kKeep;
  const std::uint32_t part = Below(20);
  if (part == 0) sending.bytes = 0;
  if (part == 1) ++sending.bytes;
  if (part == 2) sending.bytes = 1 + Below(hold.body->bytes);
  if (part == 3 && hold.body->bytes > 1) {
    sending.offset = 1 + Below(hold.body->bytes - 1);
    sending.bytes = 1 + Below(hold.body->bytes - sending.offset);
  }
  if (part == 4) {
    sending.address = foreign_.data();
    sending.hold = nullptr;
    sending.bytes = Below(kForeignBytes);
  }
  if (Below(4) == 0) return SendWithin(sending);
  if (g_distance != 0) sending.targets = 1 + Below(4) / 3;
  SendAcross(sending);
}

// The very object arrives, and nobody loses anything.
void Player::SendWithin(Sending sending) {
  const std::shared_ptr<Parcel> parcel = Of(sending);
  Check("send within a side",
        HalfOf(sending.from_host).send(sending.from_host ? 1 : 2, 2, parcel, kPatience), HIAI_OK);
  EXPECT_EQ(TakeFor(id_), parcel) << Story();
}

void Player::SendAcross(Sending sending) {
  const std::shared_ptr<Parcel> parcel = Of(sending);
  const Hold hold = sending.hold != nullptr ? *sending.hold : Hold{};
  const std::uint64_t tag = sending.hold != nullptr ? hold.body->tag : foreign_tag_;
  parcel->tag = tag;
  HIAI_StatusT wanted = Model::SendStatus(sending);
  const bool has_room = model_.HasRoom(sending);
  if (wanted == HIAI_OK && !has_room) wanted = HIAI_GRAPH_NO_USEFUL_MEMORY;
  // A player who is alone never finds the queue full, and waits for nothing else.
  const HIAI_StatusT got =
      HalfOf(sending.from_host).send(sending.from_host ? 1 : 2, sending.targets - 1, parcel, 0);
  const bool unsure = !alone_ && wanted == HIAI_OK &&
                      (got == HIAI_GRAPH_NO_USEFUL_MEMORY || got == HIAI_QUEUE_FULL);
  Check("send " + Hex(sending.address) + " + " + std::to_string(sending.offset) + ", " +
            std::to_string(sending.bytes) + " to " + std::to_string(sending.targets) + ", hook " +
            std::to_string(static_cast<int>(sending.hook)),
        got, unsure ? got : wanted);
  if (got != HIAI_OK) return;
  if (sending.hold != nullptr && hold.kind == Kind::kAuto) dead_.push_back(sending.address);
  const std::shared_ptr<Body> shared = model_.Sent(sending);
  sending.hold = nullptr;  // it may be gone
  if (sending.hook == Hook::kKeep || sending.hook == Hook::kRelease) Receive(sending, shared, tag);
}

void Player::Receive(const Sending& sending, const std::shared_ptr<Body>& shared,
                     std::uint64_t tag) {
  std::shared_ptr<Body> to_share = shared;
  for (std::uint32_t index = 0; index < sending.targets; ++index) {
    const std::shared_ptr<Parcel> parcel = TakeFor(id_);
    EXPECT_TRUE(parcel->crossed && parcel->tag == tag) << Story();
    EXPECT_EQ(parcel->bytes, sending.bytes) << Story();
    const bool kept = sending.hook == Hook::kKeep && sending.bytes != 0;
    EXPECT_EQ(parcel->data != nullptr, kept) << Story();
    if (kept && parcel->data != nullptr) Keep(sending, *parcel, to_share);
  }
  EXPECT_TRUE(to_share == nullptr || sending.hook == Hook::kRelease) << "a copy instead\n"
                                                                     << Story();
}

// The receiver holds the block from now on; `shared` is null once its pages have arrived.
void Player::Keep(const Sending& sending, const Parcel& parcel, std::shared_ptr<Body>& shared) {
  std::ptrdiff_t distance = parcel.data - sending.address;
  if (!sending.from_host) distance = -distance;
  std::ptrdiff_t unknown = 0;
  if (shared != nullptr && sending.targets == 1)
    g_distance.compare_exchange_strong(unknown, distance);
  std::shared_ptr<Body> body;
  if (shared != nullptr && distance == g_distance) {
    body = std::move(shared);
    shared = nullptr;
    ++body->holds;
  } else {
    // A copy holds what was sent; from now on it is a block as others are.
    const std::uint64_t word_tag = parcel.tag + sending.offset;
    if (sending.offset % 8 == 0) {
      EXPECT_TRUE(Filled(parcel.data, parcel.bytes & ~7u, word_tag)) << Story();
    }
    body = std::make_shared<Body>(Body{++tags_, parcel.bytes, 1});
    Fill(parcel.data, parcel.bytes, tags_);
  }
  EXPECT_EQ(model_.Find(parcel.data), nullptr) << "two owners\n" << Story();
  model_.Add(parcel.data, {body, !sending.from_host, Kind::kReceived, false});
}

// What was freed or sent away cannot be sent.
void Player::SendDead() {
  if (dead_.empty()) return;
  Sending sending;
  sending.address = dead_[Below(dead_.size())];
  if (model_.HolderOf(sending.address) != nullptr) return;  // issued again
  sending.bytes = 1;
  const HIAI_StatusT status = HostHalf().send(1, 0, Of(sending), 0);
  Check("send the dead " + Hex(sending.address), status,
        status == HIAI_MEMORY_STATUS_ERROR ? status : HIAI_GRAPH_NOT_FOND_MEMORY);
}

}  // namespace storm
