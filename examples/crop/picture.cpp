#include "picture.h"

#include <cctype>

namespace {

// Far beyond any camera; keeps products of two numbers within 64 bits.
constexpr uint32_t kMaxNumber = 1u << 20;
// The largest block that HIAI_DMalloc gives.
constexpr uint64_t kMaxPixelBytes = 256u * 1024u * 1024u - 96u;

// Reads a number of the header, and white space and comments before it.
bool ReadNumber(std::istream& file, uint32_t& number) {
  int next = file.get();
  while (next == '#' || std::isspace(next)) {
    if (next == '#') {
      while (next != '\n' && next != EOF) next = file.get();
    }
    next = file.get();
  }
  if (!std::isdigit(next)) return false;
  number = 0;
  while (std::isdigit(next)) {
    number = number * 10 + static_cast<uint32_t>(next - '0');
    if (number > kMaxNumber) return false;
    next = file.get();
  }
  // Exactly one white space separates the last number from the pixels.
  return std::isspace(next);
}

}  // namespace

bool PictureReader::ReadHeader() {
  if (file_.get() != 'P') return false;
  const int kind = file_.get();
  if (kind != '5' && kind != '6') return false;
  format_.channels = kind == '6' ? 3 : 1;
  return ReadNumber(file_, format_.width) && ReadNumber(file_, format_.height) &&
         ReadNumber(file_, format_.max_value) && format_.width > 0 && format_.height > 0 &&
         format_.max_value > 0;
}

bool PictureReader::Open(const std::string& path, std::string& error) {
  file_.open(path, std::ios::binary);
  if (!file_) {
    error = "cannot be opened";
    return false;
  }
  if (!ReadHeader()) {
    error = "not a binary PPM or PGM picture";
    return false;
  }
  if (format_.max_value > 255) {
    error = "more than 8 bits per channel";
    return false;
  }
  const uint64_t bytes = PixelBytes(format_, format_.width, format_.height);
  if (bytes > kMaxPixelBytes) {
    error = std::to_string(bytes) + " bytes of pixels are more than one block holds";
    return false;
  }
  // Before anybody takes memory because a broken header says so.
  const std::streamoff begin = file_.tellg();
  file_.seekg(0, std::ios::end);
  const std::streamoff end = file_.tellg();
  file_.seekg(begin);
  if (!file_ || end < begin || static_cast<uint64_t>(end - begin) < bytes) {
    error = "truncated, the header promises " + std::to_string(bytes) + " bytes of pixels";
    return false;
  }
  pixel_bytes_ = static_cast<uint32_t>(bytes);
  return true;
}

bool PictureReader::ReadPixels(uint8_t* pixels, std::string& error) {
  if (file_.read(reinterpret_cast<char*>(pixels), pixel_bytes_)) return true;
  error = "cannot be read";
  return false;
}

bool WritePicture(const std::string& path, const PictureFormat& format, const uint8_t* pixels) {
  std::ofstream file(path, std::ios::binary);
  file << (format.channels == 3 ? "P6" : "P5") << '\n'
       << format.width << ' ' << format.height << '\n'
       << format.max_value << '\n';
  file.write(reinterpret_cast<const char*>(pixels),
             static_cast<std::streamsize>(PixelBytes(format, format.width, format.height)));
  file.close();
  return bool(file);
}
