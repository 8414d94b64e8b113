// A regular file that others made: a configuration, a library, a key. What only looks like one (a
// FIFO, a device, a directory, a file of /proc that never ends) costs neither time nor memory.
//
// Any thread, but one object is for one thread.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace openmatrix {

class RegularFile {
 public:
  // Does not wait, whatever lies at `path`. Fails with kFileMissing if nothing does or if it cannot
  // be opened, with kInvalidValue if it is no regular file.
  static Result<RegularFile> Open(const std::string& path);

  RegularFile(RegularFile&& other) noexcept;
  RegularFile& operator=(RegularFile&&) = delete;
  RegularFile(const RegularFile&) = delete;
  RegularFile& operator=(const RegularFile&) = delete;
  ~RegularFile();

  // What the file system says. A file of /proc may have more.
  std::uint64_t bytes() const { return bytes_; }

  // Which file it is, whatever its names.
  std::uint64_t device() const { return device_; }
  std::uint64_t number() const { return number_; }

  // The first `bytes` of it, fewer if it ends before. Fails with kInvalidValue.
  Result<std::string> ReadFirst(std::size_t bytes) const { return ReadAt(0, bytes); }

  // The same of what lies at `place`. REQUIRES: place <= bytes().
  Result<std::string> ReadAt(std::uint64_t place, std::size_t bytes) const;

  // All of it. Fails with kTooLarge if that is more than `limit`, having read no more, or with
  // kInvalidValue.
  Result<std::string> ReadAll(std::uint64_t limit) const;

 private:
  explicit RegularFile(std::string path, int descriptor);

  std::string path_;  // for messages
  int descriptor_;
  std::uint64_t bytes_ = 0;
  std::uint64_t device_ = 0;
  std::uint64_t number_ = 0;
};

}  // namespace openmatrix
