#include "base/printable.h"

#include <gtest/gtest.h>

#include <string>

namespace openmatrix {
namespace {

std::string Printable(const std::string& text, std::size_t capacity = 256) {
  std::string out(capacity, '#');
  out.resize(CopyPrintable(text.data(), text.size(), out.data(), capacity));
  return out;
}

TEST(Printable, PlainTextAndUtf8StayAsTheyAre) {
  const std::string text = "a b~ \xc3\xa4 \xe5\xbc\x95\xe6\x93\x8e \xf0\x9f\x98\x80 \xc2\xa0.";

  EXPECT_EQ(Printable(text), text);
}

TEST(Printable, LineBreaksAndTabsBecomeSpaces) { EXPECT_EQ(Printable("a\tb\r\nc"), "a b  c"); }

TEST(Printable, ControlCharactersAreEscaped) {
  EXPECT_EQ(Printable("\x1b]0;title\x07"), "\\x1b]0;title\\x07");
  EXPECT_EQ(Printable(std::string(1, '\0') + "\x08\x7f"), "\\x00\\x08\\x7f");
  EXPECT_EQ(Printable("\xc2\x9b[2J"), "\\xc2\\x9b[2J") << "the control sequence of C1";
}

TEST(Printable, BytesThatAreNoUtf8AreEscaped) {
  EXPECT_EQ(Printable("\x9b[2J"), "\\x9b[2J");
  EXPECT_EQ(Printable("\xe5\xbc"), "\\xe5\\xbc") << "cut off";
  EXPECT_EQ(Printable("\xc3z"), "\\xc3z");
  EXPECT_EQ(Printable("\xc0\x9b"), "\\xc0\\x9b") << "longer than need be";
  EXPECT_EQ(Printable("\xe0\x82\x9b"), "\\xe0\\x82\\x9b") << "longer than need be";
  EXPECT_EQ(Printable("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "a surrogate";
  EXPECT_EQ(Printable("\xf4\x90\x80\x80\xff"), "\\xf4\\x90\\x80\\x80\\xff") << "beyond the last";
}

TEST(Printable, NoCharacterIsCutAtTheEnd) {
  EXPECT_EQ(Printable("ab\x1b", 5), "ab");
  EXPECT_EQ(Printable("ab\x1b", 6), "ab\\x1b");
  EXPECT_EQ(Printable("ab\xe5\xbc\x95", 4), "ab");
  EXPECT_EQ(Printable("abc", 2), "ab");
  EXPECT_EQ(Printable("abc", 0), "");
}

}  // namespace
}  // namespace openmatrix
