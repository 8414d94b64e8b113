// Room for a line of the log, or for its text. Not on the stack, because threads with the smallest
// stack log, too; short and on the stack if there is no memory.
#pragma once

#include <cstddef>
#include <cstdlib>

namespace openmatrix {

class LineRoom {
 public:
  explicit LineRoom(std::size_t bytes) noexcept : large_(static_cast<char*>(std::malloc(bytes))) {
    if (large_ != nullptr) bytes_ = bytes;
  }
  ~LineRoom() { std::free(large_); }
  LineRoom(const LineRoom&) = delete;
  LineRoom& operator=(const LineRoom&) = delete;

  char* data() { return large_ != nullptr ? large_ : small_; }
  std::size_t bytes() const { return bytes_; }

 private:
  char* const large_;
  char small_[256];
  std::size_t bytes_ = sizeof small_;
};

}  // namespace openmatrix
