#include "runtime/linker_error.h"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <libintl.h>
#include <locale.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

namespace openmatrix {
namespace {

constexpr char kFunction[] =
    "./libOld.so: undefined symbol: _ZN6google8protobuf8internal13VerifyVersionEiiPKc";

TEST(LinkerError, ANameOfProtobufIsToldInPlainWordsWithItsReadableName) {
  const std::string text = Explain(kFunction);

  EXPECT_NE(text.find("./libOld.so"), std::string::npos) << text;
  EXPECT_NE(text.find("google::protobuf::internal::VerifyVersion(int, int, char const*)"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("another protobuf version"), std::string::npos) << text;
  EXPECT_NE(text.find("must be recompiled"), std::string::npos) << text;
}

TEST(LinkerError, GeneratedClassesAndTheLibraryItselfCountAsProtobuf) {
  // hiai::AIConfig::UnsafeMergeFrom(hiai::AIConfig const&), its virtual table with a version, and
  // the default instance of an inner class.
  EXPECT_TRUE(BlamesProtobuf("l.so: undefined symbol: _ZN4hiai8AIConfig15UnsafeMergeFromERKS0_"));
  EXPECT_TRUE(BlamesProtobuf("l.so: undefined symbol: _ZTVN4hiai8AIConfigE, version X"));
  EXPECT_TRUE(BlamesProtobuf("l.so: undefined symbol: _ZN4hiai15GraphConfigListC1Ev"));
  EXPECT_TRUE(BlamesProtobuf(
      "libprotobuf.so.17: cannot open shared object file: No such file or directory"));
}

TEST(LinkerError, OtherNamesAreLeftAsTheyAre) {
  // hiai::AIConfigReader::Read(), hiai::Engine::Init(), a C function, another library
  for (const std::string text : {"l.so: undefined symbol: _ZN4hiai14AIConfigReader4ReadEv",
                                 "l.so: undefined symbol: _ZN4hiai6Engine4InitEv",
                                 "l.so: undefined symbol: nobody_defines_this",
                                 "libfoo.so: cannot open shared object file: No such file", ""}) {
    EXPECT_FALSE(BlamesProtobuf(text)) << text;
    EXPECT_EQ(Explain(text), text);
  }
}

TEST(LinkerError, ANameThatIsNoCppStaysAsItIs) { EXPECT_EQ(Demangle("malloc"), "malloc"); }

void Append(std::string& file, std::uint32_t number) {
  file.append(reinterpret_cast<const char*>(&number), sizeof number);
}

// A catalog of gettext with one text.
std::string CatalogOf(const std::string& text, const std::string& translation) {
  constexpr std::uint32_t kMagic = 0x950412de;
  constexpr std::uint32_t kHeader = 28;
  constexpr std::uint32_t kEntry = 8;
  const auto length = static_cast<std::uint32_t>(text.size());
  const std::uint32_t texts = kHeader + 2 * kEntry;
  std::string file;
  for (const std::uint32_t number : {kMagic, 0u, 1u, kHeader, kHeader + kEntry, 0u, 0u}) {
    Append(file, number);
  }
  Append(file, length);
  Append(file, texts);
  Append(file, static_cast<std::uint32_t>(translation.size()));
  Append(file, texts + length + 1);
  return file + text + '\0' + translation + '\0';
}

// What is wrong with a library is told by the text.
TEST(LinkerError, IsNotTranslated) {
  const std::filesystem::path directory =
      testing::TempDir() + "linker_error_" + std::to_string(::getpid());
  std::filesystem::create_directories(directory / "xx" / "LC_MESSAGES");
  std::ofstream(directory / "xx" / "LC_MESSAGES" / "libc.mo", std::ios::binary)
      << CatalogOf("cannot open shared object file", "ist nicht zu haben");
  const std::string before = ::bindtextdomain("libc", nullptr);
  ASSERT_NE(::setlocale(LC_ALL, "C.UTF-8"), nullptr);
  ::setenv("LANGUAGE", "xx", 1);
  ::bindtextdomain("libc", directory.c_str());

  ASSERT_EQ(::dlopen("no_such_library.so", RTLD_NOW), nullptr);
  const std::string translated = ::dlerror();
  ASSERT_EQ(::dlopen("no_such_library.so", RTLD_NOW), nullptr);
  const std::string english = LinkerError();

  ::bindtextdomain("libc", before.c_str());
  ::unsetenv("LANGUAGE");
  ::setlocale(LC_ALL, "C");
  std::filesystem::remove_all(directory);
  EXPECT_NE(translated.find("ist nicht zu haben"), std::string::npos) << translated;
  EXPECT_EQ(english.find("no_such_library.so: cannot open shared object file"), 0u) << english;
}

}  // namespace
}  // namespace openmatrix
