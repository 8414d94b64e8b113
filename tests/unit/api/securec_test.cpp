// Tests libc_sec/securec.h, which hiaiengine/log.h brings along. tests/capi has a part in C.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <string>

#include "hiaiengine/log.h"

namespace openmatrix {
namespace {

constexpr std::size_t kTooLong = SECUREC_MEM_MAX_LEN + 1;

struct Buffer {
  char text[16];
  Buffer() { std::memset(text, '#', sizeof text); }
  bool IsZero() const { return std::string(text, sizeof text) == std::string(sizeof text, '\0'); }
  bool IsUntouched() const {
    return std::string(text, sizeof text) == std::string(sizeof text, '#');
  }
  // Only the first byte was cleared.
  bool IsReset() const { return text[0] == '\0' && text[15] == '#'; }
};

TEST(Securec, ErrorNumbersAreTheVendors) {
  EXPECT_EQ(EOK, 0);
  EXPECT_EQ(EINVAL, 22);
  EXPECT_EQ(ERANGE, 34);
  EXPECT_EQ(EINVAL_AND_RESET, 150);
  EXPECT_EQ(ERANGE_AND_RESET, 162);
  EXPECT_EQ(EOVERLAP_AND_RESET, 182);
}

TEST(Memcpy, CopiesWhatFits) {
  Buffer to;

  EXPECT_EQ(memcpy_s(to.text, sizeof to.text, "abc", 3), EOK);
  EXPECT_EQ(std::string(to.text, 4), "abc#");
  EXPECT_EQ(memcpy_s(to.text, 3, "xyz", 3), EOK);
  EXPECT_EQ(std::string(to.text, 4), "xyz#");
  EXPECT_EQ(memcpy_s(to.text, sizeof to.text, "abc", 0), EOK);
  EXPECT_EQ(to.text[0], 'x');
}

TEST(Memcpy, ClearsTheDestinationWhenTooMuchIsAsked) {
  Buffer to;

  EXPECT_EQ(memcpy_s(to.text, sizeof to.text, "abc", 17), ERANGE_AND_RESET);

  EXPECT_TRUE(to.IsZero());
}

TEST(Memcpy, RefusesADestinationThatIsNone) {
  Buffer to;

  EXPECT_EQ(memcpy_s(to.text, 0, "abc", 1), ERANGE);
  EXPECT_EQ(memcpy_s(to.text, kTooLong, "abc", 1), ERANGE);
  EXPECT_EQ(memcpy_s(nullptr, 4, "abc", 1), EINVAL);
  EXPECT_TRUE(to.IsUntouched());
}

TEST(Memcpy, ClearsTheDestinationForANullSource) {
  Buffer to;

  EXPECT_EQ(memcpy_s(to.text, sizeof to.text, nullptr, 1), EINVAL_AND_RESET);

  EXPECT_TRUE(to.IsZero());
}

TEST(Memcpy, RefusesOverlapInBothDirections) {
  for (const int from : {2, 6}) {
    Buffer buffer;
    EXPECT_EQ(memcpy_s(buffer.text + 4, 12, buffer.text + from, 4), EOVERLAP_AND_RESET);
    EXPECT_EQ(buffer.text[3], '#');
    EXPECT_EQ(buffer.text[15], '\0');
  }
}

TEST(Memcpy, NeighboursAndTheSameAddressDoNotOverlap) {
  Buffer buffer;

  EXPECT_EQ(memcpy_s(buffer.text + 4, 12, buffer.text, 4), EOK);
  EXPECT_EQ(memcpy_s(buffer.text, 16, buffer.text + 4, 4), EOK);
  EXPECT_EQ(memcpy_s(buffer.text, 16, buffer.text, 16), EOK);
  EXPECT_TRUE(buffer.IsUntouched());
}

TEST(Memmove, MovesWithinABuffer) {
  char text[16] = "0123456789";

  EXPECT_EQ(memmove_s(text + 2, 14, text, 11), EOK);

  EXPECT_STREQ(text, "010123456789");
  EXPECT_EQ(memmove_s(text, 0, text, 1), ERANGE);
  EXPECT_EQ(memmove_s(nullptr, 1, text, 1), EINVAL);
  EXPECT_EQ(memmove_s(text, 16, nullptr, 1), EINVAL_AND_RESET);
  EXPECT_EQ(text[5], '\0');
  EXPECT_EQ(memmove_s(text, 4, text, 5), ERANGE_AND_RESET);
}

TEST(Memset, SetsWhatFits) {
  Buffer buffer;

  EXPECT_EQ(memset_s(buffer.text, 16, 'a', 2), EOK);
  EXPECT_EQ(std::string(buffer.text, 3), "aa#");
  EXPECT_EQ(memset_s(buffer.text, 16, 'b', 0), EOK);
  EXPECT_EQ(buffer.text[0], 'a');
  EXPECT_EQ(memset_s(buffer.text, 4, 'c', 5), ERANGE_AND_RESET);
  EXPECT_EQ(std::string(buffer.text, 5), "cccc#");
  EXPECT_EQ(memset_s(buffer.text, 0, 'd', 1), ERANGE);
  EXPECT_EQ(memset_s(buffer.text, kTooLong, 'd', 1), ERANGE);
  EXPECT_EQ(memset_s(nullptr, 1, 'd', 1), EINVAL);
}

TEST(Strcpy, CopiesAStringThatFitsWithItsEnd) {
  Buffer to;

  EXPECT_EQ(strcpy_s(to.text, sizeof to.text, "abc"), EOK);
  EXPECT_STREQ(to.text, "abc");
  EXPECT_EQ(strcpy_s(to.text, 4, "xyz"), EOK);
  EXPECT_EQ(strcpy_s(to.text, 4, to.text), EOK);
  EXPECT_STREQ(to.text, "xyz");
  EXPECT_EQ(strcpy_s(to.text, 1, ""), EOK);
}

TEST(Strcpy, AnswersAnEmptyStringOtherwise) {
  const struct {
    std::size_t room;
    const char* from;
    errno_t answer;
  } cases[] = {{3, "abc", ERANGE_AND_RESET}, {16, nullptr, EINVAL_AND_RESET}};
  for (const auto& c : cases) {
    Buffer to;
    EXPECT_EQ(strcpy_s(to.text, c.room, c.from), c.answer);
    EXPECT_TRUE(to.IsReset());
  }
  Buffer to;
  EXPECT_EQ(strcpy_s(to.text, 0, "a"), ERANGE);
  EXPECT_EQ(strcpy_s(to.text, kTooLong, "a"), ERANGE);
  EXPECT_EQ(strcpy_s(nullptr, 1, "a"), EINVAL);
  EXPECT_TRUE(to.IsUntouched());
}

TEST(Strcpy, RefusesOverlap) {
  char text[16] = "abcdef";

  EXPECT_EQ(strcpy_s(text + 2, 14, text), EOVERLAP_AND_RESET);
  EXPECT_STREQ(text, "ab");
}

TEST(Strncpy, CopiesNoMoreThanAsked) {
  Buffer to;

  EXPECT_EQ(strncpy_s(to.text, sizeof to.text, "abcdef", 3), EOK);
  EXPECT_STREQ(to.text, "abc");
  EXPECT_EQ(strncpy_s(to.text, sizeof to.text, "xy", 10), EOK);
  EXPECT_STREQ(to.text, "xy");
  EXPECT_EQ(strncpy_s(to.text, sizeof to.text, "xy", 0), EOK);
  EXPECT_STREQ(to.text, "");
}

TEST(Strncpy, NeedsNoEndInTheSource) {
  const char source[3] = {'a', 'b', 'c'};
  Buffer to;

  EXPECT_EQ(strncpy_s(to.text, 16, source, 3), EOK);

  EXPECT_STREQ(to.text, "abc");
}

TEST(Strncpy, AnswersAnEmptyStringForWhatDoesNotFit) {
  for (const std::size_t count : {std::size_t{3}, std::size_t{6}, std::size_t{SIZE_MAX}}) {
    Buffer to;
    EXPECT_EQ(strncpy_s(to.text, 3, "abcdef", count), ERANGE_AND_RESET);
    EXPECT_TRUE(to.IsReset());
  }
}

TEST(Strcat, AppendsWhatFits) {
  char text[8] = "abc";

  EXPECT_EQ(strcat_s(text, sizeof text, "defg"), EOK);
  EXPECT_STREQ(text, "abcdefg");
  EXPECT_EQ(strcat_s(text, sizeof text, ""), EOK);
  EXPECT_EQ(strcat_s(text, sizeof text, "h"), ERANGE_AND_RESET);
  EXPECT_STREQ(text, "");
}

TEST(Strcat, RefusesADestinationWithoutAnEnd) {
  Buffer to;

  EXPECT_EQ(strcat_s(to.text, sizeof to.text, "a"), EINVAL_AND_RESET);
  EXPECT_TRUE(to.IsReset());
}

TEST(Strcat, RefusesOverlap) {
  char text[32] = "abcdef";

  EXPECT_EQ(strcat_s(text, sizeof text, text + 2), EOVERLAP_AND_RESET);
  EXPECT_STREQ(text, "");
}

TEST(Strncat, AppendsNoMoreThanAsked) {
  char text[8] = "abc";

  EXPECT_EQ(strncat_s(text, sizeof text, "defghijk", 4), EOK);
  EXPECT_STREQ(text, "abcdefg");
  EXPECT_EQ(strncat_s(text, sizeof text, "h", 0), EOK);
  EXPECT_STREQ(text, "abcdefg");
  EXPECT_EQ(strncat_s(text, sizeof text, "h", SIZE_MAX), ERANGE_AND_RESET);
  EXPECT_STREQ(text, "");
  EXPECT_EQ(strncat_s(text, sizeof text, nullptr, 1), EINVAL_AND_RESET);
  EXPECT_EQ(strncat_s(nullptr, 1, "h", 1), EINVAL);
  EXPECT_EQ(strncat_s(text, 0, "h", 1), ERANGE);
}

TEST(Strtok, FindsOneTokenAfterTheOther) {
  char text[] = ",,one, two,,";
  char* context = nullptr;

  EXPECT_STREQ(strtok_s(text, ", ", &context), "one");
  EXPECT_STREQ(strtok_s(nullptr, ", ", &context), "two");
  EXPECT_EQ(strtok_s(nullptr, ", ", &context), nullptr);
  EXPECT_EQ(strtok_s(nullptr, ", ", &context), nullptr);
}

TEST(Strtok, RefusesNull) {
  char text[] = "one";
  char* context = nullptr;

  EXPECT_EQ(strtok_s(text, nullptr, &context), nullptr);
  EXPECT_EQ(strtok_s(text, ",", nullptr), nullptr);
  EXPECT_EQ(strtok_s(nullptr, ",", &context), nullptr);
}

TEST(Sprintf, AnswersTheLength) {
  Buffer to;

  EXPECT_EQ(sprintf_s(to.text, sizeof to.text, "%d-%s", 12, "ab"), 5);
  EXPECT_STREQ(to.text, "12-ab");
  EXPECT_EQ(sprintf_s(to.text, 6, "%s", "12345"), 5);
}

TEST(Sprintf, WhatDoesNotFitLeavesAnEmptyString) {
  Buffer to;

  EXPECT_EQ(sprintf_s(to.text, 5, "%s", "12345"), -1);

  EXPECT_STREQ(to.text, "");
}

TEST(Sprintf, RefusesNullAndNoRoom) {
  Buffer to;
  const char* const no_format = nullptr;

  EXPECT_EQ(sprintf_s(nullptr, 5, "x"), -1);
  EXPECT_EQ(sprintf_s(to.text, 0, "x"), -1);
  EXPECT_EQ(sprintf_s(to.text, kTooLong, "x"), -1);
  EXPECT_TRUE(to.IsUntouched());
  EXPECT_EQ(sprintf_s(to.text, 5, no_format), -1);
  EXPECT_TRUE(to.IsReset());
}

TEST(Snprintf, CutsAtCountAndSaysSo) {
  Buffer to;

  EXPECT_EQ(snprintf_s(to.text, sizeof to.text, 3, "%s", "abcdef"), -1);
  EXPECT_STREQ(to.text, "abc");
  EXPECT_EQ(snprintf_s(to.text, sizeof to.text, 6, "%s", "abcdef"), 6);
  EXPECT_STREQ(to.text, "abcdef");
  EXPECT_EQ(snprintf_s(to.text, sizeof to.text, sizeof to.text - 1, "%s", "x"), 1);
  EXPECT_EQ(snprintf_s(to.text, sizeof to.text, 0, "%s", "x"), -1);
  EXPECT_STREQ(to.text, "");
  EXPECT_EQ(snprintf_s(to.text, sizeof to.text, 0, "%s", ""), 0);
}

TEST(Snprintf, ADestinationThatIsTooSmallIsLeftEmpty) {
  for (const std::size_t count : {std::size_t{4}, std::size_t{100}, std::size_t{SIZE_MAX}}) {
    Buffer to;
    EXPECT_EQ(snprintf_s(to.text, 4, count, "%s", "abcdef"), -1);
    EXPECT_TRUE(to.IsReset()) << count;
  }
}

TEST(Snprintf, RefusesACountBeyondTheLimit) {
  Buffer to;

  EXPECT_EQ(snprintf_s(to.text, sizeof to.text, kTooLong, "%s", "x"), -1);

  EXPECT_TRUE(to.IsReset());
}

TEST(SnprintfTruncated, CutsAndAnswersWhatIsThere) {
  Buffer to;

  EXPECT_EQ(snprintf_truncated_s(to.text, 4, "%s", "abcdef"), 3);
  EXPECT_STREQ(to.text, "abc");
  EXPECT_EQ(snprintf_truncated_s(to.text, 4, "%s", "a"), 1);
  EXPECT_EQ(snprintf_truncated_s(to.text, 0, "%s", "a"), -1);
}

TEST(Sscanf, ReadsNumbersAsTheCLibraryDoes) {
  int a = 0;
  long long b = 0;
  float c = 0;
  unsigned char d = 0;

  EXPECT_EQ(sscanf_s(" 12,-34 0.5:0x1f", "%d,%lld%f:%hhx", &a, &b, &c, &d), 4);

  EXPECT_EQ(a, 12);
  EXPECT_EQ(b, -34);
  EXPECT_EQ(c, 0.5f);
  EXPECT_EQ(d, 0x1f);
}

TEST(Sscanf, TakesTheSizeOfEachBuffer) {
  char word[6];
  char set[4];
  char one;

  EXPECT_EQ(sscanf_s("  hello abc!", "%s %[abc]%c", word, sizeof word, set, sizeof set, &one, 1),
            3);

  EXPECT_STREQ(word, "hello");
  EXPECT_STREQ(set, "abc");
  EXPECT_EQ(one, '!');
}

TEST(Sscanf, EmptiesABufferThatIsTooSmall) {
  Buffer to;

  EXPECT_EQ(sscanf_s("hello", "%s", to.text, 5u), -1);
  EXPECT_TRUE(to.IsReset());
  EXPECT_EQ(sscanf_s("hello", "%4s", to.text, 5u), 1);
  EXPECT_STREQ(to.text, "hell");
  EXPECT_EQ(sscanf_s("hello", "%3c", to.text, 2u), -1);
}

TEST(Sscanf, StopsWhereTheTextDoesNotMatch) {
  int a = 0;
  int b = 0;

  EXPECT_EQ(sscanf_s("1;2", "%d,%d", &a, &b), 1);
  EXPECT_EQ(sscanf_s("x", "%d", &a), 0);
  EXPECT_EQ(sscanf_s("", "%d", &a), -1);
  EXPECT_EQ(sscanf_s("5", "%d %d", &a, &b), 1);
  EXPECT_EQ(sscanf_s("50%", "%d%% ", &a), 1);
  EXPECT_EQ(a, 50);
}

TEST(Sscanf, SkipsAndCounts) {
  int a = 0;
  int at = 0;

  EXPECT_EQ(sscanf_s("one two 3", "%*s %*[a-z]%d%n", &a, &at), 1);

  EXPECT_EQ(a, 3);
  EXPECT_EQ(at, 9);
}

TEST(Sscanf, RefusesNull) {
  const char* const nothing = nullptr;
  int a = 0;

  EXPECT_EQ(sscanf_s(nothing, "%d", &a), -1);
  EXPECT_EQ(sscanf_s("1", nothing, &a), -1);
}

}  // namespace
}  // namespace openmatrix
