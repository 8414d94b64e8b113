#include "os/shared_pages.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

namespace openmatrix {
namespace {

constexpr std::uint64_t kBytes = 64ull << 20;

template <typename Body>
bool TrueInChild(const Body& body) {
  const pid_t child = fork();
  if (child == 0) _exit(body() ? 0 : 1);
  int status = -1;
  return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

class SharedPagesTest : public testing::Test {
 protected:
  void SetUp() override {
    auto created = SharedPages::Create(kBytes, 3);
    ASSERT_TRUE(created.ok());
    pages_ = std::move(created.value());
  }
  std::uint8_t* Window(std::uint32_t window) {
    return pages_->windows() + window * SharedPages::kWindowBytes;
  }

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

TEST_F(SharedPagesTest, APrivateCopyKeepsWritesAndHolesToItself) {
  ASSERT_TRUE(pages_->MapWindow(0));
  const std::size_t page = pages_->page_bytes();
  std::memset(pages_->host(), 1, 2 * page);

  EXPECT_TRUE(TrueInChild([&] {
    pages_->MakePrivate();
    if (!pages_->MapWindow(1)) return false;  // for the first time
    const bool readable = pages_->host()[0] == 1 && Window(0)[0] == 1 && Window(1)[0] == 1;
    pages_->host()[0] = 2;
    Window(0)[1] = 2;
    Window(1)[2] = 2;
    return readable && pages_->Decommit(page, page) == page;
  }));

  for (std::size_t i : {std::size_t{0}, std::size_t{1}, std::size_t{2}, page, 2 * page - 1}) {
    EXPECT_EQ(pages_->host()[i], 1) << i;
  }
}

// The size of the object is limited instead of the address space: sanitizers need theirs. A call
// that tried to exceed it would be a deadly signal.
bool CreateUnderLimit(std::uint64_t limit, std::uint64_t& got) {
  const rlimit file{limit, limit};
  if (setrlimit(RLIMIT_FSIZE, &file) != 0) return false;
  auto created = SharedPages::Create(1ull << 30, 1);
  got = created.ok() ? created.value()->bytes() : 0;
  return created.ok() || created.error().code == Code::kCannotGrow;
}

TEST(SharedPages, ReservesLessWhereTheSystemRefusesMore) {
  EXPECT_TRUE(TrueInChild([] {
    std::uint64_t got = 0;
    return CreateUnderLimit(100 << 20, got) && got == 100ull << 20;
  }));
}

TEST(SharedPages, FailsWhereNot16MiBAreToBeHad) {
  EXPECT_TRUE(TrueInChild([] {
    std::uint64_t got = 1;
    return CreateUnderLimit(15 << 20, got) && got == 0;
  }));
}

}  // namespace
}  // namespace openmatrix
