#include "os/regular_file.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace openmatrix {
namespace {

class RegularFiles : public testing::Test {
 protected:
  RegularFiles() { EXPECT_NE(::mkdtemp(&directory_[0]), nullptr); }
  ~RegularFiles() override { std::filesystem::remove_all(directory_); }

  std::string Path(const std::string& name) const { return directory_ + "/" + name; }

  static Code FailureOf(const std::string& path) {
    const Result<RegularFile> file = RegularFile::Open(path);
    return file.ok() ? Code::kCount : file.error().code;
  }

  static Result<std::string> Read(const std::string& path, std::uint64_t limit) {
    const Result<RegularFile> file = RegularFile::Open(path);
    if (!file.ok()) return file.error();
    return file.value().ReadAll(limit);
  }

  std::string directory_ = testing::TempDir() + "regular_file-XXXXXX";
};

TEST_F(RegularFiles, AFileIsReadToItsEnd) {
  const std::string text(3 << 20, 'x');
  std::ofstream(Path("file")) << text;

  const Result<std::string> all = Read(Path("file"), text.size());

  ASSERT_TRUE(all.ok()) << all.error().text;
  EXPECT_EQ(all.value(), text);
  EXPECT_EQ(RegularFile::Open(Path("file")).value().ReadFirst(7).value(), "xxxxxxx");
}

TEST_F(RegularFiles, AnEmptyFileIsEmpty) {
  std::ofstream(Path("file")).flush();

  EXPECT_EQ(Read(Path("file"), 10).value(), "");
}

TEST_F(RegularFiles, WhatDoesNotExistIsMissing) {
  EXPECT_EQ(FailureOf(Path("nothing")), Code::kFileMissing);
  EXPECT_EQ(FailureOf(""), Code::kFileMissing);
}

// Nobody writes to the FIFO: whoever opens it like a file waits for ever.
TEST_F(RegularFiles, WhatIsNoFileIsRefusedAtOnceAlsoBehindALink) {
  ASSERT_EQ(::mkfifo(Path("fifo").c_str(), 0600), 0);
  for (const std::string& target : {Path("fifo"), std::string("/dev/zero"), directory_}) {
    ASSERT_EQ(::symlink(target.c_str(), Path("link").c_str()), 0);

    EXPECT_EQ(FailureOf(target), Code::kInvalidValue) << target;
    EXPECT_EQ(FailureOf(Path("link")), Code::kInvalidValue) << target;

    ASSERT_EQ(::unlink(Path("link").c_str()), 0);
  }
}

TEST_F(RegularFiles, WhatIsLongerThanTheLimitIsNotRead) {
  std::ofstream(Path("sparse")).flush();
  ASSERT_EQ(::truncate(Path("sparse").c_str(), off_t{1} << 40), 0);
  std::ofstream(Path("file")) << "12345";

  EXPECT_EQ(Read(Path("sparse"), 1 << 20).error().code, Code::kTooLarge);
  EXPECT_EQ(Read(Path("file"), 4).error().code, Code::kTooLarge);
  EXPECT_TRUE(Read(Path("file"), 5).ok());
}

// Such a file says that it has 0 bytes.
TEST_F(RegularFiles, AFileOfProcThatGoesOnAndOnEndsAtTheLimit) {
  const Result<std::string> pages = Read("/proc/self/pagemap", 1 << 16);

  ASSERT_FALSE(pages.ok());
  EXPECT_EQ(pages.error().code, Code::kTooLarge);
  EXPECT_GT(Read("/proc/self/status", 1 << 16).value().size(), 0u);
}

TEST_F(RegularFiles, AFileThatCannotBeReadIsToldWithItsName) {
  const Result<std::string> memory = Read("/proc/self/mem", 1 << 16);

  ASSERT_FALSE(memory.ok());
  EXPECT_EQ(memory.error().code, Code::kInvalidValue);
  EXPECT_NE(memory.error().text.find("/proc/self/mem"), std::string::npos);
}

}  // namespace
}  // namespace openmatrix
