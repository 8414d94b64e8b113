#include "os/regular_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/system_calls.h"

namespace openmatrix {

RegularFile::RegularFile(std::string path, int descriptor)
    : path_(std::move(path)), descriptor_(descriptor) {}

RegularFile::RegularFile(RegularFile&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      bytes_(other.bytes_),
      device_(other.device_),
      number_(other.number_) {}

RegularFile::~RegularFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

// Opened first and judged then: what a path leads to may change between two calls.
Result<RegularFile> RegularFile::Open(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (descriptor < 0) {
    const int error = errno;
    // What cannot even be opened like a file: a socket, a device without a driver.
    const bool is_no_file = error == ENXIO || error == ENODEV;
    return {is_no_file ? Code::kInvalidValue : Code::kFileMissing,
            error == ENOENT ? path + ": does not exist"
                            : path + ": cannot be opened: " + ErrorText(error)};
  }
  RegularFile file(path, descriptor);
  struct stat facts;
  if (::fstat(descriptor, &facts) != 0 || !S_ISREG(facts.st_mode)) {
    return {Code::kInvalidValue,
            path + (S_ISDIR(facts.st_mode) ? ": a directory, not a file" : ": not a regular file")};
  }
  file.bytes_ = static_cast<std::uint64_t>(facts.st_size);
  file.device_ = facts.st_dev;
  file.number_ = facts.st_ino;
  return file;
}

Result<std::string> RegularFile::ReadAt(std::uint64_t place, std::size_t bytes) const {
  std::string content;
  while (content.size() < bytes) {
    // In steps, because a sparse file says that it has more than there is memory; and in full ones,
    // because some files of /proc refuse odd lengths.
    constexpr std::size_t kStep = std::size_t{64} << 10;
    const std::size_t have = content.size();
    content.resize(have + kStep);
    const ssize_t count =
        ::pread(descriptor_, &content[have], kStep, static_cast<off_t>(place + have));
    const int error = errno;
    content.resize(have + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count == 0) break;
    if (count < 0 && error != EINTR) {
      return {Code::kInvalidValue, path_ + ": cannot be read: " + ErrorText(error)};
    }
  }
  content.resize(std::min(content.size(), bytes));
  return content;
}

Result<std::string> RegularFile::ReadAll(std::uint64_t limit) const {
  const auto too_large = [&] {
    return Error{Code::kTooLarge, path_ + ": more than " + std::to_string(limit) + " bytes"};
  };
  if (bytes_ > limit) return too_large();
  Result<std::string> content = ReadFirst(static_cast<std::size_t>(limit) + 1);
  if (content.ok() && content.value().size() > limit) return too_large();
  return content;
}

}  // namespace openmatrix
