// All state is constant-initialised and trivially destructible, so a line can be written
// before main and after the last static destructor. One write(2) per line: lines of several
// threads and processes do not mix.
#include "base/log_sink.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <ctime>

#include "base/cancellation.h"
#include "base/caught.h"
#include "base/options.h"
#include "base/printable.h"

namespace openmatrix {
namespace {

constexpr std::uint8_t kUnset = 0xff;

// Partner: each other's writers. The descriptor is stored before the threshold, so who sees
// the threshold of ConfigureLog also sees its file.
std::atomic<std::uint8_t> g_threshold{kUnset};
std::atomic<int> g_descriptor{STDERR_FILENO};

constexpr const char* kNames[] = {"DEBUG", "INFO", "WARNING", "ERROR", "FATAL", "EVENT"};

// A pipe that nobody reads any more, a full disk: a log has nobody to tell.
void WriteAll(const char* data, std::size_t bytes) {
  while (bytes > 0) {
    const ssize_t written = ::write(g_descriptor.load(std::memory_order_acquire), data, bytes);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    data += written;
    bytes -= static_cast<std::size_t>(written);
  }
}

// "2024-05-06T07:08:09.123456Z WARNING "; returns its length.
std::size_t FormatPrefix(LogLevel level, char* out, std::size_t capacity) {
  std::timespec now{};
  std::timespec_get(&now, TIME_UTC);
  std::tm parts{};
  ::gmtime_r(&now.tv_sec, &parts);
  std::size_t length = std::strftime(out, capacity, "%Y-%m-%dT%H:%M:%S", &parts);
  const int rest = std::snprintf(out + length, capacity - length, ".%06ldZ %s ", now.tv_nsec / 1000,
                                 Name(level));
  return length + static_cast<std::size_t>(rest);
}

void WriteLine(LogLevel level, const char* text, std::size_t bytes) {
  const NoCancellation here;  // write(2) is a cancellation point, and destructors log
  const int saved_errno = errno;
  char line[kMaxLogLineBytes + 64];
  std::size_t length = FormatPrefix(level, line, sizeof line);
  length += CopyPrintable(text, bytes, line + length, kMaxLogLineBytes);
  line[length++] = '\n';
  WriteAll(line, length);
  errno = saved_errno;
}

}  // namespace

const char* Name(LogLevel level) { return kNames[static_cast<std::size_t>(level)]; }

LogLevel LogThreshold() {
  std::uint8_t threshold = g_threshold.load(std::memory_order_acquire);
  if (threshold == kUnset) {
    // Applies OPENMATRIX_LOG. Without memory for that the next line tries again.
    const bool read = CatchAll([] { GetOptions(); }, [](const Caught&) {});
    if (!read) return LogLevel::kWarning;
    threshold = g_threshold.load(std::memory_order_acquire);
  }
  return static_cast<LogLevel>(threshold);
}

void SetLogThreshold(LogLevel threshold) {
  LogThreshold();  // or the options would set it again
  g_threshold.store(static_cast<std::uint8_t>(threshold), std::memory_order_release);
}

bool LogEnabled(LogLevel level) { return level >= LogThreshold(); }

void LogLine(LogLevel level, const std::string& text) {
  if (LogEnabled(level)) WriteLine(level, text.data(), text.size());
}

void Log(LogLevel level, const char* format, ...) {
  if (!LogEnabled(level)) return;
  char text[kMaxLogLineBytes + 1];
  std::va_list arguments;
  va_start(arguments, format);
  const int length = std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  if (length >= 0) WriteLine(level, text, std::strlen(text));
}

void ConfigureLog(LogLevel threshold, const std::string& file) {
  const NoCancellation here;
  int descriptor = STDERR_FILENO;
  if (!file.empty()) {
    descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  }
  const int error = errno;
  // The file before this one stays open: another thread may be about to write to it.
  g_descriptor.store(descriptor < 0 ? STDERR_FILENO : descriptor, std::memory_order_release);
  g_threshold.store(static_cast<std::uint8_t>(threshold), std::memory_order_release);
  if (descriptor < 0) {
    Log(LogLevel::kWarning, "the log goes to stderr: cannot open %s: %s", file.c_str(),
        std::strerror(error));
  }
}

void ConfigureLogOnce(LogLevel threshold, const std::string& file) {
  if (g_threshold.load(std::memory_order_acquire) == kUnset) ConfigureLog(threshold, file);
}

}  // namespace openmatrix
