#include "runtime/interposition.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <iterator>

#include "runtime/elf_facts.h"

// Of the same name as the class in libs/same_name.h, and exported by this program.
class SameName {
 public:
  static void InitMsgQueue();
};
void SameName::InitMsgQueue() {}

namespace openmatrix {
namespace {

std::string TestLibrary(const std::string& name) {
  return std::string(OPENMATRIX_TEST_LIBRARIES) + "/" + name + ".so";
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
}

// A file that goes with the test.
class Scratch {
 public:
  explicit Scratch(const std::string& content)
      : path_(testing::TempDir() + "interposition_test.so") {
    std::ofstream(path_, std::ios::binary) << content;
  }
  ~Scratch() { std::remove(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

TEST(Interposition, AnOrdinaryLibraryCanBeMarkedSymbolic) {
  const Scratch copy(ReadFile(TestLibrary("openmatrix_test_host")));

  const Status marked = MakeSymbolic(copy.path());

  ASSERT_TRUE(marked.ok()) << marked.error().text;
  const auto facts = ReadElfFacts(copy.path());
  ASSERT_TRUE(facts.ok()) << facts.error().text;
  EXPECT_TRUE(facts.value().symbolic);
}

TEST(Interposition, WhatIsNoLibraryIsNotMarkedAndStaysAsItWas) {
  const Scratch text("INPUT(libm.so.6)");

  EXPECT_FALSE(MakeSymbolic(text.path()).ok());
  EXPECT_EQ(ReadFile(text.path()), "INPUT(libm.so.6)");
}

TEST(Interposition, ALibraryWithNamesOfThisProgramTakesThem) {
  EXPECT_TRUE(TakesNamesOfTheProgram(TestLibrary("openmatrix_test_device_plain")));
  EXPECT_FALSE(TakesNamesOfTheProgram(TestLibrary("openmatrix_test_host")));
}

TEST(Interposition, NoLengthOfATruncatedFileDoesHarm) {
  const std::string bytes = ReadFile(TestLibrary("openmatrix_test_host"));

  for (std::size_t length = 0; length < 1024; ++length) {
    const Scratch part(bytes.substr(0, length));
    EXPECT_TRUE(TakesNamesOfTheProgram(part.path()));
    EXPECT_FALSE(MakeSymbolic(part.path()).ok());
  }
}

}  // namespace
}  // namespace openmatrix
