// Where every line of the library goes: one level threshold, one stream.
//
// Callable at any time, also before main and from static destructors. Never throws,
// never allocates more than one line, and holds no lock while user code runs.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

namespace openmatrix {

// The vendor's numbers, so that the level bits of a status select the level.
enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarning, kError, kFatal, kEvent };

constexpr std::size_t kMaxLogLineBytes = 8192;

// "WARNING" and so on.
const char* Name(LogLevel level);

bool LogEnabled(LogLevel level);

// One line "<UTC time> <LEVEL> <text>\n", if the level is enabled. Longer text than
// kMaxLogLineBytes is cut; what is not printable is written as printable.h says. errno stays as it
// is.
void LogLine(LogLevel level, const std::string& text);

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void Log(LogLevel level, const char* format, ...);

// The first time in the process that this gate is passed. For misuse that repeats with
// every frame: one line, the rest is counted elsewhere.
class OnceGate {
 public:
  bool Enter() { return !passed_.exchange(true, std::memory_order_relaxed); }

 private:
  std::atomic<bool> passed_{false};  // no partner: only the first caller matters
};

// Sets threshold and destination: "" is stderr, a file is appended to. A file that cannot be
// opened is named in a warning on stderr. Without it the first call here applies OPENMATRIX_LOG.
void ConfigureLog(LogLevel threshold, const std::string& file);

// The same, unless the log is configured already: for the options.
void ConfigureLogOnce(LogLevel threshold, const std::string& file);

// The threshold in force; setting it leaves the destination alone.
LogLevel LogThreshold();
void SetLogThreshold(LogLevel threshold);

}  // namespace openmatrix
