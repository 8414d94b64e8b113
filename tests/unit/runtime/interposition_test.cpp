#include "runtime/interposition.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <utility>

#include "runtime/elf_facts.h"
#include "test_library.h"

// Of the same name as the class in libs/same_name.h, and exported by this program.
class SameName {
 public:
  static void InitMsgQueue();
};
void SameName::InitMsgQueue() {}

namespace openmatrix {
namespace {

ElfImage ReadImage(const std::string& name) {
  Result<ElfImage> image = ElfImage::FromFile(TestLibrary(name));
  return image.ok() ? std::move(image.value()) : ElfImage("");
}

std::size_t UniqueNamesOf(const ElfImage& image) {
  std::size_t count = 0;
  image.ForEachSymbol([&count](std::uint64_t, const ElfW(Sym) & symbol, const char*) {
    if (ELF64_ST_BIND(symbol.st_info) == STB_GNU_UNIQUE) ++count;
  });
  return count;
}

TEST(Interposition, AnOrdinaryLibraryCanBeMarkedSymbolic) {
  ElfImage image = ReadImage("openmatrix_test_host");

  ASSERT_TRUE(MakeSymbolic(image));

  const auto facts = ReadElfFacts(image, "image");
  ASSERT_TRUE(facts.ok()) << facts.error().text;
  EXPECT_TRUE(facts.value().symbolic);
  EXPECT_EQ(UniqueNamesOf(image), 0u);
}

TEST(Interposition, WhatIsNoLibraryIsNotMarkedAndStaysAsItWas) {
  ElfImage text("INPUT(libm.so.6)");

  EXPECT_FALSE(MakeSymbolic(text));
  EXPECT_EQ(text.bytes(), "INPUT(libm.so.6)");
}

TEST(Interposition, StaticsThatAreKeptApartAreNotUniqueAnyMore) {
  ElfImage image = ReadImage("openmatrix_test_device_plain");

  KeepStaticsApart(image, {});

  EXPECT_EQ(UniqueNamesOf(image), 0u);
}

TEST(Interposition, ALibraryWithARunTimeOfItsOwnKeepsThatWholeButAllocatesWithTheProgram) {
  ElfImage image = ReadImage("openmatrix_test_static_runtime");
  ASSERT_TRUE(HasOwnRuntime(image));
  EXPECT_FALSE(HasOwnRuntime(ReadImage("openmatrix_test_host")));
  EXPECT_FALSE(HasOwnRuntime(ReadImage("openmatrix_test_device")));
  ASSERT_GT(UniqueNamesOf(image), 0u);
  const auto defines = [&image](const std::string& wanted) {
    bool found = false;
    image.ForEachSymbol([&](std::uint64_t, const ElfW(Sym) & symbol, const char* name) {
      found = found || (symbol.st_shndx != SHN_UNDEF && name == wanted);
    });
    return found;
  };
  // A sanitizer's library brings the operators, so that no other defines them.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
  constexpr bool kHasOperators = false;
#else
  constexpr bool kHasOperators = true;
#endif
  ASSERT_EQ(defines("_Znwm"), kHasOperators);

  KeepStaticsApart(image, {::dlopen(nullptr, RTLD_NOW)});  // which has all names, too
  UseTheAllocatorOfTheProgram(image);

  EXPECT_EQ(UniqueNamesOf(image), 0u);
  EXPECT_TRUE(defines("_ZNSt7num_putIcSt19ostreambuf_iteratorIcSt11char_traitsIcEEE2idE"));
  EXPECT_FALSE(defines("_Znwm"));
}

TEST(Interposition, ALibraryWithNamesOfThisProgramTakesThem) {
  EXPECT_TRUE(TakesNamesOfTheProgram(ReadImage("openmatrix_test_device_plain"), View::Device(0)));
  EXPECT_FALSE(TakesNamesOfTheProgram(ReadImage("openmatrix_test_host"), View::Device(0)));
}

TEST(Interposition, NoLengthOfATruncatedFileDoesHarm) {
  const std::string bytes = ReadImage("openmatrix_test_host").bytes();

  for (std::size_t length = 0; length < 1024; ++length) {
    ElfImage part(bytes.substr(0, length));
    EXPECT_TRUE(TakesNamesOfTheProgram(part, View::Device(0)));
    EXPECT_FALSE(MakeSymbolic(part));
  }
}

}  // namespace
}  // namespace openmatrix
