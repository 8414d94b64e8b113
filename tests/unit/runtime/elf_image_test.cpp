#include "runtime/elf_image.h"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
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

// In KiB: the most that the program ever had.
long MostMemory() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

// A header that is a library's, in a file of a terabyte that costs nothing on the disk.
TEST(ElfImage, AFileWhoseHeaderPointsFarAwayIsRefusedWithoutBeingRead) {
  constexpr std::uint64_t kTerabyte = std::uint64_t{1} << 40;
  constexpr std::uint64_t kFar = std::uint64_t{900} << 20;
  constexpr long kMuch = 200 << 10;  // KiB
  const std::string path =
      testing::TempDir() + "elf_image_sparse_" + std::to_string(::getpid()) + ".so";
  const ElfImage whole = ReadImage("libopenmatrix_test_board");
  ElfW(Ehdr) plain;
  ASSERT_TRUE(whole.Read(0, plain));
  std::vector<ElfW(Ehdr)> headers(7, plain);
  headers[0].e_phoff = kFar;
  headers[1].e_phoff = kTerabyte;
  headers[2].e_phoff = ~ElfW(Off){0};
  headers[3].e_phnum = 0xffff;
  headers[4].e_phoff = kFar;
  headers[4].e_phnum = 0xffff;
  headers[5].e_shoff = kFar;
  headers[6].e_shoff = ~ElfW(Off){0};
  const long before = MostMemory();

  for (std::size_t i = 0; i < headers.size(); ++i) {
    std::string bytes = whole.bytes();
    std::memcpy(&bytes[0], &headers[i], sizeof headers[i]);
    std::ofstream(path, std::ios::binary) << bytes;
    ASSERT_EQ(::truncate(path.c_str(), static_cast<off_t>(kTerabyte)), 0);
    const Result<ElfImage> image = ElfImage::FromFile(path);
    EXPECT_FALSE(image.ok()) << i;
    if (!image.ok()) {
      EXPECT_EQ(image.error().code, Code::kLibraryNotLoaded) << i;
    }
  }
  std::remove(path.c_str());
  EXPECT_LT(MostMemory() - before, kMuch);
}

// Nothing is wrong with a table at the end.
TEST(ElfImage, ATableOfSegmentsBehindEverythingElseIsRead) {
  const std::string path =
      testing::TempDir() + "elf_image_end_" + std::to_string(::getpid()) + ".so";
  const ElfImage whole = ReadImage("libopenmatrix_test_board");
  ElfW(Ehdr) header;
  ASSERT_TRUE(whole.Read(0, header));
  std::string bytes = whole.bytes();
  const std::string table = bytes.substr(header.e_phoff, header.e_phnum * sizeof(ElfW(Phdr)));
  header.e_phoff = bytes.size();
  std::memcpy(&bytes[0], &header, sizeof header);
  std::ofstream(path, std::ios::binary) << bytes << table;

  const Result<ElfImage> image = ElfImage::FromFile(path);

  std::remove(path.c_str());
  ASSERT_TRUE(image.ok()) << image.error().text;
  EXPECT_EQ(FactsOf(image.value()).soname, "libopenmatrix_test_board.so");
}

}  // namespace
}  // namespace openmatrix
