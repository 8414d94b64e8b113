// The functions and macros behind the registration of message types. Included by
// hiaiengine/data_type_reg.h, which declares what the macros use.
//
// The functions are hidden: each library runs its own, although host and device libraries may have
// different types of one name. The objects that register have internal linkage.
#pragma once

#include <cereal/access.hpp>
#include <cereal/archives/portable_binary.hpp>
#include <memory>
#include <new>
#include <sstream>
#include <string>

#include "hiaiengine/internal/visibility.h"

namespace openmatrix {
namespace registration {

// For types whose name has commas: the macros hand it over in one piece.
template <typename T>
struct OPENMATRIX_HIDDEN CommonHooks {
  static std::shared_ptr<void> Deserialize(const std::string& bytes) {
    try {
      std::shared_ptr<T> object = std::make_shared<T>();
      std::istringstream stream(bytes);
      cereal::PortableBinaryInputArchive archive(stream);
      archive(*object);
      return object;
    } catch (const std::bad_alloc&) {
      return nullptr;
    }
  }

  static void Serialize(void* object, std::string& bytes) {
    std::ostringstream stream;
    {
      cereal::PortableBinaryOutputArchive archive(stream);
      archive(*static_cast<T*>(object));
    }
    bytes = stream.str();
  }
};

// Owns nothing: the caller of HIAI_C_SendData keeps the object.
template <typename T>
struct OPENMATRIX_HIDDEN ConvertHook {
  static std::shared_ptr<void> Convert(void* object) {
    return std::shared_ptr<void>(object, [](void*) {});
  }
};

}  // namespace registration
}  // namespace openmatrix

// g++ -Wpedantic calls a semicolon after a member template one too many, after a member function
// not: so a function that nobody calls stands last.
/// @brief In the body of a class: lists the members that cereal reads and writes. Leaves the access
/// level at public. With or without a semicolon after it.
#define HIAI_SERIALIZE(...)     \
  friend class cereal::access;  \
                                \
 public:                        \
  template <class Archive>      \
  void serialize(Archive& ar) { \
    ar(__VA_ARGS__);            \
  }                             \
  void openmatrix_end_of_serialize() const {}

#define OPENMATRIX_JOIN(a, b) OPENMATRIX_JOIN_EXPANDED(a, b)
#define OPENMATRIX_JOIN_EXPANDED(a, b) a##b

#define OPENMATRIX_REGISTER_COMMON(name, id, ...)                                                \
  static const HIAIAutoRegister OPENMATRIX_JOIN(g_openmatrix_deserialize_, id)(                  \
      name, HIAI_DATADesearilizedFunT(                                                           \
                ::openmatrix::registration::CommonHooks<__VA_ARGS__>::Deserialize));             \
  static const HIAIAutoRegister OPENMATRIX_JOIN(g_openmatrix_serialize_, id)(                    \
      name,                                                                                      \
      HIAI_DATASearilizedFunT(::openmatrix::registration::CommonHooks<__VA_ARGS__>::Serialize)); \
  OPENMATRIX_REGISTER_CONVERTER(name, id, __VA_ARGS__)

#define OPENMATRIX_REGISTER_CONVERTER(name, id, ...)                        \
  static const HIAIAutoRegister OPENMATRIX_JOIN(g_openmatrix_convert_, id)( \
      name, HIAI_ConvertFuncT(::openmatrix::registration::ConvertHook<__VA_ARGS__>::Convert));

#define OPENMATRIX_REGISTER_FAST(name, Type, serializeFunc, deserializeFunc, id)         \
  static const HIAIAutoRegister OPENMATRIX_JOIN(g_openmatrix_fast_, id)(                 \
      name, HIAI_SerializeFuncT(serializeFunc), HIAI_DeserializeFuncT(deserializeFunc)); \
  OPENMATRIX_REGISTER_CONVERTER(name, id, Type)

/// @brief Registers a type under a name: the whole object goes through cereal. The name comes
/// first. In any number of files, with or without a semicolon after it.
#define HIAI_REGISTER_DATA_TYPE(name, Type) OPENMATRIX_REGISTER_COMMON(name, __COUNTER__, Type)

/// @brief The same for BasicType<args...>.
#define HIAI_REGISTER_TEMPLATE_DATA_TYPE(name, BasicType, ...) \
  OPENMATRIX_REGISTER_COMMON(name, __COUNTER__, BasicType<__VA_ARGS__>)

/// @brief Registers a fast pair and a converter under a name.
#define HIAI_REGISTER_SERIALIZE_FUNC(name, Type, serializeFunc, deserializeFunc) \
  OPENMATRIX_REGISTER_FAST(name, Type, serializeFunc, deserializeFunc, __COUNTER__)

#define OPENMATRIX_REGISTER_2018(name, Type, serializeFunc, deserializeFunc, id)               \
  static const HIAIAutoRegister OPENMATRIX_JOIN(g_openmatrix_fast_, id)(                       \
      name, HIAI_GetSearHandleFuncT(serializeFunc), HIAI_GetDearHandleFuncT(deserializeFunc)); \
  OPENMATRIX_REGISTER_CONVERTER(name, id, Type)

/// @brief Registers a fast pair of the 2018 headers and a converter under a name.
#define HIAI_REGISTER_HIAI_DATA_FUNC(name, Type, serializeFunc, deserializeFunc) \
  OPENMATRIX_REGISTER_2018(name, Type, serializeFunc, deserializeFunc, __COUNTER__)
