// Rounding of sizes, nothing else. Multiples of 128 bytes up to 1 KiB, then eight steps per
// power of two up to 256 MiB: at most 12.5 % waste, and every power of two is exact.
#pragma once

#include <cstdint>

namespace openmatrix {

constexpr std::uint32_t kGrainShift = 7;  // blocks start on 128-byte grains
constexpr std::uint32_t kGrainBytes = 1u << kGrainShift;
constexpr std::uint32_t kLargestBlock = 1u << 28;
constexpr std::uint32_t kClasses = 153;  // class 0 is unused: size 0 has none
// Stands where a class stands, of a block that is a run of just enough units and is charged as
// asked for: a receiver's copy that no class holds. Caches never see such a block.
constexpr std::uint32_t kExactFit = 255;

// REQUIRES: bytes <= kLargestBlock. Of 0 bytes it is 0.
constexpr std::uint32_t ClassOf(std::uint32_t bytes) {
  if (bytes <= 1024) return (bytes + kGrainBytes - 1) >> kGrainShift;
  const std::uint32_t last = bytes - 1;
  const auto octave = static_cast<std::uint32_t>(__builtin_clz(last) ^ 31);
  return 9 + (octave - 10) * 8 + ((last >> (octave - 3)) & 7);
}

constexpr std::uint32_t ClassBytes(std::uint32_t size_class) {
  if (size_class <= 8) return size_class << kGrainShift;
  const std::uint32_t octave = 10 + (size_class - 9) / 8;
  return (1u << octave) + (((size_class - 9) % 8 + 1) << (octave - 3));
}

static_assert(ClassOf(1) == 1 && ClassOf(kLargestBlock) == kClasses - 1);
static_assert(ClassBytes(kClasses - 1) == kLargestBlock);
static_assert(ClassBytes(ClassOf(1025)) == 1152 && ClassBytes(ClassOf(1u << 20)) == 1u << 20);

}  // namespace openmatrix
