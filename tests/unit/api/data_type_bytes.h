// Archives as bytes, written by hand and by cereal, for the tests of hiaiengine/data_type.h.
#pragma once

#include <cereal/archives/portable_binary.hpp>
#include <cstdint>
#include <cstring>
#include <sstream>
#include <string>

namespace openmatrix {

// What a portable archive of values holds; the first byte says that it is little-endian.
class Bytes {
 public:
  Bytes& U8(unsigned value) { return Raw(static_cast<std::uint8_t>(value)); }
  Bytes& U32(std::uint32_t value) { return Raw(value); }
  Bytes& U64(std::uint64_t value) { return Raw(value); }
  Bytes& F32(float value) { return Raw(value); }
  Bytes& Text(const std::string& text) {
    U64(text.size());
    bytes_ += text;
    return *this;
  }
  Bytes& Zeros(std::size_t count) {
    bytes_.append(count, '\0');
    return *this;
  }
  // An empty FrameInfo, an empty BatchInfo.
  Bytes& NoFrame() { return Zeros(2 + 4 * 4 + 8); }
  Bytes& NoBatch() { return Zeros(2 + 5 * 4 + 3 * 8); }

  operator std::string() const { return bytes_; }  // NOLINT: shorter tests

 private:
  template <typename T>
  Bytes& Raw(T value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }

  std::string bytes_ = "\x01";
};

template <typename T>
std::string Written(const T& value) {
  std::ostringstream stream;
  {
    cereal::PortableBinaryOutputArchive archive(stream);
    archive(value);
  }
  return stream.str();
}

template <typename T>
void ReadInto(T& value, const std::string& bytes) {
  std::istringstream stream(bytes);
  cereal::PortableBinaryInputArchive archive(stream);
  archive(value);
}

template <typename T>
T ReadBack(const std::string& bytes) {
  T value{};
  ReadInto(value, bytes);
  return value;
}

}  // namespace openmatrix
