#include "base/own_descriptor.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "in_child.h"
#include "next_tick.h"

namespace openmatrix {
namespace {

class OwnDescriptorTest : public testing::Test {
 protected:
  ~OwnDescriptorTest() override { std::remove(file_.c_str()); }

  const std::string file_ =
      testing::TempDir() + "openmatrix_own_descriptor_test." + std::to_string(::getpid());
};

// File systems that use the numbers of inodes again give the new file that of the old one.
TEST_F(OwnDescriptorTest, IsNoNewFileThatGotItsNumberAndItsInode) {
  const OwnDescriptor log(OpenOwn(file_));
  const int number = log.Get();
  ASSERT_GE(number, 0);
  AwaitNextTick();
  ::close(number);
  std::remove(file_.c_str());

  const int other = OpenOwn(file_);
  ASSERT_EQ(::dup2(other, number), number);
  EXPECT_TRUE(log.lost());

  ::close(other);
  ::close(number);
}

TEST_F(OwnDescriptorTest, StaysTheSameWhileItsFileChanges) {
  const OwnDescriptor log(OpenOwn(file_));
  const int number = log.Get();
  ASSERT_GE(number, 0);
  AwaitNextTick();
  ASSERT_EQ(::write(number, "x", 1), 1);
  ASSERT_EQ(::ftruncate(number, 0), 0);
  ASSERT_EQ(::fchmod(number, 0640), 0);
  std::remove(file_.c_str());

  EXPECT_EQ(log.Get(), number);
}

TEST_F(OwnDescriptorTest, MayBeAnyKindOfFile) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  for (const int opened :
       {::memfd_create("test", MFD_CLOEXEC), ends[0], ends[1], ::open("/proc/self/stat", O_RDONLY),
        ::open("/dev/null", O_RDWR), ::open("/", O_RDONLY | O_DIRECTORY)}) {
    ASSERT_GE(opened, 0);
    const OwnDescriptor own(opened);
    EXPECT_GE(own.Get(), 0) << opened;
  }
}

}  // namespace
}  // namespace openmatrix
