// Registration of message types as objects of 2019 do it: all of it inline, on five maps that the
// library only owns; see status.h.
//
// The tests add one thing of their own, a count of what the inline code did.
#pragma once

#include <cereal/access.hpp>
#include <cereal/archives/portable_binary.hpp>
#include <cereal/types/memory.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/vector.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>

#include "status.h"

typedef std::function<std::shared_ptr<void>(const std::string&)> HIAI_DATADesearilizedFunT;
typedef std::function<void(void*, std::string&)> HIAI_DATASearilizedFunT;
typedef std::function<std::shared_ptr<void>(void*)> HIAI_ConvertFuncT;
typedef std::function<void(void*, std::string&, uint8_t*&, uint32_t&)> HIAI_SerializeFuncT;
typedef std::function<std::shared_ptr<void>(const char*, const uint32_t&, const uint8_t*,
                                            const uint32_t&)>
    HIAI_DeserializeFuncT;

const uint32_t DATY_TYPE_FUNC_DES = 0;
const uint32_t DATY_TYPE_FUNC_SEAR = 1;
const uint32_t DATY_TYPE_FUNC_CONVERT = 2;
const uint32_t DATA_TYPE_FUNC_HANLDER = 4;

namespace g2 {

// How often this object's own code wrote to a map of the factory.
inline int& InlineRegistrations() {
  static int count = 0;
  return count;
}

inline std::mutex& Turn() {
  static std::mutex mutex;
  return mutex;
}

template <typename Function>
HIAI_StatusT Add(std::map<std::string, Function>& functions, const std::string& name,
                 const Function& function) {
  if (!function) return HIAI_ENGINE_FUNCTOR_NULL;
  std::lock_guard<std::mutex> lock(Turn());
  if (functions.find(name) != functions.end()) return HIAI_ENGINE_FUNCTOR_EXIST;
  functions[name] = function;
  ++InlineRegistrations();
  return HIAI_OK;
}

template <typename Function>
Function Find(const std::map<std::string, Function>& functions, const std::string& name) {
  typename std::map<std::string, Function>::const_iterator found = functions.find(name);
  return found == functions.end() ? Function() : found->second;
}

}  // namespace g2

class HIAIDataTypeFactory {
 public:
  static HIAIDataTypeFactory* GetInstance();  // all that the library supplies

  HIAI_StatusT Register(const std::string& name, const HIAI_DATADesearilizedFunT& function) {
    return g2::Add(deserialize_, name, function);
  }
  HIAI_StatusT Register(const std::string& name, const HIAI_DATASearilizedFunT& function) {
    return g2::Add(serialize_, name, function);
  }
  HIAI_StatusT Register(const std::string& name, const HIAI_ConvertFuncT& function) {
    return g2::Add(convert_, name, function);
  }
  HIAI_StatusT Register(const std::string& name, const HIAI_SerializeFuncT& serialize,
                        const HIAI_DeserializeFuncT& deserialize) {
    const HIAI_StatusT status = g2::Add(fast_serialize_, name, serialize);
    return status != HIAI_OK ? status : g2::Add(fast_deserialize_, name, deserialize);
  }
  HIAI_StatusT UnRegister(const std::string& name, const uint32_t& type) {
    std::lock_guard<std::mutex> lock(g2::Turn());
    if (type == DATY_TYPE_FUNC_DES) deserialize_.erase(name);
    if (type == DATY_TYPE_FUNC_SEAR) serialize_.erase(name);
    if (type == DATY_TYPE_FUNC_CONVERT) convert_.erase(name);
    if (type == DATA_TYPE_FUNC_HANLDER) {
      fast_serialize_.erase(name);
      fast_deserialize_.erase(name);
    }
    return HIAI_OK;
  }
  HIAI_DATADesearilizedFunT GetDesearFunc(const std::string& name) {
    return g2::Find(deserialize_, name);
  }
  HIAI_DATASearilizedFunT GetSearFunc(const std::string& name) {
    return g2::Find(serialize_, name);
  }
  HIAI_ConvertFuncT GetConvcFunc(const std::string& name) { return g2::Find(convert_, name); }
  HIAI_SerializeFuncT GetSerializeFunc(const std::string& name) {
    return g2::Find(fast_serialize_, name);
  }
  HIAI_DeserializeFuncT GetDeserializeFunc(const std::string& name) {
    return g2::Find(fast_deserialize_, name);
  }

 private:
  HIAIDataTypeFactory();
  std::map<std::string, HIAI_DATADesearilizedFunT> deserialize_;
  std::map<std::string, HIAI_DATASearilizedFunT> serialize_;
  std::map<std::string, HIAI_ConvertFuncT> convert_;
  std::map<std::string, HIAI_SerializeFuncT> fast_serialize_;
  std::map<std::string, HIAI_DeserializeFuncT> fast_deserialize_;
};

class HIAIAutoRegister {
 public:
  HIAIAutoRegister(const std::string& name, const HIAI_DATADesearilizedFunT& function)
      : deserialize_name_(name) {
    deserialize_status_ = HIAIDataTypeFactory::GetInstance()->Register(name, function);
  }
  HIAIAutoRegister(const std::string& name, const HIAI_DATASearilizedFunT& function)
      : serialize_name_(name) {
    serialize_status_ = HIAIDataTypeFactory::GetInstance()->Register(name, function);
  }
  HIAIAutoRegister(const std::string& name, const HIAI_ConvertFuncT& function)
      : convert_name_(name) {
    convert_status_ = HIAIDataTypeFactory::GetInstance()->Register(name, function);
  }
  HIAIAutoRegister(const std::string& name, const HIAI_SerializeFuncT& serialize,
                   const HIAI_DeserializeFuncT& deserialize)
      : fast_name_(name) {
    fast_status_ = HIAIDataTypeFactory::GetInstance()->Register(name, serialize, deserialize);
  }
  ~HIAIAutoRegister() {
    Forget(deserialize_status_, deserialize_name_, DATY_TYPE_FUNC_DES);
    Forget(serialize_status_, "", DATY_TYPE_FUNC_SEAR);  // the slip of the originals: it stays
    Forget(convert_status_, convert_name_, DATY_TYPE_FUNC_CONVERT);
    Forget(fast_status_, fast_name_, DATA_TYPE_FUNC_HANLDER);
  }

 private:
  static void Forget(HIAI_StatusT status, const std::string& name, uint32_t type) {
    if (status == HIAI_OK) HIAIDataTypeFactory::GetInstance()->UnRegister(name, type);
  }

  std::string deserialize_name_;
  std::string serialize_name_;
  std::string convert_name_;
  std::string fast_name_;
  HIAI_StatusT deserialize_status_ = HIAI_INIT_FAIL;
  HIAI_StatusT serialize_status_ = HIAI_INIT_FAIL;
  HIAI_StatusT convert_status_ = HIAI_INIT_FAIL;
  HIAI_StatusT fast_status_ = HIAI_INIT_FAIL;
};

static_assert(sizeof(HIAIDataTypeFactory) == 240, "as measured with the 2019 headers");
static_assert(sizeof(HIAIAutoRegister) == 144, "as measured with the 2019 headers");

// External functions, named after the type: part of what old objects define.
#define HIAI_REGISTER_DATA_TYPE(name, Type)                                                    \
  std::shared_ptr<void> HIAI_Create##Type(const std::string& bytes) {                          \
    std::shared_ptr<Type> object = std::make_shared<Type>();                                   \
    std::istringstream stream(bytes);                                                          \
    cereal::PortableBinaryInputArchive archive(stream);                                        \
    archive(*object);                                                                          \
    return std::static_pointer_cast<void>(object);                                             \
  }                                                                                            \
  void HIAI_Searized##Type(void* object, std::string& bytes) {                                 \
    std::ostringstream stream;                                                                 \
    cereal::PortableBinaryOutputArchive archive(stream);                                       \
    archive(*static_cast<Type*>(object));                                                      \
    bytes = stream.str();                                                                      \
  }                                                                                            \
  std::shared_ptr<void> HIAI_Convert_C_##Type(void* object) {                                  \
    return std::shared_ptr<void>(object, [](void*) {});                                        \
  }                                                                                            \
  static HIAIAutoRegister g_##Type##_des(name, HIAI_DATADesearilizedFunT(HIAI_Create##Type));  \
  static HIAIAutoRegister g_##Type##_sear(name, HIAI_DATASearilizedFunT(HIAI_Searized##Type)); \
  static HIAIAutoRegister g_##Type##_convert(name, HIAI_ConvertFuncT(HIAI_Convert_C_##Type));

#define HIAI_REGISTER_SERIALIZE_FUNC(name, Type, serialize, deserialize)        \
  static std::shared_ptr<void> HIAI_Convert_C_Fast_##Type(void* object) {       \
    return std::shared_ptr<void>(object, [](void*) {});                         \
  }                                                                             \
  static HIAIAutoRegister g_##Type##_fast(name, HIAI_SerializeFuncT(serialize), \
                                          HIAI_DeserializeFuncT(deserialize));  \
  static HIAIAutoRegister g_##Type##_fast_convert(name,                         \
                                                  HIAI_ConvertFuncT(HIAI_Convert_C_Fast_##Type));
