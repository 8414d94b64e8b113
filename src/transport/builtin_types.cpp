#include "transport/builtin_types.h"

#include <cereal/archives/portable_binary.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/vector.hpp>
#include <cstdint>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace openmatrix {
namespace {

template <typename T>
void Add(TypeTable& table, const char* name) {
  TypeHooks& hooks = table[name];
  hooks.common_out = [](void* object, std::string& control) {
    std::ostringstream stream(std::ios::binary);
    {
      cereal::PortableBinaryOutputArchive archive(stream);
      archive(*static_cast<T*>(object));
    }
    control = stream.str();
  };
  hooks.common_in = [](const std::string& control) -> std::shared_ptr<void> {
    std::istringstream stream(control, std::ios::binary);
    auto object = std::make_shared<T>();
    cereal::PortableBinaryInputArchive archive(stream);
    archive(*object);
    return object;
  };
  // For the C form of SendData: the caller keeps the object.
  hooks.convert = [](void* object) {
    return std::shared_ptr<void>(static_cast<T*>(object), [](T*) {});
  };
}

}  // namespace

void AddBuiltinTypes(TypeTable& table) {
  Add<std::string>(table, "string");
  Add<std::vector<std::uint8_t>>(table, "vector_uint8_t");
  Add<std::vector<float>>(table, "vector_float");
}

}  // namespace openmatrix
