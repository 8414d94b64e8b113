// Two archives for the structures of hiaiengine/data_type.h: one that "reads" something else into
// every member, one that writes every member down. They are not cereal's, which take the compiler
// half as long again for all built-in messages.
#pragma once

#include <cereal/cereal.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <type_traits>
#include <vector>

#include "hiaiengine/data_type.h"

namespace contract {

// Numbers count up, containers have two elements while there is patience, then none.
class FillingArchive {
 public:
  template <typename... T>
  void operator()(T&&... values) {
    (load(*this, values), ...);
  }

  // 1, 2, ... 100, 1, ...: fits in every type, and in every product of two lengths.
  int Next() { return number_ = number_ % 100 + 1; }
  cereal::size_type NextCount() { return containers_++ < 20 ? 2 : 0; }

 private:
  int number_ = 0;
  int containers_ = 0;
};

template <typename T>
void load(FillingArchive& archive, T& value) {
  if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
    value = static_cast<T>(archive.Next());
  } else {
    serialize(archive, value);
  }
}

template <typename T>
void load(FillingArchive& archive, cereal::SizeTag<T>& tag) {
  tag.size = archive.NextCount();
}

// Halves of bytes: a float made of them is a number.
template <typename T>
void load(FillingArchive& archive, cereal::BinaryData<T>& data) {
  auto* bytes = static_cast<std::uint8_t*>(data.data);
  for (std::uint64_t i = 0; i < data.size; ++i) {
    bytes[i] = static_cast<std::uint8_t>(archive.Next());
  }
}

// The bytes of all members in their order, with the sizes of containers.
class WritingArchive {
 public:
  template <typename... T>
  void operator()(const T&... values) {
    (Write(values), ...);
  }
  const std::string& bytes() const { return bytes_; }

 private:
  template <typename T>
  void Write(const T& value) {
    if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
      WriteRaw(&value, sizeof value);
    } else {
      serialize(*this, const_cast<T&>(value));  // takes a value in any case; this one is only read
    }
  }
  template <typename T>
  void Write(const cereal::BinaryData<T>& data) {
    WriteRaw(data.data, data.size);
  }
  void Write(const std::vector<bool>& flags) {
    WriteSize(flags.size());
    for (const bool flag : flags) Write(flag);
  }
  void Write(const std::string& text) {
    WriteSize(text.size());
    WriteRaw(text.data(), text.size());
  }
  template <typename T>
  void Write(const std::vector<T>& values) {
    WriteSize(values.size());
    for (const T& value : values) Write(value);
  }
  template <typename Key, typename T>
  void Write(const std::map<Key, T>& values) {
    WriteSize(values.size());
    for (const auto& item : values) {
      Write(item.first);
      Write(item.second);
    }
  }
  void WriteSize(std::size_t size) { WriteRaw(&size, sizeof size); }
  void WriteRaw(const void* data, std::size_t bytes) {
    bytes_.append(static_cast<const char*>(data), bytes);
  }

  std::string bytes_;
};

}  // namespace contract
