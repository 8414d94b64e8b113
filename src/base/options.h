// Every switch of the library in one table: name, default, meaning. The table drives
// the parsing of the environment, the start-up line and docs/env.md.
//
// Read once, on first use. Callable from static initialisation. A malformed or unknown
// OPENMATRIX_* variable is named in a warning and otherwise ignored; names that begin with
// OPENMATRIX_TEST_ belong to the tests.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace openmatrix {

class Mutex;
enum class LogLevel : std::uint8_t;

enum class Rules : std::uint8_t { kStrict, kDefault, kLenient };

struct Options {
  std::string log = "warning";             // OPENMATRIX_LOG=level[:file]
  bool verbose = false;                    // OPENMATRIX_VERBOSE
  Rules rules = Rules::kDefault;           // OPENMATRIX_RULES
  std::uint64_t host_memory = 0;           // OPENMATRIX_HOST_MEMORY, bytes; 0 chooses
  std::uint64_t device_memory = 0;         // OPENMATRIX_DEVICE_MEMORY, bytes per device; 0 chooses
  std::uint64_t max_block = 268435360;     // OPENMATRIX_HOST_MAX_BLOCK: 268435360 or 268435456
  std::uint32_t devices = 4;               // OPENMATRIX_DEVICES, 1 .. 64
  std::uint64_t retain = 1ull << 30;       // OPENMATRIX_RETAIN, bytes of free pages kept committed
  std::chrono::milliseconds decay{10000};  // OPENMATRIX_DECAY_MS; 0 never returns pages by age
  std::uint64_t prefault = 0;              // OPENMATRIX_PREFAULT, bytes of each view
  std::chrono::microseconds spin{20};      // OPENMATRIX_SPIN_US before a wait sleeps
};

// One row of the table; `text` is what stands in docs/env.md.
struct OptionInfo {
  const char* name;
  const char* fallback;
  const char* text;
};
const std::vector<OptionInfo>& OptionTable();

// The options in force: the environment read once.
const Options& GetOptions();

// Held while a thread reads them for the first time; for forks, see base/made_once.h.
Mutex& OptionsLock();

// The level that OPENMATRIX_LOG names in this moment; false if it names none.
bool ReadLogLevel(LogLevel& level);

// Parses "NAME=value" pairs as the environment would be; problems go to `warnings`.
Options ParseOptions(const std::vector<std::string>& environment,
                     std::vector<std::string>& warnings);

// What OPENMATRIX_VERBOSE=1 prints: the version, that this is simulated, and each option with
// its value and where that came from.
std::vector<std::string> DescribeOptions(const std::vector<std::string>& environment);

// "64M", "2G", "4096": bytes. False if malformed or too large.
bool ParseBytes(const std::string& text, std::uint64_t& bytes);

}  // namespace openmatrix
