// How a built-in message is described to builtin_messages.cpp; the types themselves lie in
// builtin_<theme>.cpp, because cereal is slow to compile.
#pragma once

#include <cereal/archives/portable_binary.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "hiaiengine/internal/data_type_archive.h"

namespace openmatrix {

using Output = cereal::PortableBinaryOutputArchive;
using Input = cereal::PortableBinaryInputArchive;

// The bytes are those of HIAI_REGISTER_DATA_TYPE with the same type.
struct BuiltinType {
  const char* name;
  void (*write)(Output& archive, void* object);
  std::shared_ptr<void> (*read)(Input& archive);  // throws for an archive that is too short
};

template <typename T>
constexpr BuiltinType Builtin(const char* name) {
  return {name,
          [](Output& output, void* object) { archive::Members(output, *static_cast<T*>(object)); },
          [](Input& input) -> std::shared_ptr<void> {
            auto object = std::make_shared<T>();
            archive::Members(input, *object);
            return object;
          }};
}

// Type<std::uint8_t> as "Type_uint8_t", Type<float> as "Type_float".
#define OPENMATRIX_BUILTIN_TEMPLATE(Type) \
  Builtin<hiai::Type<std::uint8_t>>(#Type "_uint8_t"), Builtin<hiai::Type<float>>(#Type "_float")

// The same with two parameters.
#define OPENMATRIX_BUILTIN_TEMPLATE_2(Type)                                  \
  Builtin<hiai::Type<std::uint8_t, std::uint8_t>>(#Type "_uint8_t_uint8_t"), \
      Builtin<hiai::Type<float, float>>(#Type "_float_float")

struct BuiltinTypes {
  const BuiltinType* begin() const { return first; }
  const BuiltinType* end() const { return first + count; }

  const BuiltinType* first;
  std::size_t count;
};

template <std::size_t kCount>
constexpr BuiltinTypes AllOf(const BuiltinType (&types)[kCount]) {
  return {types, kCount};
}

BuiltinTypes BuiltinPlain();
BuiltinTypes BuiltinImages();
BuiltinTypes BuiltinGeometry();
BuiltinTypes BuiltinObjects();
BuiltinTypes BuiltinResults();
BuiltinTypes BuiltinFeatures();

}  // namespace openmatrix
