// A cereal archive that "reads" something else into every member: numbers count up, containers have
// two elements while there is patience, then none.
#pragma once

#include <cereal/archives/portable_binary.hpp>
#include <cereal/cereal.hpp>
#include <cstdint>
#include <type_traits>

namespace contract {

class FillingArchive : public cereal::InputArchive<FillingArchive> {
 public:
  FillingArchive() : cereal::InputArchive<FillingArchive>(this) {}

  // 1, 2, ... 100, 1, ...: fits in every type, and in every product of two lengths.
  int Next() { return number_ = number_ % 100 + 1; }
  cereal::size_type NextCount() { return containers_++ < 20 ? 2 : 0; }

 private:
  int number_ = 0;
  int containers_ = 0;
};

}  // namespace contract

// Enumerations are only read where cereal knows what would write them.
template <>
struct cereal::traits::detail::get_output_from_input<contract::FillingArchive> {
  using type = cereal::PortableBinaryOutputArchive;
};

namespace contract {

template <typename T>
std::enable_if_t<std::is_arithmetic_v<T>> load(FillingArchive& archive, T& value) {
  value = static_cast<T>(archive.Next());
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

}  // namespace contract
