// What every message of transfer_bench carries besides its payload: what the far end shall do.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bench {

enum class Kind : std::uint8_t {
  kDrop,    // nothing
  kAnswer,  // one message back, with a payload of `bytes`
  kBurst,   // `value` messages back, with a payload of `bytes` each; has no payload itself
  kStamp,   // remember how long it took since `value`
  kReport,  // what was remembered, a message each, then kLast; no payloads
  kLast,
  kStop,  // the far end's thread ends; peers only
};

// What kind of object is made of an order; peers know only plain ones.
enum class Style : std::uint8_t {
  kPlain,     // hooks that do almost nothing
  kCereal,    // hooks as applications write them
  kLateFree,  // the message's deleter frees its block, which was sent away long before
  kForeign,   // a payload that is not of our pool, to show that a copy is noticed
};

// 15 bytes that count, which is what a std::string holds without an allocation.
struct Order {
  std::int64_t value = 0;
  std::uint32_t bytes = 0;
  Kind kind = Kind::kDrop;
  Style style = Style::kPlain;
  std::uint8_t lane = 0;  // which of several pairs of ends
};
constexpr std::size_t kOrderBytes = 15;

inline bool HasPayload(const Order& order) {
  return order.bytes != 0 && order.kind != Kind::kBurst && order.kind != Kind::kReport;
}

}  // namespace bench
