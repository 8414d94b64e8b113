// Which file it is, whatever its names: what stays the same as long as it is there.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>

namespace openmatrix {

struct FileId {
  std::uint64_t device = 0;
  std::uint64_t number = 0;  // file systems give that of a removed file to the next one
  std::uint64_t birth = 0;   // nanoseconds; 0 where the file system or the kernel does not tell

  // False if `descriptor` is closed. Leaves errno alone.
  static bool Of(int descriptor, FileId& id) noexcept;

  // False if nothing lies at `path`. Leaves errno alone.
  static bool At(const std::string& path, FileId& id) noexcept;

  // A birth that is not told is like any other: a program may forbid itself the call later.
  bool operator==(const FileId& other) const {
    return device == other.device && number == other.number &&
           (birth == other.birth || birth == 0 || other.birth == 0);
  }
  // For ordered containers: one that is not told differs here.
  bool operator<(const FileId& other) const {
    return std::tie(device, number, birth) < std::tie(other.device, other.number, other.birth);
  }
};

}  // namespace openmatrix
