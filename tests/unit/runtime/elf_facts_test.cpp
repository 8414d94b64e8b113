#include "runtime/elf_facts.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "test_library.h"

namespace openmatrix {
namespace {

Result<ElfFacts> FactsOfFileWith(const std::string& content) {
  const std::string path =
      testing::TempDir() + "elf_facts_test_" + std::to_string(::getpid()) + ".so";
  std::ofstream(path, std::ios::binary) << content;
  auto facts = ReadElfFacts(path);
  std::remove(path.c_str());
  return facts;
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
}

TEST(ElfFacts, ALibraryLinkedSymbolicSaysSo) {
  const auto facts = ReadElfFacts(TestLibrary("openmatrix_test_device"));

  ASSERT_TRUE(facts.ok()) << facts.error().text;
  EXPECT_TRUE(facts.value().symbolic);
}

TEST(ElfFacts, AnOrdinaryLibraryIsNotSymbolic) {
  const auto facts = ReadElfFacts(TestLibrary("openmatrix_test_host"));

  ASSERT_TRUE(facts.ok()) << facts.error().text;
  EXPECT_FALSE(facts.value().symbolic);
}

TEST(ElfFacts, AMissingFileIsMissing) {
  const auto facts = ReadElfFacts("no/such/library.so");

  ASSERT_FALSE(facts.ok());
  EXPECT_EQ(facts.error().code, Code::kFileMissing);
}

TEST(ElfFacts, TextIsNoLibrary) {
  const auto facts = FactsOfFileWith("INPUT(libm.so.6)");

  ASSERT_FALSE(facts.ok());
  EXPECT_EQ(facts.error().code, Code::kLibraryNotLoaded);
}

TEST(ElfFacts, ALibraryOfAnotherMachineIsNamedAsThat) {
  std::string bytes = ReadFile(TestLibrary("openmatrix_test_host"));
  ASSERT_GT(bytes.size(), 64u);
  bytes[18] = 0x28;  // e_machine: 32-bit Arm
  bytes[19] = 0;

  const auto facts = FactsOfFileWith(bytes);

  ASSERT_FALSE(facts.ok());
  EXPECT_NE(facts.error().text.find("another machine"), std::string::npos) << facts.error().text;
}

TEST(ElfFacts, NoLengthOfATruncatedFileDoesHarm) {
  const std::string bytes = ReadFile(TestLibrary("openmatrix_test_device"));

  for (std::size_t length = 0; length < 1024; ++length) {
    static_cast<void>(FactsOfFileWith(bytes.substr(0, length)));
  }
}

}  // namespace
}  // namespace openmatrix
