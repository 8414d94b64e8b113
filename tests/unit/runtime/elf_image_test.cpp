#include "runtime/elf_image.h"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

#include "runtime/elf_facts.h"
#include "test_library.h"

namespace openmatrix {
namespace {

ElfImage ReadImage(const std::string& name) {
  Result<ElfImage> image = ElfImage::FromFile(TestLibrary(name));
  return image.ok() ? std::move(image.value()) : ElfImage("");
}

ElfFacts FactsOf(const ElfImage& image) {
  const Result<ElfFacts> facts = ReadElfFacts(image, "image");
  EXPECT_TRUE(facts.ok());
  return facts.ok() ? facts.value() : ElfFacts();
}

std::size_t Count(const std::vector<std::string>& names, const std::string& name) {
  return static_cast<std::size_t>(std::count(names.begin(), names.end(), name));
}

TEST(ElfImage, ANeedGetsALongerNameAndTheOthersStay) {
  ElfImage image = ReadImage("libopenmatrix_test_board");
  const ElfFacts before = FactsOf(image);
  const std::string longer = "/a/very/long/directory/of/another/library/libcommon.so";

  ASSERT_TRUE(image.ChangeNeeded({{"libopenmatrix_test_common.so", longer}}, {}));

  const ElfFacts after = FactsOf(image);
  EXPECT_EQ(Count(before.needed, "libopenmatrix_test_common.so"), 1u);
  EXPECT_EQ(Count(after.needed, "libopenmatrix_test_common.so"), 0u);
  EXPECT_EQ(Count(after.needed, longer), 1u);
  EXPECT_EQ(Count(after.needed, "libc.so.6"), Count(before.needed, "libc.so.6"));
  EXPECT_EQ(after.needed.size(), before.needed.size());
  EXPECT_EQ(after.soname, "libopenmatrix_test_board.so");
}

TEST(ElfImage, AVersionedNeedAndAnAddedOneCanStillBeLoaded) {
  ElfImage image = ReadImage("libopenmatrix_test_common");
  const std::string path =
      testing::TempDir() + "elf_image_test_" + std::to_string(::getpid()) + ".so";
  // The name leads to the same library, so that its versions are found there.
  Dl_info facts;
  ASSERT_NE(::dladdr(::dlsym(RTLD_DEFAULT, "gnu_get_libc_version"), &facts), 0);

  ASSERT_TRUE(image.ChangeNeeded({{"libc.so.6", facts.dli_fname}}, {"libm.so.6"}));
  std::ofstream(path, std::ios::binary) << image.bytes();
  void* const handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  const char* const error = handle == nullptr ? ::dlerror() : "";
  std::remove(path.c_str());

  ASSERT_NE(handle, nullptr) << error;
  EXPECT_NE(::dlsym(handle, "_Z12NextOfCommonv"), nullptr);
  EXPECT_NE(::dlsym(handle, "lgammaf_r"), nullptr);
  ::dlclose(handle);
}

TEST(ElfImage, MoreNeedsThanThereIsRoomForChangeNothing) {
  ElfImage image = ReadImage("libopenmatrix_test_common");
  const std::string before = image.bytes();

  EXPECT_FALSE(image.ChangeNeeded({}, std::vector<std::string>(1000, "libm.so.6")));

  EXPECT_EQ(image.bytes(), before);
}

TEST(ElfImage, NoLengthOfATruncatedFileDoesHarm) {
  const std::string bytes = ReadImage("libopenmatrix_test_board").bytes();

  for (std::size_t length = 0; length < bytes.size(); length += length < 1024 ? 1 : 509) {
    ElfImage part(bytes.substr(0, length));
    static_cast<void>(part.ForEachSymbol([](std::uint64_t, const ElfW(Sym)&, const char*) {}));
    static_cast<void>(part.ChangeNeeded({{"libopenmatrix_test_common.so", "x"}}, {"y"}));
  }
}

TEST(ElfImage, NoByteOfTheHeadersDoesHarm) {
  const std::string bytes = ReadImage("libopenmatrix_test_board").bytes();

  for (std::size_t place = 0; place < 1024 && place < bytes.size(); ++place) {
    std::string changed = bytes;
    changed[place] = static_cast<char>(0xff);
    ElfImage image(changed);
    static_cast<void>(image.ForEachSymbol([](std::uint64_t, const ElfW(Sym)&, const char*) {}));
    static_cast<void>(image.ChangeNeeded({{"libopenmatrix_test_common.so", "x"}}, {"y"}));
  }
}

TEST(ElfImage, OnlyRegularFilesAreRead) {
  EXPECT_FALSE(ElfImage::FromFile("/dev/zero").ok());
  EXPECT_FALSE(ElfImage::FromFile("/").ok());
  EXPECT_FALSE(ElfImage::FromFile("no/such/file").ok());
}

}  // namespace
}  // namespace openmatrix
