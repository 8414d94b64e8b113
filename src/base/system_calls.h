// What every user of system calls needs beside them.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <string>
#include <system_error>

namespace openmatrix {

// What `error`, a value of errno, means.
inline std::string ErrorText(int error) { return std::generic_category().message(error); }

// False if not all of it could be written. Signals of the write are the caller's to keep off
// (quiet_signals.h).
inline bool WriteAll(int descriptor, const char* data, std::size_t bytes) noexcept {
  while (bytes > 0) {
    const ssize_t written = ::write(descriptor, data, bytes);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    data += written;
    bytes -= static_cast<std::size_t>(written);
  }
  return true;
}

}  // namespace openmatrix
