#include "runtime/copy_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>

namespace openmatrix {
namespace {

namespace fs = std::filesystem;

class Copies : public testing::Test {
 protected:
  Copies() {
    EXPECT_NE(::mkdtemp(&base_[0]), nullptr);
    base_ = fs::canonical(base_);
  }
  ~Copies() override { fs::remove_all(base_); }

  std::string Inside() const { return base_ + "/openmatrix-" + std::to_string(::geteuid()); }

  // The entries, without leases.
  std::set<std::string> Entries() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(Inside())) {
      const std::string name = entry.path().filename();
      if (name.rfind("lease-", 0) != 0) names.insert(name);
    }
    return names;
  }

  std::size_t Leases() const {
    const auto all = fs::directory_iterator(Inside());
    return static_cast<std::size_t>(std::distance(begin(all), end(all))) - Entries().size();
  }

  // Another process that lives until `pipe` is closed here.
  pid_t StartProcess(const std::function<void()>& work) {
    int ready[2];
    EXPECT_EQ(::pipe(ready), 0);
    EXPECT_EQ(::pipe(end_), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(end_[1]);
      const int done = ::fcntl(ready[1], F_DUPFD, 64);  // `work` may close all below
      ::close(ready[1]);
      work();
      ::close(done);
      char byte;
      static_cast<void>(!::read(end_[0], &byte, 1));
      ::_exit(0);
    }
    ::close(end_[0]);
    ::close(ready[1]);
    char byte;
    EXPECT_EQ(::read(ready[0], &byte, 1), 0);
    ::close(ready[0]);
    return child;
  }

  void EndProcess(pid_t child) {
    ::close(end_[1]);
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }

  // What processes leave that end now.
  void PutInAnotherProcess(const std::string& bytes) {
    EndProcess(StartProcess([&] {
      if (!CopyDirectory(base_).Put(bytes, "host", "x.so").ok()) ::_exit(1);
    }));
  }

  static std::string EntryOf(const std::string& file) {
    return fs::path(file).parent_path().filename();
  }

  std::string base_ = testing::TempDir() + "copies-XXXXXX";
  int end_[2] = {-1, -1};
};

std::string ContentOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

TEST_F(Copies, ACopyHasTheContentAndIsThisUsersAlone) {
  CopyDirectory directory(base_);

  const Result<std::string> file = directory.Put("content", "device1", "libx.so");

  ASSERT_TRUE(file.ok()) << file.error().text;
  EXPECT_EQ(ContentOf(file.value()), "content");
  EXPECT_EQ(file.value().substr(0, Inside().size() + 1), Inside() + "/");
  EXPECT_NE(file.value().find("-device1/libx.so"), std::string::npos) << file.value();
  EXPECT_EQ(fs::status(Inside()).permissions(), fs::perms::owner_all);
  EXPECT_EQ(fs::status(file.value()).permissions() & (fs::perms::group_all | fs::perms::others_all),
            fs::perms::none);
}

TEST_F(Copies, TheSameContentForTheSameSideIsOneFileAlsoForLaterProcesses) {
  PutInAnotherProcess("content");
  const std::set<std::string> before = Entries();
  CopyDirectory directory(base_);

  const std::string first = directory.Put("content", "host", "x.so").value();
  const std::string again = directory.Put("content", "host", "x.so").value();
  const std::string other_side = directory.Put("content", "device0", "x.so").value();

  ASSERT_EQ(before.size(), 1u);
  EXPECT_EQ(first, Inside() + "/" + *before.begin() + "/x.so");
  EXPECT_EQ(again, first);
  EXPECT_NE(other_side, first);
}

TEST_F(Copies, AFileThatSomebodyChangedIsReplaced) {
  CopyDirectory directory(base_);
  const std::string file = directory.Put("content", "host", "x.so").value();
  std::ofstream(file, std::ios::binary) << "CONTENT";

  EXPECT_EQ(directory.Put("content", "host", "x.so").value(), file);

  EXPECT_EQ(ContentOf(file), "content");
}

TEST_F(Copies, NoSymbolicLinkIsFollowed) {
  CopyDirectory directory(base_);
  const std::string file = directory.Put("content", "host", "x.so").value();
  const std::string victim = base_ + "/victim";
  std::ofstream(victim) << "mine";
  fs::remove(file);
  fs::create_symlink(victim, file);

  EXPECT_EQ(directory.Put("content", "host", "x.so").value(), file);
  EXPECT_EQ(ContentOf(victim), "mine");
  EXPECT_FALSE(fs::is_symlink(file));

  fs::rename(Inside(), base_ + "/elsewhere");
  fs::create_symlink(base_ + "/elsewhere", Inside());
  EXPECT_FALSE(CopyDirectory(base_).Put("content", "host", "x.so").ok());
}

TEST_F(Copies, ADirectoryThatOthersMayChangeIsRefused) {
  fs::permissions(base_, fs::perms::all);  // without the sticky bit
  EXPECT_FALSE(CopyDirectory(base_).Put("content", "host", "x.so").ok());

  fs::permissions(base_, fs::perms::all | fs::perms::sticky_bit);
  ASSERT_TRUE(CopyDirectory(base_).Put("content", "host", "x.so").ok());

  fs::permissions(Inside(), fs::perms::all);
  EXPECT_FALSE(CopyDirectory(base_).Put("content", "host", "x.so").ok());
}

TEST_F(Copies, WhatCannotBeADirectoryIsToldWithItsName) {
  for (const std::string& base : {std::string("/nowhere"), std::string("/dev/null")}) {
    const Result<std::string> file = CopyDirectory(base).Put("content", "host", "x.so");
    ASSERT_FALSE(file.ok());
    EXPECT_NE(file.error().text.find(base), std::string::npos) << file.error().text;
  }
}

// The reason is what hinders the making of the directory, not that it is missing then.
TEST_F(Copies, WhereNoDirectoryCanBeMadeTheReasonIsTold) {
  fs::permissions(base_, fs::perms(0555));
  const uid_t user = ::geteuid();
  ASSERT_EQ(::seteuid(user == 0 ? 65534 : user), 0);  // whom permissions concern

  const Result<std::string> file = CopyDirectory(base_).Put("content", "host", "x.so");

  ASSERT_EQ(::seteuid(user), 0);
  fs::permissions(base_, fs::perms::owner_all);
  ASSERT_FALSE(file.ok());
  EXPECT_NE(file.error().text.find("Permission denied"), std::string::npos) << file.error().text;
}

// It would look for another file.
TEST_F(Copies, APathThatTheDynamicLinkerWouldChangeIsRefused) {
  const std::string base = base_ + "/${ORIGIN}";
  fs::create_directory(base);

  const Result<std::string> file = CopyDirectory(base).Put("content", "host", "x.so");

  ASSERT_FALSE(file.ok());
  EXPECT_NE(file.error().text.find("'$'"), std::string::npos) << file.error().text;
}

// A directory that grows with each crash fills the disk; the oldest go first.
TEST_F(Copies, WhatDeadProcessesLeftIsBounded) {
  for (int i = 0; i < 6; ++i) PutInAnotherProcess("content " + std::to_string(i));
  std::ofstream(Inside() + "/new-1-1") << "left by a crash";
  const timespec long_ago[2] = {{1000000000, 0}, {1000000000, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, (Inside() + "/new-1-1").c_str(), long_ago, 0), 0);
  CopyDirectory directory(base_, CopyDirectory::Bounds{3, 1 << 20});

  const std::string mine = directory.Put("content 0", "host", "x.so").value();

  EXPECT_EQ(Entries().size(), 3u);
  EXPECT_EQ(Entries().count(EntryOf(mine)), 1u);
  EXPECT_EQ(Leases(), 1u);
}

TEST_F(Copies, TheBytesAreBoundedToo) {
  for (int i = 0; i < 4; ++i) PutInAnotherProcess(std::string(1000, static_cast<char>('a' + i)));
  CopyDirectory directory(base_, CopyDirectory::Bounds{100, 2500});

  ASSERT_TRUE(directory.Put(std::string(1000, 'z'), "host", "x.so").ok());

  EXPECT_EQ(Entries().size(), 2u);
}

TEST_F(Copies, WhatALivingProcessUsesStays) {
  std::string used;
  const pid_t other = StartProcess([&] {
    static CopyDirectory theirs(base_);
    if (!theirs.Put("theirs", "host", "x.so").ok()) ::_exit(1);
  });
  used = *Entries().begin();
  CopyDirectory directory(base_, CopyDirectory::Bounds{0, 0});

  const std::string mine = directory.Put("mine", "host", "x.so").value();

  EXPECT_EQ(Entries(), (std::set<std::string>{used, EntryOf(mine)}));
  EndProcess(other);
  CopyDirectory later(base_, CopyDirectory::Bounds{0, 0});
  const std::string third = later.Put("third", "host", "x.so").value();
  EXPECT_EQ(Entries().count(used), 0u);
  EXPECT_EQ(Entries().count(EntryOf(mine)), 1u);
}

// The daemon idiom. What the numbers are then is the program's.
TEST_F(Copies, AProgramThatClosesAllDescriptorsLosesNoFileOfItsOwn) {
  const std::string own = base_ + "/own";
  EndProcess(StartProcess([&] {
    CopyDirectory directory(base_);
    if (!directory.Put("first", "host", "x.so").ok()) ::_exit(1);
    const int keep = end_[0];
    for (int i = 3; i < 64; ++i) {
      if (i != keep) ::close(i);
    }
    std::set<int> numbers;
    for (int i = 0; i < 40; ++i) numbers.insert(::open(own.c_str(), O_RDWR | O_CREAT, 0600));
    if (!directory.Put("second", "host", "x.so").ok()) ::_exit(2);
    if (fs::file_size(own) != 0) ::_exit(3);
    for (const int number : numbers) {
      if (::fcntl(number, F_GETFD) < 0) ::_exit(4);
    }
  }));
  EXPECT_EQ(Entries().size(), 2u);
}

TEST_F(Copies, WhatIsCopiedAfterAllDescriptorsWereClosedStaysToo) {
  const pid_t other = StartProcess([&] {
    static CopyDirectory theirs(base_);
    if (!theirs.Put("first", "host", "x.so").ok()) ::_exit(1);
    for (int i = 3; i < 64; ++i) {
      if (i != end_[0]) ::close(i);
    }
    if (!theirs.Put("second", "host", "x.so").ok()) ::_exit(2);
  });
  const std::set<std::string> used = Entries();
  ASSERT_EQ(used.size(), 2u);
  CopyDirectory directory(base_, CopyDirectory::Bounds{0, 0});

  ASSERT_TRUE(directory.Put("mine", "host", "x.so").ok());

  for (const std::string& entry : used) EXPECT_EQ(Entries().count(entry), 1u) << entry;
  EndProcess(other);
}

TEST_F(Copies, NoStandardDescriptorIsTaken) {
  EndProcess(StartProcess([&] {
    for (int i = 0; i < 3; ++i) ::close(i);
    if (!CopyDirectory(base_).Put("content", "host", "x.so").ok()) ::_exit(1);
    for (int i = 0; i < 3; ++i) {
      if (::fcntl(i, F_GETFD) >= 0) ::_exit(2);
    }
  }));
}

TEST_F(Copies, ALimitOfTheFileSizeIsAStatusAndNoSignal) {
  EndProcess(StartProcess([&] {
    ::signal(SIGXFSZ, SIG_DFL);
    const rlimit small{4096, 4096};
    ::setrlimit(RLIMIT_FSIZE, &small);
    const auto file = CopyDirectory(base_).Put(std::string(100000, 'x'), "host", "x.so");
    if (file.ok()) ::_exit(1);
  }));
  for (const std::string& entry : Entries()) EXPECT_TRUE(fs::is_empty(Inside() + "/" + entry));
}

}  // namespace
}  // namespace openmatrix
