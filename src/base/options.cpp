// The table of all switches, and the parser that walks it.
#include "base/options.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <limits>

#include "base/cancellation.h"
#include "base/log_sink.h"
#include "base/made_once.h"
#include "base/no_destructor.h"
#include "openmatrix/version.h"

namespace openmatrix {
namespace {

constexpr char kPrefix[] = "OPENMATRIX_";
constexpr char kTestPrefix[] = "OPENMATRIX_TEST_";

// Stores a value, or says in `problem` what is wrong with it. A value that was clamped is
// stored and has a problem.
using Parser = void (*)(const std::string& value, Options& options, std::string& problem);

struct Row {
  OptionInfo info;
  Parser parse;
};

bool StartsWith(const std::string& text, const char* prefix) { return text.rfind(prefix, 0) == 0; }

bool ParseNumber(const std::string& text, std::uint64_t& number) {
  if (text.empty()) return false;
  std::uint64_t result = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (result > (std::numeric_limits<std::uint64_t>::max() - digit) / 10) return false;
    result = result * 10 + digit;
  }
  number = result;
  return true;
}

bool ParseLog(const std::string& text, LogLevel& level, std::string& file) {
  const std::size_t colon = text.find(':');
  const std::string word = text.substr(0, colon);
  for (int i = 0; i <= static_cast<int>(LogLevel::kEvent); ++i) {
    const auto candidate = static_cast<LogLevel>(i);
    std::string name = Name(candidate);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (word != name) continue;
    level = candidate;
    file = colon == std::string::npos ? "" : text.substr(colon + 1);
    return colon == std::string::npos || !file.empty();
  }
  return false;
}

template <std::uint64_t Options::*kMember>
void BytesInto(const std::string& value, Options& options, std::string& problem) {
  if (!ParseBytes(value, options.*kMember)) problem = "not a number of bytes like 4096, 64M or 2G";
}

// Longer times would overflow a deadline; nobody waits for a year.
constexpr std::uint64_t kMaxTime = 1'000'000'000;

template <typename Duration, Duration Options::*kMember>
void TimeInto(const std::string& value, Options& options, std::string& problem) {
  std::uint64_t number = 0;
  if (!ParseNumber(value, number) || number > kMaxTime) {
    problem = "not a number of 0 .. 1000000000";
    return;
  }
  options.*kMember = Duration(static_cast<typename Duration::rep>(number));
}

void ParseLogOption(const std::string& value, Options& options, std::string& problem) {
  LogLevel level{};
  std::string file;
  if (ParseLog(value, level, file)) {
    options.log = value;
  } else {
    problem = "not debug, info, warning, error, fatal or event, with or without :file";
  }
}

void ParseVerbose(const std::string& value, Options& options, std::string& problem) {
  if (value == "0" || value == "1") {
    options.verbose = value == "1";
  } else {
    problem = "not 0 or 1";
  }
}

void ParseRules(const std::string& value, Options& options, std::string& problem) {
  if (value == "strict") {
    options.rules = Rules::kStrict;
  } else if (value == "default") {
    options.rules = Rules::kDefault;
  } else if (value == "lenient") {
    options.rules = Rules::kLenient;
  } else {
    problem = "not strict, default or lenient";
  }
}

void ParseMaxBlock(const std::string& value, Options& options, std::string& problem) {
  std::uint64_t bytes = 0;
  if (ParseBytes(value, bytes) && (bytes == 268435360 || bytes == 268435456)) {
    options.max_block = bytes;
  } else {
    problem = "not 268435360 or 268435456";
  }
}

void ParseDevices(const std::string& value, Options& options, std::string& problem) {
  constexpr std::uint64_t kMost = 64;
  std::uint64_t number = 0;
  if (!ParseNumber(value, number)) {
    problem = "not a number of 1 .. 64";
    return;
  }
  const std::uint64_t clamped = std::clamp<std::uint64_t>(number, 1, kMost);
  if (clamped != number) problem = "outside 1 .. 64; using " + std::to_string(clamped);
  options.devices = static_cast<std::uint32_t>(clamped);
}

constexpr Row kRows[] = {
    {{"OPENMATRIX_LOG", "warning",
      "`level[:file]`: print lines of this level and above (debug, info, warning, error, fatal, "
      "event), to stderr (below: what counts as it) or appended to the file"},
     ParseLogOption},
    {{"OPENMATRIX_VERBOSE", "0",
      "`1`: print the version, every option in force with where it came from, the limits of memory "
      "and the file that they follow"},
     ParseVerbose},
    {{"OPENMATRIX_RULES", "default",
      "`strict`, `default` or `lenient`: how calls that the manuals leave open are answered, "
      "see docs/fidelity.md"},
     ParseRules},
    {{"OPENMATRIX_HOST_MEMORY", "0",
      "limit of the host's blocks in bytes (`4096`, `64M`, `2G`); `0` chooses: the lesser of 8 GiB "
      "and half of the memory available, and all sides together stay below 80 % of that; at most "
      "508G"},
     BytesInto<&Options::host_memory>},
    {{"OPENMATRIX_DEVICE_MEMORY", "0",
      "limit of each device's blocks in bytes; `0` chooses as for the host, at most 4 GiB"},
     BytesInto<&Options::device_memory>},
    {{"OPENMATRIX_HOST_MAX_BLOCK", "268435360",
      "largest block of the host in bytes: `268435360` or `268435456`"},
     ParseMaxBlock},
    {{"OPENMATRIX_DEVICES", "4", "number of simulated devices, 1 .. 64"}, ParseDevices},
    {{"OPENMATRIX_RETAIN", "1G", "bytes of free pages that stay committed for reuse"},
     BytesInto<&Options::retain>},
    {{"OPENMATRIX_DECAY_MS", "10000",
      "milliseconds after which unused free pages go back to the system; `0`: never by age"},
     TimeInto<std::chrono::milliseconds, &Options::decay>},
    {{"OPENMATRIX_PREFAULT", "0", "bytes of each view that are populated at start"},
     BytesInto<&Options::prefault>},
    {{"OPENMATRIX_SPIN_US", "20",
      "microseconds that a receiver, or a waiting allocation, spins at most before it sleeps; `0`, "
      "or a single core: none"},
     TimeInto<std::chrono::microseconds, &Options::spin>},
};

const Row* FindRow(const std::string& name) {
  const auto* row = std::find_if(std::begin(kRows), std::end(kRows),
                                 [&](const Row& r) { return name == r.info.name; });
  return row == std::end(kRows) ? nullptr : row;
}

std::vector<std::string> Environment() {
  std::vector<std::string> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    variables.emplace_back(*entry);
  }
  return variables;
}

MadeOnce<Options> g_options;

Options Load() {
  const NoCancellation here;  // opens the log
  const std::vector<std::string> environment = Environment();
  std::vector<std::string> warnings;
  Options options = ParseOptions(environment, warnings);

  // Before any line: a log call would ask for the options, which are not there yet.
  LogLevel level = LogLevel::kWarning;
  std::string file;
  ParseLog(options.log, level, file);
  ConfigureLogOnce(level, file);

  for (const std::string& warning : warnings) LogLine(LogLevel::kWarning, warning);
  if (options.verbose) {
    for (const std::string& line : DescribeOptions(environment)) LogLine(LogLevel::kEvent, line);
  }
  return options;
}

}  // namespace

const std::vector<OptionInfo>& OptionTable() {
  static NoDestructor<std::vector<OptionInfo>> table([] {
    std::vector<OptionInfo> rows;
    for (const Row& row : kRows) rows.push_back(row.info);
    return rows;
  }());
  return *table;
}

const Options& GetOptions() {
  return g_options.Get([] { return new Options(Load()); });
}

Mutex& OptionsLock() { return g_options.making(); }

bool ReadLogLevel(LogLevel& level) {
  const char* const text = std::getenv("OPENMATRIX_LOG");
  LogLevel found = LogLevel::kWarning;
  std::string file;
  if (text == nullptr || !ParseLog(text, found, file)) return false;
  level = found;
  return true;
}

Options ParseOptions(const std::vector<std::string>& environment,
                     std::vector<std::string>& warnings) {
  Options options;
  for (const std::string& variable : environment) {
    if (!StartsWith(variable, kPrefix) || StartsWith(variable, kTestPrefix)) continue;
    const std::size_t equals = variable.find('=');
    if (equals == std::string::npos) continue;
    const std::string name = variable.substr(0, equals);
    const std::string value = variable.substr(equals + 1);
    const Row* row = FindRow(name);
    if (row == nullptr) {
      warnings.push_back(name + " is not an option of openmatrix; ignored");
      continue;
    }
    std::string problem;
    row->parse(value, options, problem);
    if (!problem.empty()) warnings.push_back(name + "='" + value + "': " + problem);
  }
  return options;
}

std::vector<std::string> DescribeOptions(const std::vector<std::string>& environment) {
  std::vector<std::string> lines;
  lines.push_back("openmatrix " OPENMATRIX_VERSION_STRING
                  ": host and devices are simulated, no Atlas hardware is used");
  for (const Row& row : kRows) {
    std::string value = row.info.fallback;
    std::string origin = "default";
    const std::string prefix = std::string(row.info.name) + "=";
    for (const std::string& variable : environment) {
      if (!StartsWith(variable, prefix.c_str())) continue;
      Options ignored;
      std::string problem;
      value = variable.substr(prefix.size());
      row.parse(value, ignored, problem);
      origin = problem.empty() ? "environment" : "environment: " + problem;
    }
    lines.push_back(prefix + value + " (" + origin + ")");
  }
  return lines;
}

bool ParseBytes(const std::string& text, std::uint64_t& bytes) {
  unsigned shift = 0;
  std::string digits = text;
  if (!digits.empty()) {
    switch (digits.back()) {
      case 'k':
      case 'K':
        shift = 10;
        break;
      case 'm':
      case 'M':
        shift = 20;
        break;
      case 'g':
      case 'G':
        shift = 30;
        break;
      default:
        break;
    }
    if (shift != 0) digits.pop_back();
  }
  std::uint64_t number = 0;
  if (!ParseNumber(digits, number)) return false;
  if (number > (std::numeric_limits<std::uint64_t>::max() >> shift)) return false;
  bytes = number << shift;
  return true;
}

}  // namespace openmatrix
