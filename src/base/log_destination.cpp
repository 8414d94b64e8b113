// All state is constant-initialised and trivially destructible. A log file that was replaced stays
// open: another thread may be about to write to it.
#include "base/log_destination.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstring>
#include <new>
#include <utility>

#include "base/own_descriptor.h"
#include "base/quiet_signals.h"
#include "base/standard_error.h"
#include "base/system_calls.h"

namespace openmatrix {
namespace {

struct LogFile {
  std::string path;  // absolute: daemons change their directory
  OwnDescriptor descriptor;
  LogFile* older;
};

std::atomic<LogFile*> g_file{nullptr};  // partner: SetLogFile, Reopen
std::atomic<LogFile*> g_all{nullptr};   // no partner: keeps them reachable, for leak checkers

std::string Absolute(const std::string& path) {
  if (path[0] == '/') return path;
  std::string directory(PATH_MAX, '\0');  // threads with the smallest stack come by
  if (::getcwd(directory.data(), directory.size()) == nullptr) return path;
  directory.resize(std::strlen(directory.data()));
  return directory + "/" + path;
}

// Null, and errno says why. A pipe without a reader is an error here, not a wait.
LogFile* Open(std::string path) {
  OwnDescriptor descriptor(::open(
      path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0644));
  const int number = descriptor.Get();
  if (number < 0) return nullptr;
  ::fcntl(number, F_SETFL, O_APPEND);  // no O_NONBLOCK: whole lines
  auto* const file = new LogFile{std::move(path), std::move(descriptor), g_all.load()};
  while (!g_all.compare_exchange_weak(file->older, file)) {
  }
  return file;
}

// The program closed the log file: once more from its path; null for standard error.
LogFile* Reopen(LogFile* lost) noexcept {
  LogFile* again = nullptr;
  try {
    again = Open(lost->path);
  } catch (const std::bad_alloc&) {
  }
  if (!g_file.compare_exchange_strong(lost, again, std::memory_order_acq_rel)) {
    if (again != nullptr) again->descriptor.Close();  // another thread was faster
    return lost;
  }
  static constexpr char kText[] = "openmatrix: the program closed the descriptor of the log\n";
  if (again != nullptr) {
    WriteAll(again->descriptor.Get(), kText, sizeof kText - 1);
  } else if (StandardErrorIsThere()) {
    WriteAll(STDERR_FILENO, kText, sizeof kText - 1);
  }
  return again;
}

}  // namespace

int SetLogFile(const std::string& path) {
  LogFile* next = nullptr;
  int error = 0;
  if (!path.empty()) {
    next = Open(Absolute(path));
    if (next == nullptr) error = errno != 0 ? errno : EBADF;
  }
  g_file.store(next, std::memory_order_release);
  return error;
}

void WriteToLog(const char* data, std::size_t bytes) noexcept {
  const int saved_errno = errno;
  {
    const QuietSignals quiet;
    LogFile* file = g_file.load(std::memory_order_acquire);
    int descriptor = file != nullptr ? file->descriptor.Get() : -1;
    if (file != nullptr && descriptor < 0) {
      file = Reopen(file);
      descriptor = file != nullptr ? file->descriptor.Get() : -1;
    }
    if (descriptor < 0 && StandardErrorIsThere()) descriptor = STDERR_FILENO;
    if (descriptor >= 0) WriteAll(descriptor, data, bytes);
  }
  errno = saved_errno;
}

}  // namespace openmatrix
