// Which file it is, whatever its names: what stays the same as long as it is open.
#pragma once

#include <cstdint>

namespace openmatrix {

struct FileId {
  std::uint64_t device = 0;
  std::uint64_t number = 0;

  // False if `descriptor` is closed. Leaves errno alone.
  static bool Of(int descriptor, FileId& id) noexcept;

  bool operator==(const FileId& other) const {
    return device == other.device && number == other.number;
  }
  bool operator<(const FileId& other) const {
    return device != other.device ? device < other.device : number < other.number;
  }
};

}  // namespace openmatrix
