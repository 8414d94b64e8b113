#include "runtime/linker_error.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace openmatrix
