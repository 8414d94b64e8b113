// All state is constant-initialised and trivially destructible. A log file that was replaced stays
// open: another thread may be about to write to it.
#include "base/log_destination.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <new>
#include <utility>

#include "base/own_descriptor.h"
#include "base/quiet_signals.h"

namespace openmatrix {
namespace {

struct LogFile {
  std::string path;  // absolute: daemons change their directory
  OwnDescriptor descriptor;
  LogFile* older;
};

std::atomic<LogFile*> g_file{nullptr};  // partner: SetLogFile, Reopen
std::atomic<LogFile*> g_all{nullptr};   // no partner: keeps them reachable, for leak checkers

struct AtStart {
  FileIdentity file;
  bool open;
};

// The standard descriptors when the library came. Written once, before threads are likely.
AtStart g_standard[3];
std::atomic<bool> g_noted{false};  // partner: NoteStandard

__attribute__((constructor)) void NoteStandard() {
  if (g_noted.load(std::memory_order_acquire)) return;
  for (int i = 0; i < 3; ++i) g_standard[i].open = FileIdentity::Of(i, g_standard[i].file);
  g_noted.store(true, std::memory_order_release);
}

bool SameFile(int left, int right) {
  FileIdentity one;
  FileIdentity other;
  return FileIdentity::Of(left, one) && FileIdentity::Of(right, other) && one == other;
}

bool IsAsAtStart(int descriptor) {
  FileIdentity now;
  return g_standard[descriptor].open && FileIdentity::Of(descriptor, now) &&
         now == g_standard[descriptor].file;
}

bool IsCharacterDevice(int descriptor) {
  struct stat facts;
  return ::fstat(descriptor, &facts) == 0 && S_ISCHR(facts.st_mode);
}

// Programs may give standard error another file, and may also close it and open something else,
// which then has its number. The flags of a file that is meant for lines tell the two apart, and
// whether anything else of what a program starts with is still there.
bool StandardErrorIsThere() {
  NoteStandard();
  struct stat facts;
  if (::fstat(STDERR_FILENO, &facts) != 0) return false;
  if (IsAsAtStart(STDERR_FILENO)) return true;
  if (S_ISCHR(facts.st_mode) || S_ISFIFO(facts.st_mode)) return true;
  if (S_ISSOCK(facts.st_mode)) return SameFile(STDERR_FILENO, STDOUT_FILENO);
  if (!S_ISREG(facts.st_mode) || !g_standard[STDERR_FILENO].open) return false;
  if ((::fcntl(STDERR_FILENO, F_GETFL) & O_APPEND) != 0) return true;
  const auto is_usual = [](int descriptor) {
    return IsAsAtStart(descriptor) || IsCharacterDevice(descriptor);
  };
  return is_usual(STDIN_FILENO) || is_usual(STDOUT_FILENO);
}

std::string Absolute(const std::string& path) {
  char directory[PATH_MAX];
  if (path[0] == '/' || ::getcwd(directory, sizeof directory) == nullptr) return path;
  return std::string(directory) + "/" + path;
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

void WriteAll(int descriptor, const char* data, std::size_t bytes) {
  while (bytes > 0) {
    const ssize_t written = ::write(descriptor, data, bytes);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    data += written;
    bytes -= static_cast<std::size_t>(written);
  }
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
