// All state is constant-initialised and trivially destructible, so a line can be written
// before main and after the last static destructor. One write(2) per line: lines of several
// threads and processes do not mix. The buffers are not on the stack: a thread with the smallest
// stack may log. No function of the C library that takes a lock is called (gmtime and strftime do):
// a forked child would wait for ever for one that its parent held.
#include "base/log_sink.h"

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <ctime>

#include "base/cancellation.h"
#include "base/line_room.h"
#include "base/log_destination.h"
#include "base/options.h"
#include "base/printable.h"

namespace openmatrix {
namespace {

constexpr std::uint8_t kUnset = 0xff;

// Partner: each other's writers. The file is set before the threshold, so who sees the threshold of
// ConfigureLog also sees its file.
std::atomic<std::uint8_t> g_threshold{kUnset};

constexpr const char* kNames[] = {"DEBUG", "INFO", "WARNING", "ERROR", "FATAL", "EVENT"};

struct Date {
  int year;
  unsigned month, day;
};

// Of the Gregorian calendar, for a day counted from 1970-01-01. Counts in years that begin in
// March, so that the leap day is the last one, and in eras of 400 years.
Date DateOf(std::int64_t days) {
  days += 719468;  // from 0000-03-01
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const auto day_of_era = static_cast<unsigned>(days - era * 146097);
  const unsigned year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const unsigned day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const unsigned month_from_march = (5 * day_of_year + 2) / 153;
  const unsigned month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  const unsigned day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
  return {static_cast<int>(year_of_era + era * 400) + (month <= 2 ? 1 : 0), month, day};
}

// "2024-05-06T07:08:09.123456Z WARNING "; returns its length.
std::size_t FormatPrefix(LogLevel level, char* out, std::size_t capacity) {
  std::timespec now{};
  std::timespec_get(&now, TIME_UTC);
  const Date date = DateOf(now.tv_sec / 86400);
  const long second = now.tv_sec % 86400;
  const int length = std::snprintf(out, capacity, "%04d-%02u-%02uT%02ld:%02ld:%02ld.%06ldZ %s ",
                                   date.year, date.month, date.day, second / 3600, second / 60 % 60,
                                   second % 60, now.tv_nsec / 1000, Name(level));
  return static_cast<std::size_t>(length);
}

void WriteLine(LogLevel level, const char* text, std::size_t bytes) {
  const NoCancellation here;  // write(2) is a cancellation point, and destructors log
  const int saved_errno = errno;
  LineRoom line(kMaxLogLineBytes + 64);
  std::size_t length = FormatPrefix(level, line.data(), line.bytes());
  if (bytes > kMaxLogLineBytes) bytes = kMaxLogLineBytes;
  length += CopyPrintable(text, bytes, line.data() + length, line.bytes() - length - 1);
  line.data()[length++] = '\n';
  WriteToLog(line.data(), length);
  errno = saved_errno;
}

}  // namespace

const char* Name(LogLevel level) { return kNames[static_cast<std::size_t>(level)]; }

LogLevel LogThreshold() {
  std::uint8_t threshold = g_threshold.load(std::memory_order_acquire);
  if (threshold == kUnset) {
    GetOptions();  // applies OPENMATRIX_LOG
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
  const int saved_errno = errno;
  LineRoom text(kMaxLogLineBytes + 1);
  errno = saved_errno;  // for %m
  std::va_list arguments;
  va_start(arguments, format);
  const int length = std::vsnprintf(text.data(), text.bytes(), format, arguments);
  va_end(arguments);
  if (length >= 0) WriteLine(level, text.data(), std::strlen(text.data()));
  errno = saved_errno;
}

void ConfigureLog(LogLevel threshold, const std::string& file) {
  const NoCancellation here;
  const int error = SetLogFile(file);
  g_threshold.store(static_cast<std::uint8_t>(threshold), std::memory_order_release);
  if (error != 0) {
    char text[128];
    Log(LogLevel::kWarning, "the log goes to stderr: cannot open %s: %s", file.c_str(),
        ::strerror_r(error, text, sizeof text));
  }
}

void ConfigureLogOnce(LogLevel threshold, const std::string& file) {
  if (g_threshold.load(std::memory_order_acquire) == kUnset) ConfigureLog(threshold, file);
}

}  // namespace openmatrix
