#include "base/printable.h"

#include <cstdint>

namespace openmatrix {
namespace {

constexpr char kDigits[] = "0123456789abcdef";

struct Character {
  std::size_t bytes;
  std::uint32_t smallest;  // what is smaller has a shorter form: two forms of one text
  std::uint32_t bits;      // of the first byte
};

Character FormOf(unsigned char first) {
  if (first >= 0xc2 && first < 0xe0) return {2, 0x80, first & 0x1fu};
  if (first >= 0xe0 && first < 0xf0) return {3, 0x800, first & 0x0fu};
  if (first >= 0xf0 && first < 0xf5) return {4, 0x10000, first & 0x07u};
  return {0, 0, 0};
}

// The length of the character at `text` if it is valid UTF-8 and no control character; else 0.
std::size_t PrintableLength(const char* text, std::size_t left) {
  const auto first = static_cast<unsigned char>(*text);
  if (first < 0x80) return first < 0x20 || first == 0x7f ? 0 : 1;
  const Character form = FormOf(first);
  if (form.bytes == 0 || form.bytes > left) return 0;
  std::uint32_t code = form.bits;
  for (std::size_t i = 1; i < form.bytes; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xc0) != 0x80) return 0;
    code = code << 6 | (byte & 0x3fu);
  }
  const bool is_surrogate = code >= 0xd800 && code < 0xe000;
  const bool is_control = code < 0xa0;
  const bool valid = code >= form.smallest && code < 0x110000 && !is_surrogate && !is_control;
  return valid ? form.bytes : 0;
}

bool IsGap(char c) { return c == '\n' || c == '\r' || c == '\t'; }

}  // namespace

std::size_t CopyPrintable(const char* text, std::size_t bytes, char* out, std::size_t capacity) {
  std::size_t length = 0;
  for (std::size_t at = 0; at < bytes;) {
    const char c = IsGap(text[at]) ? ' ' : text[at];
    const std::size_t printable = c == ' ' ? 1 : PrintableLength(text + at, bytes - at);
    if (capacity - length < (printable != 0 ? printable : sizeof("\\xNN") - 1)) break;
    if (printable == 0) {
      const auto byte = static_cast<unsigned char>(c);
      out[length++] = '\\';
      out[length++] = 'x';
      out[length++] = kDigits[byte >> 4];
      out[length++] = kDigits[byte & 0xf];
      ++at;
      continue;
    }
    out[length++] = c;
    for (std::size_t i = 1; i < printable; ++i) out[length++] = text[at + i];
    at += printable;
  }
  return length;
}

}  // namespace openmatrix
