#include "base/standard_error.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/log_sink.h"
#include "in_child.h"
#include "next_tick.h"

namespace openmatrix {
namespace {

constexpr char kFile[] = "OPENMATRIX_STANDARD_ERROR_TEST_FILE";

void Redirect(int descriptor, const std::string& path) {
  ::dup2(OpenOwn(path, O_RDWR | O_APPEND | O_CLOEXEC), descriptor);
}

// Each body redirects, or closes and opens, as some program does. It runs in a child and says
// whether descriptor 2 counts as standard error then; `file_` is what the body may open.
class StandardError : public testing::Test {
 protected:
  ~StandardError() override {
    std::remove(file_.c_str());
    std::remove(log_.c_str());
  }

  // Opens the program's own file where descriptor 2 was closed, and asks.
  bool CountsWhenOpenedAfterClosing(int flags) {
    return TrueInChild([&] {
      ::close(STDERR_FILENO);
      return OpenOwn(file_, flags) == STDERR_FILENO && StandardErrorIsThere();
    });
  }

  // Asks in a program of its own, which starts with the descriptors that `prepare` leaves it. That
  // program comes by here, too.
  template <typename Prepare, typename Body>
  bool CountsInProgram(const Prepare& prepare, const Body& body) {
    if (std::getenv(kFile) != nullptr) ::_exit(body() ? kCounts : kDoesNot);
    const pid_t child = ::fork();
    if (child == 0) {
      prepare();
      ::setenv(kFile, file_.c_str(), 1);
      const testing::TestInfo* const test = testing::UnitTest::GetInstance()->current_test_info();
      const std::string filter = std::string("--gtest_filter=StandardError.") + test->name();
      ::execl("/proc/self/exe", "base_test", filter.c_str(), nullptr);
      ::_exit(1);
    }
    int status = -1;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) &&
                (WEXITSTATUS(status) == kCounts || WEXITSTATUS(status) == kDoesNot));
    return WIFEXITED(status) && WEXITSTATUS(status) == kCounts;
  }

  const std::string file_ =
      std::getenv(kFile) != nullptr
          ? std::getenv(kFile)
          : testing::TempDir() + "openmatrix_standard_error_test." + std::to_string(::getpid());
  const std::string log_ = file_ + ".log";

 private:
  static constexpr int kCounts = 10;
  static constexpr int kDoesNot = 11;
};

TEST_F(StandardError, IsWhatItWasWhenTheLibraryCame) {
  EXPECT_TRUE(TrueInChild([] { return StandardErrorIsThere(); }));
}

TEST_F(StandardError, IsNoFileThatIsOpenedAfterItWasClosed) {
  EXPECT_FALSE(CountsWhenOpenedAfterClosing(O_WRONLY));
  EXPECT_FALSE(CountsWhenOpenedAfterClosing(O_RDWR));
  EXPECT_FALSE(CountsWhenOpenedAfterClosing(O_WRONLY | O_APPEND));
  EXPECT_FALSE(CountsWhenOpenedAfterClosing(O_WRONLY | O_APPEND | O_CLOEXEC));
}

TEST_F(StandardError, IsNoStreamThatIsOpenedAfterItWasClosed) {
  EXPECT_FALSE(TrueInChild([&] {
    std::fclose(stderr);
    std::FILE* const own = std::fopen(file_.c_str(), "w");
    return own != nullptr && ::fileno(own) == STDERR_FILENO && StandardErrorIsThere();
  }));
}

TEST_F(StandardError, IsNoFileForAppendingIfItWasSeenClosed) {
  EXPECT_FALSE(TrueInChild([&] {
    ::close(STDERR_FILENO);
    return StandardErrorIsThere() ||
           (OpenOwn(file_, O_WRONLY | O_APPEND) == STDERR_FILENO && StandardErrorIsThere());
  }));
}

TEST_F(StandardError, IsNoFileForAppendingThatGotBothNumbersAfterItWasSeenClosed) {
  EXPECT_FALSE(TrueInChild([&] {
    for (int i = 0; i < 3; ++i) ::close(i);
    if (StandardErrorIsThere() || ::open("/dev/null", O_RDWR) != STDIN_FILENO) return true;
    return OpenOwn(file_, O_WRONLY | O_APPEND) == STDOUT_FILENO &&
           OpenOwn(file_, O_WRONLY | O_APPEND) == STDERR_FILENO && StandardErrorIsThere();
  }));
}

TEST_F(StandardError, IsNoDeviceThatGotItsNumber) {
  EXPECT_FALSE(TrueInChild([] {
    ::close(STDERR_FILENO);
    return ::open("/dev/full", O_RDWR) == STDERR_FILENO && StandardErrorIsThere();
  }));
}

// Before the program opens the device, as for input, its own file has got the number.
TEST_F(StandardError, IsNoFileBesideTheDeviceThatItWas) {
  EXPECT_FALSE(CountsInProgram([] { ::dup2(::open("/dev/null", O_RDWR | O_CLOEXEC), 2); },
                               [&] {
                                 ::close(STDERR_FILENO);
                                 return OpenOwn(file_, O_RDWR) == STDERR_FILENO &&
                                        ::open("/dev/null", O_RDONLY) > STDERR_FILENO &&
                                        StandardErrorIsThere();
                               }));
}

TEST_F(StandardError, IsNoFileBesideACopyOfStandardOutput) {
  EXPECT_FALSE(CountsInProgram(
      [&] {
        Redirect(STDOUT_FILENO, log_);
        ::dup2(STDOUT_FILENO, STDERR_FILENO);
      },
      [&] {
        ::close(STDERR_FILENO);
        return OpenOwn(file_, O_RDWR) == STDERR_FILENO && ::dup(STDOUT_FILENO) > STDERR_FILENO &&
               (StandardErrorIsThere() ||
                (::dup2(::open("/dev/null", O_RDWR), STDOUT_FILENO) == STDOUT_FILENO &&
                 StandardErrorIsThere()));
      }));
}

TEST_F(StandardError, IsNoFileBesideACopyOfItThatBecameStandardOutput) {
  EXPECT_FALSE(CountsInProgram([&] { Redirect(STDERR_FILENO, log_); },
                               [&] {
                                 ::dup2(STDERR_FILENO, STDOUT_FILENO);
                                 ::close(STDERR_FILENO);
                                 return OpenOwn(file_, O_RDWR) == STDERR_FILENO &&
                                        ::dup(STDOUT_FILENO) > STDERR_FILENO &&
                                        StandardErrorIsThere();
                               }));
}

TEST_F(StandardError, IsNoNewFileThatGotTheInodeOfTheFirst) {
  EXPECT_FALSE(CountsInProgram([&] { Redirect(STDERR_FILENO, log_); },
                               [&] {
                                 AwaitNextTick();
                                 ::close(STDERR_FILENO);
                                 std::remove(log_.c_str());
                                 return OpenOwn(file_, O_RDWR) == STDERR_FILENO &&
                                        StandardErrorIsThere();
                               }));
}

TEST_F(StandardError, IsNoSocketThatGotItsNumber) {
  EXPECT_FALSE(TrueInChild([] {
    ::close(STDERR_FILENO);
    return ::socket(AF_UNIX, SOCK_STREAM, 0) == STDERR_FILENO && StandardErrorIsThere();
  }));
}

TEST_F(StandardError, IsNoPipeThatGotItsNumber) {
  EXPECT_FALSE(TrueInChild([] {
    ::close(STDIN_FILENO);
    ::close(STDERR_FILENO);
    int ends[2];
    return ::pipe(ends) == 0 && ends[1] == STDERR_FILENO && ::dup(ends[0]) > STDERR_FILENO &&
           StandardErrorIsThere();
  }));
}

TEST_F(StandardError, IsTheFileThatStdioReopened) {
  for (const char* const mode : {"w", "a", "w+"}) {
    EXPECT_TRUE(TrueInChild([&] {
      return std::freopen(file_.c_str(), mode, stderr) != nullptr && StandardErrorIsThere();
    })) << mode;
  }
}

TEST_F(StandardError, IsTheFileThatStandardOutputIsToo) {
  EXPECT_TRUE(TrueInChild([&] {
    const int log = OpenOwn(file_, O_WRONLY);
    return ::dup2(log, STDOUT_FILENO) >= 0 && ::dup2(log, STDERR_FILENO) >= 0 &&
           ::close(log) == 0 && StandardErrorIsThere();
  }));
}

TEST_F(StandardError, IsTheFileThatCapturesItForAWhile) {
  EXPECT_TRUE(CountsInProgram([&] { Redirect(STDERR_FILENO, log_); },
                              [&] {
                                const int kept = ::dup(STDERR_FILENO);
                                const int capture = OpenOwn(file_, O_RDWR);
                                return kept >= 0 && ::dup2(capture, STDERR_FILENO) >= 0 &&
                                       StandardErrorIsThere();
                              }));
}

// Both keep the descriptor that they gave to dup2.
TEST_F(StandardError, IsTheFileForAppendingThatReplacedIt) {
  EXPECT_TRUE(TrueInChild([&] {
    const int log = OpenOwn(file_, O_WRONLY | O_APPEND);
    return ::dup2(log, STDERR_FILENO) >= 0 && StandardErrorIsThere();
  }));
}

TEST_F(StandardError, IsThePipeThatReplacedIt) {
  EXPECT_TRUE(TrueInChild([] {
    int ends[2];
    return ::pipe(ends) == 0 && ::dup2(ends[1], STDERR_FILENO) >= 0 && StandardErrorIsThere();
  }));
}

// As daemon() leaves it, and those who write that by hand.
TEST_F(StandardError, IsTheNullDeviceOfADaemon) {
  EXPECT_TRUE(TrueInChild([] {
    for (int i = 0; i < 3; ++i) ::close(i);
    if (StandardErrorIsThere()) return false;
    for (int i = 0; i < 3; ++i) ::open("/dev/null", O_RDWR);
    return StandardErrorIsThere();
  }));
}

TEST_F(StandardError, LosesLinesRatherThanAFileOfTheProgram) {
  EXPECT_TRUE(TrueInChild([&] {
    ConfigureLog(LogLevel::kInfo, "");
    ::close(STDERR_FILENO);
    const int own = OpenOwn(file_, O_WRONLY);
    Log(LogLevel::kInfo, "lost");
    return own == STDERR_FILENO && IsEmpty(own);
  }));
}

TEST_F(StandardError, LosesLinesAfterAllThreeWereClosed) {
  EXPECT_TRUE(TrueInChild([&] {
    ConfigureLog(LogLevel::kInfo, "");
    for (int i = 0; i < 200; ++i) ::close(i);
    int last = -1;
    while (last < 2) last = OpenOwn(file_);
    Log(LogLevel::kInfo, "lost");
    return last == 2 && IsEmpty(last);
  }));
}

TEST_F(StandardError, TakesLinesWhereItWasReopened) {
  EXPECT_TRUE(TrueInChild([&] {
    ConfigureLog(LogLevel::kInfo, "");
    if (std::freopen(file_.c_str(), "w", stderr) == nullptr) return false;
    Log(LogLevel::kInfo, "redirected");
    return !IsEmpty(STDERR_FILENO);
  }));
}

}  // namespace
}  // namespace openmatrix
