#include "base/options.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "openmatrix/version.h"

namespace openmatrix {
namespace {

struct Parsed {
  Options options;
  std::vector<std::string> warnings;
};

Parsed Parse(const std::vector<std::string>& environment) {
  Parsed parsed;
  parsed.options = ParseOptions(environment, parsed.warnings);
  return parsed;
}

void ExpectDefaults(const Options& options) {
  const Options defaults;
  EXPECT_EQ(options.log, defaults.log);
  EXPECT_EQ(options.verbose, defaults.verbose);
  EXPECT_EQ(options.rules, defaults.rules);
  EXPECT_EQ(options.host_memory, defaults.host_memory);
  EXPECT_EQ(options.device_memory, defaults.device_memory);
  EXPECT_EQ(options.max_block, defaults.max_block);
  EXPECT_EQ(options.devices, defaults.devices);
  EXPECT_EQ(options.retain, defaults.retain);
  EXPECT_EQ(options.decay, defaults.decay);
  EXPECT_EQ(options.prefault, defaults.prefault);
  EXPECT_EQ(options.spin, defaults.spin);
}

TEST(Options, OfAnEmptyEnvironmentAreTheDefaults) {
  const Parsed parsed = Parse({});

  ExpectDefaults(parsed.options);
  EXPECT_TRUE(parsed.warnings.empty());
}

TEST(Options, TableNamesTheDefaultsThatAreInForce) {
  std::vector<std::string> environment;
  for (const OptionInfo& row : OptionTable()) {
    environment.push_back(std::string(row.name) + "=" + row.fallback);
  }

  const Parsed parsed = Parse(environment);

  ExpectDefaults(parsed.options);
  EXPECT_TRUE(parsed.warnings.empty());
}

TEST(Options, TakeEveryValueFromTheEnvironment) {
  const Parsed parsed = Parse(
      {"OPENMATRIX_LOG=debug:/tmp/x", "OPENMATRIX_VERBOSE=1", "OPENMATRIX_RULES=strict",
       "OPENMATRIX_HOST_MEMORY=64M", "OPENMATRIX_DEVICE_MEMORY=2G",
       "OPENMATRIX_HOST_MAX_BLOCK=256M", "OPENMATRIX_DEVICES=7", "OPENMATRIX_RETAIN=0",
       "OPENMATRIX_DECAY_MS=5", "OPENMATRIX_PREFAULT=4k", "OPENMATRIX_SPIN_US=0", "PATH=/bin"});

  EXPECT_TRUE(parsed.warnings.empty());
  EXPECT_EQ(parsed.options.log, "debug:/tmp/x");
  EXPECT_TRUE(parsed.options.verbose);
  EXPECT_EQ(parsed.options.rules, Rules::kStrict);
  EXPECT_EQ(parsed.options.host_memory, 64u << 20);
  EXPECT_EQ(parsed.options.device_memory, 2ull << 30);
  EXPECT_EQ(parsed.options.max_block, 268435456u);
  EXPECT_EQ(parsed.options.devices, 7u);
  EXPECT_EQ(parsed.options.retain, 0u);
  EXPECT_EQ(parsed.options.decay.count(), 5);
  EXPECT_EQ(parsed.options.prefault, 4096u);
  EXPECT_EQ(parsed.options.spin.count(), 0);
}

TEST(Options, ThatAreMalformedAreNamedAndIgnored) {
  for (const OptionInfo& row : OptionTable()) {
    for (const char* value : {"", "bogus", "-1"}) {
      const std::string variable = std::string(row.name) + "=" + value;

      const Parsed parsed = Parse({variable});

      ExpectDefaults(parsed.options);
      ASSERT_EQ(parsed.warnings.size(), 1u) << variable;
      EXPECT_NE(parsed.warnings[0].find(row.name), std::string::npos) << parsed.warnings[0];
    }
  }
}

TEST(Options, ThatAreUnknownAreNamedInAWarning) {
  const Parsed parsed = Parse({"OPENMATRIX_DEVICE_COUNT=3"});

  ASSERT_EQ(parsed.warnings.size(), 1u);
  EXPECT_NE(parsed.warnings[0].find("OPENMATRIX_DEVICE_COUNT"), std::string::npos);
}

TEST(Options, ThatBelongToTheTestsAreLeftAlone) {
  EXPECT_TRUE(Parse({"OPENMATRIX_TEST_LONG=1"}).warnings.empty());
}

TEST(Options, ClampTheNumberOfDevicesAndSaySo) {
  const Parsed none = Parse({"OPENMATRIX_DEVICES=0"});
  const Parsed most = Parse({"OPENMATRIX_DEVICES=64"});
  const Parsed many = Parse({"OPENMATRIX_DEVICES=65"});

  EXPECT_EQ(none.options.devices, 1u);
  EXPECT_EQ(none.warnings.size(), 1u);
  EXPECT_EQ(most.options.devices, 64u);
  EXPECT_TRUE(most.warnings.empty());
  EXPECT_EQ(many.options.devices, 64u);
  EXPECT_EQ(many.warnings.size(), 1u);
}

TEST(Options, ForTheLogNeedAFileAfterTheColon) {
  EXPECT_EQ(Parse({"OPENMATRIX_LOG=info:"}).warnings.size(), 1u);
  EXPECT_EQ(Parse({"OPENMATRIX_LOG=loud"}).warnings.size(), 1u);
  EXPECT_TRUE(Parse({"OPENMATRIX_LOG=event"}).warnings.empty());
}

TEST(Options, AreDescribedWithVersionValueAndOrigin) {
  const std::vector<std::string> lines =
      DescribeOptions({"OPENMATRIX_DEVICES=3", "OPENMATRIX_RULES=odd"});

  ASSERT_EQ(lines.size(), OptionTable().size() + 1);
  EXPECT_NE(lines[0].find(OPENMATRIX_VERSION_STRING), std::string::npos);
  EXPECT_NE(lines[0].find("simulated"), std::string::npos);
  const std::set<std::string> all(lines.begin(), lines.end());
  EXPECT_EQ(all.count("OPENMATRIX_DEVICES=3 (environment)"), 1u);
  EXPECT_EQ(all.count("OPENMATRIX_VERBOSE=0 (default)"), 1u);
}

TEST(ParseBytes, UnderstandsBinaryUnits) {
  std::uint64_t bytes = 0;

  EXPECT_TRUE(ParseBytes("4096", bytes));
  EXPECT_EQ(bytes, 4096u);
  EXPECT_TRUE(ParseBytes("2K", bytes));
  EXPECT_EQ(bytes, 2048u);
  EXPECT_TRUE(ParseBytes("64M", bytes));
  EXPECT_EQ(bytes, 64u << 20);
  EXPECT_TRUE(ParseBytes("2g", bytes));
  EXPECT_EQ(bytes, 2ull << 30);
  EXPECT_TRUE(ParseBytes("18446744073709551615", bytes));
  EXPECT_EQ(bytes, ~std::uint64_t{0});
}

TEST(ParseBytes, RefusesWhatIsMalformedOrTooLargeAndChangesNothing) {
  std::uint64_t bytes = 5;

  for (const char* text : {"", "M", "1.5G", "-1", " 1", "1 ", "0x10", "1MB", "1T",
                           "18446744073709551616", "17179869184G"}) {
    EXPECT_FALSE(ParseBytes(text, bytes)) << text;
  }
  EXPECT_EQ(bytes, 5u);
}

// On failure the text that docs/env.md should have is in the output.
TEST(OptionTable, IsTheTableInTheDocuments) {
  std::ostringstream table;
  table << "| variable | default | meaning |\n|---|---|---|\n";
  for (const OptionInfo& row : OptionTable()) {
    table << "| `" << row.name << "` | `" << row.fallback << "` | " << row.text << " |\n";
  }

  std::ifstream file(OPENMATRIX_TEST_SOURCE_DIR "/docs/env.md");
  std::stringstream document;
  document << file.rdbuf();
  const std::string text = document.str();
  const std::size_t start = text.find("| variable |");
  ASSERT_NE(start, std::string::npos) << table.str();
  const std::size_t end = text.find("\n\n", start);

  EXPECT_EQ(text.substr(start, end == std::string::npos ? end : end + 1 - start), table.str());
}

}  // namespace
}  // namespace openmatrix
