#include "os/shared_pages.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

#include "../base/in_child.h"
#include "base/log_sink.h"
#include "os/shared_object.h"

namespace openmatrix {
namespace {

constexpr std::uint64_t kBytes = 64ull << 20;

class SharedPagesTest : public testing::Test {
 protected:
  void SetUp() override {
    auto created = SharedPages::Create(kBytes, 3);
    ASSERT_TRUE(created.ok());
    pages_ = std::move(created.value());
    ASSERT_TRUE(pages_->GrowTo(kBytes));
  }
  std::uint8_t* Window(std::uint32_t window) { return pages_->Window(window); }

  std::unique_ptr<SharedPages> pages_;
};

TEST_F(SharedPagesTest, EachWindowIsOneAligned4GiBRangeOfItsOwn) {
  EXPECT_EQ(pages_->bytes(), kBytes);
  EXPECT_EQ(pages_->window_bytes(), kBytes);
  EXPECT_EQ(pages_->window_count(), 3u);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(pages_->windows()) % SharedPages::kWindowBytes, 0u);
}

TEST_F(SharedPagesTest, APageShowsInEveryViewAtItsOffset) {
  ASSERT_TRUE(pages_->MapWindow(0));
  ASSERT_TRUE(pages_->MapWindow(2));
  pages_->host()[kBytes - 1] = 5;
  EXPECT_EQ(Window(0)[kBytes - 1], 5);
  Window(2)[4097] = 6;
  EXPECT_EQ(Window(0)[4097], 6);
  EXPECT_EQ(pages_->host()[4097], 6);
}

TEST_F(SharedPagesTest, AWindowIsMappedOnceAndOnlyIfItWasReserved) {
  ASSERT_TRUE(pages_->MapWindow(1));
  Window(1)[0] = 7;
  EXPECT_TRUE(pages_->MapWindow(1));
  EXPECT_EQ(Window(1)[0], 7);
  EXPECT_FALSE(pages_->MapWindow(3));
}

TEST_F(SharedPagesTest, PagesThatWentBackReadAsZeroInEveryView) {
  const std::size_t page = pages_->page_bytes();
  ASSERT_TRUE(pages_->MapWindow(0));
  std::memset(pages_->host(), 1, 4 * page);

  EXPECT_EQ(pages_->Decommit(page, 2 * page), 2 * page);

  EXPECT_EQ(pages_->host()[page - 1], 1);
  EXPECT_EQ(pages_->host()[page], 0);
  EXPECT_EQ(Window(0)[3 * page - 1], 0);
  EXPECT_EQ(Window(0)[3 * page], 1);
}

TEST_F(SharedPagesTest, PartsOfPagesStay) {
  const std::size_t page = pages_->page_bytes();
  std::memset(pages_->host(), 1, 3 * page);
  EXPECT_EQ(pages_->Decommit(1, page), 0u);
  EXPECT_EQ(pages_->Decommit(1, 2 * page), page);
  EXPECT_EQ(pages_->host()[page - 1], 1);
  EXPECT_EQ(pages_->host()[page], 0);
  EXPECT_EQ(pages_->host()[2 * page], 1);
}

TEST_F(SharedPagesTest, PopulatedPagesAreResidentAndKeepTheirContents) {
  pages_->host()[100] = 9;
  bool huge = false;
  EXPECT_TRUE(pages_->Populate(pages_->host(), 0, 1 << 20, huge));
  unsigned char resident[1] = {0};
  ASSERT_EQ(mincore(pages_->host() + (1 << 20) - pages_->page_bytes(), 1, resident), 0);
  EXPECT_EQ(resident[0] & 1, 1);
  EXPECT_EQ(pages_->host()[100], 9);
}

// The first two pages are live.
void FirstTwo(const std::function<void(std::uint64_t, std::uint64_t)>& visit) {
  visit(0, 2 * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)));
}

void CloseAll() {
  for (int fd = 3; fd < 1024; ++fd) close(fd);
}

TEST_F(SharedPagesTest, WorksOnAfterTheProgramHasClosedItsDescriptor) {
  const std::size_t page = pages_->page_bytes();
  EXPECT_TRUE(TrueInChild([&] {
    CloseAll();
    if (!pages_->MapWindow(0)) return false;
    pages_->host()[5] = 7;
    pages_->host()[page] = 7;
    const bool shared = Window(0)[5] == 7;
    return shared && pages_->Decommit(0, page) == page && Window(0)[5] == 0 && Window(0)[page] == 7;
  }));
}

TEST_F(SharedPagesTest, TakesNoneOfTheStandardDescriptors) {
  EXPECT_TRUE(TrueInChild([&] {
    for (int fd = 0; fd < 3; ++fd) close(fd);
    auto created = SharedPages::Create(kBytes, 1);
    return created.ok() && open("/dev/null", O_RDONLY) == 0;
  }));
}

TEST_F(SharedPagesTest, GrowsInStepsInTheViewsThatAreMapped) {
  auto created = SharedPages::Create(4 * kBytes, 2);
  ASSERT_TRUE(created.ok());
  SharedPages& pages = *created.value();
  EXPECT_EQ(pages.usable_bytes(), 0u);
  ASSERT_TRUE(pages.MapWindow(0));
  ASSERT_TRUE(pages.GrowTo(1));
  EXPECT_EQ(pages.usable_bytes(), SharedPages::kStepBytes);
  pages.host()[SharedPages::kStepBytes - 1] = 3;
  EXPECT_EQ(pages.Window(0)[SharedPages::kStepBytes - 1], 3);

  ASSERT_TRUE(pages.GrowTo(4 * kBytes));
  ASSERT_TRUE(pages.MapWindow(1));
  pages.host()[4 * kBytes - 1] = 4;
  EXPECT_EQ(pages.Window(0)[4 * kBytes - 1], 4);
  EXPECT_EQ(pages.Window(1)[4 * kBytes - 1], 4);
  EXPECT_EQ(pages.Window(1)[SharedPages::kStepBytes - 1], 3);
}

TEST_F(SharedPagesTest, APrivateCopyNeedsNoDescriptorEither) {
  ASSERT_TRUE(pages_->MapWindow(0));
  const std::size_t page = pages_->page_bytes();
  std::memset(pages_->host(), 1, 2 * page);

  EXPECT_TRUE(TrueInChild([&] {
    CloseAll();
    if (!pages_->MakePrivate(FirstTwo)) return false;
    const bool readable = pages_->host()[0] == 1 && Window(0)[2 * page - 1] == 1;
    pages_->host()[0] = 2;
    Window(0)[1] = 2;
    return readable;
  }));

  EXPECT_EQ(pages_->host()[0], 1);
  EXPECT_EQ(pages_->host()[1], 1);
}

TEST_F(SharedPagesTest, AChildOfAPrivateChildSeesWhatItWrote) {
  const std::size_t page = pages_->page_bytes();
  std::memset(pages_->host(), 1, 2 * page);

  EXPECT_TRUE(TrueInChild([&] {
    if (!pages_->MakePrivate(FirstTwo)) return false;
    pages_->host()[0] = 2;
    return TrueInChild([&] { return pages_->MakePrivate(FirstTwo) && pages_->host()[0] == 2; });
  }));
}

TEST_F(SharedPagesTest, ARenewedChildSharesPagesOfItsOwnAndSoDoesItsChild) {
  ASSERT_TRUE(pages_->MapWindow(0));
  std::memset(pages_->host(), 1, 2 * pages_->page_bytes());
  const auto works = [&] {
    if (!pages_->Renew(FirstTwo, 0) || !pages_->MapWindow(1)) return false;
    const bool kept = pages_->host()[0] == 1 && Window(0)[0] == 1 && Window(1)[0] == 1;
    pages_->host()[4] = 2;
    return kept && Window(0)[4] == 2 && Window(1)[4] == 2;
  };

  EXPECT_TRUE(TrueInChild([&] { return works() && TrueInChild(works); }));

  EXPECT_EQ(pages_->host()[4], 1);
}

TEST_F(SharedPagesTest, APrivateCopyKeepsWritesAndHolesToItself) {
  ASSERT_TRUE(pages_->MapWindow(0));
  const std::size_t page = pages_->page_bytes();
  std::memset(pages_->host(), 1, 2 * page);

  EXPECT_TRUE(TrueInChild([&] {
    if (!pages_->MakePrivate(FirstTwo)) return false;
    if (!pages_->MapWindow(1)) return false;  // for the first time
    const bool readable = pages_->host()[0] == 1 && Window(0)[0] == 1 && Window(1)[0] == 0;
    pages_->host()[0] = 2;
    Window(0)[1] = 2;
    Window(1)[2] = 2;
    return readable && pages_->Decommit(page, page) == page;
  }));

  for (std::size_t i : {std::size_t{0}, std::size_t{1}, std::size_t{2}, page, 2 * page - 1}) {
    EXPECT_EQ(pages_->host()[i], 1) << i;
  }
}

// What the object cannot be where files are limited, anonymous memory is; growing a file beyond
// the limit would be a deadly signal.
TEST(SharedPages, ALimitOnTheSizeOfFilesTakesNothingAway) {
  EXPECT_TRUE(TrueInChild([] {
    const rlimit file{4096, 4096};
    if (setrlimit(RLIMIT_FSIZE, &file) != 0) return false;
    auto created = SharedPages::Create(kBytes, 1);
    if (!created.ok() || created.value()->bytes() != kBytes) return false;
    SharedPages& pages = *created.value();
    if (!pages.MapWindow(0) || !pages.GrowTo(kBytes)) return false;
    pages.host()[kBytes - 1] = 7;
    const bool shared = pages.Window(0)[kBytes - 1] == 7;
    const bool child = TrueInChild([&] {
      return pages.MakePrivate([](const auto& visit) { visit(kBytes - 4096, 4096); }) &&
             pages.host()[kBytes - 1] == 7 && (pages.host()[kBytes - 1] = 8) == 8;
    });
    return shared && child && pages.host()[kBytes - 1] == 7 && pages.Decommit(0, kBytes) == kBytes;
  }));
}

// A length that no file can have: so every place is tried.
TEST(SharedPages, ATemporaryDirectoryThatCannotBeUsedLeavesTmp) {
  const std::string log = testing::TempDir() + "shared_object." + std::to_string(getpid());
  EXPECT_TRUE(TrueInChild([&] {
    ConfigureLog(LogLevel::kWarning, log);
    setenv("TMPDIR", "/proc/self/nowhere", 1);
    return SharedObject::Create(~0ull, 0).descriptor.Get() < 0;
  }));
  std::ifstream file(log);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::remove(log.c_str());
  const std::size_t chosen = text.find("not in /proc/self/nowhere: ");
  ASSERT_NE(chosen, std::string::npos) << text;
  EXPECT_NE(text.find("not in /tmp: ", chosen), std::string::npos) << text;
}

}  // namespace
}  // namespace openmatrix
