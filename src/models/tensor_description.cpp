#include "models/tensor_description.h"

#include <algorithm>
#include <limits>

namespace openmatrix {

std::string PlainType(const std::string& type) {
  constexpr const char kPrefix[] = "hiai::";
  constexpr std::size_t kLength = sizeof kPrefix - 1;
  return type.compare(0, kLength, kPrefix) == 0 ? type.substr(kLength) : type;
}

void AddPara(hiai::AITensorDescription& description, const char* name, const std::string& value) {
  hiai::AITensorParaDescription* const para = description.add_paras();
  para->set_name(name);
  para->set_value(value);
}

const std::string* FindPara(const hiai::AITensorDescription& description, const char* name) {
  for (const hiai::AITensorParaDescription& para : description.paras()) {
    if (para.name() == name) return para.value().empty() ? nullptr : &para.value();
  }
  return nullptr;
}

bool ReadPara(const hiai::AITensorDescription& description, const char* name, std::uint32_t max,
              std::uint32_t& value) {
  const std::string* const text = FindPara(description, name);
  if (text == nullptr) return true;
  std::uint64_t number = 0;
  for (const char digit : *text) {
    if (digit < '0' || digit > '9') return false;
    number = number * 10 + static_cast<std::uint64_t>(digit - '0');
    if (number > max) return false;
  }
  value = static_cast<std::uint32_t>(number);
  return true;
}

bool ReadPara(const hiai::AITensorDescription& description, const char* name, std::int32_t& value) {
  auto number = static_cast<std::uint32_t>(value);
  if (FindPara(description, name) == nullptr) return true;
  if (!ReadPara(description, name, std::numeric_limits<std::int32_t>::max(), number)) return false;
  value = static_cast<std::int32_t>(number);
  return true;
}

bool HasType(const hiai::AITensorDescription& description, const char* type) {
  return description.type().empty() || PlainType(description.type()) == type;
}

}  // namespace openmatrix
