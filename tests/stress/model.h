// What the library must do, as plainly as it can be said: who holds which block, what is in it,
// what each call answers, what the books say. docs/ownership.md in code.
//
// One thread at a time.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "storm.h"

namespace storm {

enum class Kind { kAuto, kManual, kDvpp, kReceived };

// The pages of a block: both sides may hold them.
struct Body {
  std::uint64_t tag = 0;  // of the contents
  std::uint32_t bytes = 0;
  int holds = 1;
};

struct Hold {
  std::shared_ptr<Body> body;
  bool host = true;
  Kind kind = Kind::kAuto;
  bool sent = false;  // and may not be sent again
};

// Of both sides, [0] the device, [1] the host; differences are of a few players' shares.
struct Books {
  std::array<std::uint64_t, 2> live_blocks{};
  std::array<std::uint64_t, 2> live_bytes{};
  std::array<std::uint64_t, OPENMATRIX_COPY_REASONS> copies{};
  std::uint64_t shared_sends = 0;
  std::uint64_t shared_bytes = 0;
  std::uint64_t bad_frees = 0;

  static Books Now();
  Books& operator+=(const Books& other);
  bool operator==(const Books& other) const;
};
std::ostream& operator<<(std::ostream& out, const Books& books);

// One SendData across sides.
struct Sending {
  bool from_host = true;
  std::uint8_t* address = nullptr;  // of the hold's block; of anything else if there is no hold
  const Hold* hold = nullptr;
  std::uint32_t offset = 0;
  std::uint32_t bytes = 0;
  std::uint32_t targets = 1;
  Hook hook = Hook::kKeep;
};

class Model {
 public:
  // A block of `bytes` takes this much of a limit: 128-byte steps, then eight per power of two.
  static std::uint64_t Rounded(std::uint32_t bytes);

  const Books& books() const { return books_; }
  const std::map<std::uint8_t*, Hold>& holds() const { return holds_; }
  // Null if no block starts there, or if none has that byte.
  const Hold* Find(const std::uint8_t* address) const;
  const Hold* HolderOf(const std::uint8_t* byte) const;

  // Whether a side has room for so much, if it is all ours.
  bool Fits(bool host, std::uint64_t rounded) const;

  void Add(std::uint8_t* address, const Hold& hold);
  HIAI_StatusT FreeStatus(const std::uint8_t* address, bool dvpp) const;
  void Free(std::uint8_t* address, bool dvpp);  // also one that is refused
  bool IsDMalloc(const std::uint8_t* address, std::uint32_t bytes) const;

  // HIAI_OK, or why it fails when there is room. A dead address: HIAI_GRAPH_NOT_FOND_MEMORY.
  static HIAI_StatusT SendStatus(const Sending& sending);
  static bool Shares(const Sending& sending);
  bool HasRoom(const Sending& sending) const;
  // The sender's part. Returns the body that the receiver of the shared pages gets; null if none.
  std::shared_ptr<Body> Sent(const Sending& sending);

 private:
  void Drop(std::map<std::uint8_t*, Hold>::iterator hold);

  std::map<std::uint8_t*, Hold> holds_;
  std::array<std::uint64_t, 2> charged_{};
  Books books_;
};

}  // namespace storm
