// A side's window on the one physical pool: the host's, or one device's. An address
// belongs to exactly one view, so an address alone says which side it is of.
#pragma once

#include <cstdint>

namespace openmatrix {

constexpr std::uint32_t kMaxDevices = 64;

struct View {
  std::uint8_t index = 0;  // 0 is the host, 1 + n is device n

  static constexpr View Host() { return View{0}; }
  static constexpr View Device(std::uint32_t device) {
    return View{static_cast<std::uint8_t>(device + 1)};
  }
  constexpr bool is_host() const { return index == 0; }
  // REQUIRES: !is_host()
  constexpr std::uint32_t device() const { return index - 1u; }
  constexpr bool operator==(View other) const { return index == other.index; }
  constexpr bool operator!=(View other) const { return index != other.index; }
};

// Which calls allocate and free a hold. A receiver's hold is always kTransfer.
enum class Family : std::uint8_t { kTransfer, kDvpp };

// Who releases a transfer block after a cross-side send: the library, or the caller.
enum class Release : std::uint8_t { kAuto, kManual };

}  // namespace openmatrix
