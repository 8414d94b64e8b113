#include "base/log_sink.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <thread>
#include <vector>

#include "../../stderr_capture.h"
#include "cancelled.h"
#include "in_child.h"

namespace openmatrix {
namespace {

std::vector<std::string> LinesOf(const std::string& file) {
  std::vector<std::string> lines;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// The log goes to a file of the test, and back to the default afterwards.
class LogSink : public testing::Test {
 protected:
  LogSink() { std::remove(file_.c_str()); }
  ~LogSink() override {
    ConfigureLog(LogLevel::kWarning, "");
    std::remove(file_.c_str());
  }

  std::vector<std::string> Lines() const { return LinesOf(file_); }

  const std::string file_ =
      testing::TempDir() + "openmatrix_log_sink_test." + std::to_string(::getpid());
};

TEST_F(LogSink, WritesTimeLevelAndText) {
  ConfigureLog(LogLevel::kWarning, file_);

  Log(LogLevel::kError, "%d bytes asked", 64);

  const std::vector<std::string> lines = Lines();
  ASSERT_EQ(lines.size(), 1u);
  const std::regex form(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z ERROR 64 bytes asked)");
  EXPECT_TRUE(std::regex_match(lines[0], form)) << lines[0];
}

TEST_F(LogSink, AThreadThatIsCancelledWritesItsLineFirst) {
  ConfigureLog(LogLevel::kWarning, file_);

  // As destructors and what gives memory back do: what passes here ends the program.
  const auto log = []() noexcept { Log(LogLevel::kError, "the last words"); };
  EXPECT_TRUE(OutlivesItsCancellation(log));

  EXPECT_EQ(Lines().size(), 1u);
}

TEST_F(LogSink, DropsWhatIsBelowTheThreshold) {
  ConfigureLog(LogLevel::kError, file_);

  Log(LogLevel::kWarning, "dropped");
  LogLine(LogLevel::kInfo, "dropped");

  EXPECT_FALSE(LogEnabled(LogLevel::kWarning));
  EXPECT_TRUE(LogEnabled(LogLevel::kError));
  EXPECT_TRUE(Lines().empty());
}

TEST_F(LogSink, CutsALongLine) {
  ConfigureLog(LogLevel::kInfo, file_);
  const std::string longer(kMaxLogLineBytes + 100, 'x');

  LogLine(LogLevel::kInfo, longer);
  Log(LogLevel::kInfo, "%s", longer.c_str());

  const std::vector<std::string> lines = Lines();
  ASSERT_EQ(lines.size(), 2u);
  for (const std::string& line : lines) {
    EXPECT_EQ(std::count(line.begin(), line.end(), 'x'),
              static_cast<std::ptrdiff_t>(kMaxLogLineBytes));
  }
}

TEST_F(LogSink, KeepsTextWithLineBreaksOnOneLine) {
  ConfigureLog(LogLevel::kInfo, file_);

  LogLine(LogLevel::kInfo, "one\ntwo\r\nthree");

  const std::vector<std::string> lines = Lines();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_NE(lines[0].find("one two  three"), std::string::npos);
}

// A configuration is a file of somebody else's, and a log is read at a terminal.
TEST_F(LogSink, EscapesWhatWouldSteerATerminal) {
  ConfigureLog(LogLevel::kInfo, file_);

  LogLine(LogLevel::kInfo, "library \"\x1b[2J\"");
  Log(LogLevel::kInfo, "engine %s", "\x9b\x07");

  const std::vector<std::string> lines = Lines();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_NE(lines[0].find("library \"\\x1b[2J\""), std::string::npos) << lines[0];
  EXPECT_NE(lines[1].find("engine \\x9b\\x07"), std::string::npos) << lines[1];
}

TEST_F(LogSink, PrintsTheRightDate) {
  ConfigureLog(LogLevel::kInfo, file_);
  std::time_t before = std::time(nullptr);

  Log(LogLevel::kInfo, "now");

  const std::time_t after = std::time(nullptr);
  const std::vector<std::string> lines = Lines();
  ASSERT_EQ(lines.size(), 1u);
  bool known = false;
  for (; before <= after; ++before) {
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", std::gmtime(&before));
    known = known || lines[0].rfind(text, 0) == 0;
  }
  EXPECT_TRUE(known) << lines[0];
}

TEST_F(LogSink, LeavesErrnoAlone) {
  ConfigureLog(LogLevel::kInfo, file_);
  errno = EBUSY;

  Log(LogLevel::kInfo, "text");

  EXPECT_EQ(errno, EBUSY);
}

TEST_F(LogSink, NeverMixesTheLinesOfSeveralThreads) {
  constexpr int kThreads = 4;
  constexpr int kLines = 200;
  ConfigureLog(LogLevel::kInfo, file_);
  const std::string text(500, 'y');

  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < kLines; ++n) LogLine(LogLevel::kInfo, text);
    });
  }
  for (std::thread& thread : threads) thread.join();

  const std::vector<std::string> lines = Lines();
  EXPECT_EQ(lines.size(), static_cast<std::size_t>(kThreads * kLines));
  for (const std::string& line : lines) {
    ASSERT_EQ(line.substr(line.size() - text.size()), text);
  }
}

TEST_F(LogSink, FallsBackToStderrWhenTheFileCannotBeOpened) {
  const StderrCapture capture;

  ConfigureLog(LogLevel::kWarning, "/nonexistent/log");
  Log(LogLevel::kWarning, "still heard");

  const std::string output = capture.Text();
  EXPECT_NE(output.find("cannot open /nonexistent/log"), std::string::npos) << output;
  EXPECT_NE(output.find("WARNING still heard"), std::string::npos) << output;
}

TEST_F(LogSink, ConfigureOnceRespectsAnEarlierConfiguration) {
  ConfigureLog(LogLevel::kFatal, file_);

  ConfigureLogOnce(LogLevel::kDebug, "");

  EXPECT_FALSE(LogEnabled(LogLevel::kError));
}

TEST_F(LogSink, WritesNoFileThatGotTheNumberOfItsOwn) {
  const std::string own = file_ + ".own";
  EXPECT_TRUE(TrueInChild([&] {
    ConfigureLog(LogLevel::kInfo, file_);
    for (int i = 3; i < 200; ++i) ::close(i);
    int last = -1;
    while (last < 150) last = OpenOwn(own);
    Log(LogLevel::kInfo, "after it was closed");
    return IsEmpty(last);
  }));

  const std::vector<std::string> lines = Lines();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_NE(lines[0].find("closed the descriptor of the log"), std::string::npos) << lines[0];
  EXPECT_NE(lines[1].find("after it was closed"), std::string::npos) << lines[1];
  std::remove(own.c_str());
}

TEST_F(LogSink, KeepsItsFileOffTheStandardDescriptors) {
  EXPECT_TRUE(TrueInChild([&] {
    for (int i = 0; i < 3; ++i) ::close(i);
    ConfigureLog(LogLevel::kInfo, file_);
    const int first = ::open("/dev/null", O_RDONLY);
    return first == 0;
  }));
}

TEST_F(LogSink, RaisesNoSignalWhenNobodyReadsThePipe) {
  EXPECT_TRUE(TrueInChild([&] {
    int ends[2];
    if (::pipe(ends) != 0 || ::dup2(ends[1], STDERR_FILENO) < 0) return false;
    ::close(ends[0]);
    ConfigureLog(LogLevel::kInfo, "");
    Log(LogLevel::kInfo, "to nobody");
    sigset_t pending;
    ::sigpending(&pending);
    return ::sigismember(&pending, SIGPIPE) == 0;
  }));
}

TEST_F(LogSink, RaisesNoSignalAtTheLimitOfFiles) {
  EXPECT_TRUE(TrueInChild([&] {
    ConfigureLog(LogLevel::kInfo, file_);
    const rlimit limit{10, 10};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return false;
    Log(LogLevel::kInfo, "one");
    Log(LogLevel::kInfo, "two");
    return true;
  }));
}

TEST_F(LogSink, ServesAThreadWithTheSmallestStack) {
  ConfigureLog(LogLevel::kInfo, file_);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  const long smallest = ::sysconf(_SC_THREAD_STACK_MIN);
  ASSERT_EQ(pthread_attr_setstacksize(&attributes, static_cast<std::size_t>(smallest)), 0);
  pthread_t thread;
  const auto body = [](void*) -> void* {
    Log(LogLevel::kInfo, "%d from a small stack", 1);
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, body, nullptr), 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);

  EXPECT_EQ(Lines().size(), 1u);
}

TEST(OnceGate, LetsExactlyOneOfManyThreadsPass) {
  OnceGate gate;
  std::atomic<int> passed{0};

  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { passed += gate.Enter() ? 1 : 0; });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(passed.load(), 1);
  EXPECT_FALSE(gate.Enter());
}

// An object of another translation unit that logs while statics are made and destroyed.
struct LogsAtBothEnds {
  LogsAtBothEnds() { Log(LogLevel::kDebug, "before main"); }
  ~LogsAtBothEnds() { Log(LogLevel::kDebug, "after main"); }
} g_logs_at_both_ends;

// The environment is read on first use, so this needs a process of its own.
TEST(LogSinkInAFreshProcess, TakesLevelAndFileFromTheEnvironmentBeforeMainAndAfterIt) {
  const std::string file =
      testing::TempDir() + "openmatrix_log_env_test." + std::to_string(::getpid());
  std::remove(file.c_str());
  char self[4096] = {};
  ASSERT_GT(::readlink("/proc/self/exe", self, sizeof self - 1), 0);

  const std::string command =
      "OPENMATRIX_LOG=debug:" + file + " '" + self + "' --gtest_filter=None.None >/dev/null";
  ASSERT_EQ(std::system(command.c_str()), 0);

  const std::vector<std::string> lines = LinesOf(file);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_NE(lines[0].find("DEBUG before main"), std::string::npos);
  EXPECT_NE(lines[1].find("DEBUG after main"), std::string::npos);
  std::remove(file.c_str());
}

}  // namespace
}  // namespace openmatrix
