// Registration of message types: what crosses between host and device, and how.
//
//   HIAI_REGISTER_DATA_TYPE       the whole object through cereal; suited up to about 256 KB
//   HIAI_REGISTER_SERIALIZE_FUNC  a small control part, and one block of data that is not copied
//
// Each side needs the registration in a library of its own. The first registration of a name stays;
// repeating it is normal and harmless. Two names enter the global namespace, as applications
// expect.
#pragma once

#include <cereal/access.hpp>
#include <cereal/archives/binary.hpp>
#include <cereal/archives/portable_binary.hpp>
#include <cereal/types/map.hpp>
#include <cereal/types/memory.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/unordered_map.hpp>
#include <cereal/types/vector.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <new>
#include <sstream>
#include <string>
#include <vector>

#include "hiaiengine/internal/data_type_macros.h"
#include "hiaiengine/internal/usual_headers.h"
#include "hiaiengine/log.h"
#include "hiaiengine/status.h"

using std::string;
using std::vector;

namespace openmatrix {
class TypeFactories;
}  // namespace openmatrix

/// @brief Makes an object of a string; null drops the message. (sic: vendor spelling)
typedef std::function<std::shared_ptr<void>(const std::string&)> HIAI_DATADesearilizedFunT;
/// @brief Writes an object to a string. (sic: vendor spelling)
typedef std::function<void(void* dataPtr, std::string& out)> HIAI_DATASearilizedFunT;
/// @brief Makes a pointer that does not own of a raw one.
typedef std::function<std::shared_ptr<void>(void* dataPtr)> HIAI_ConvertFuncT;
/// @brief Sets the control part, and address and length of the data (both may be null, 0).
typedef std::function<void(void* inputPtr, std::string& ctrlStr, uint8_t*& dataPtr,
                           uint32_t& dataLen)>
    HIAI_SerializeFuncT;
/// @brief Makes an object of the control part, valid during the call and aligned to 16 bytes, and
/// the data, which is the object's from then on: release it with HIAI_DFree or
/// hiai::Graph::ReleaseDataBuffer. Null drops the message.
typedef std::function<std::shared_ptr<void>(const char* ctrlPtr, const uint32_t& ctrlLen,
                                            const uint8_t* dataPtr, const uint32_t& dataLen)>
    HIAI_DeserializeFuncT;
/// @brief The serialize function of the 2018 headers: control part, address of the data, and the
/// lengths of both. (sic: vendor spelling)
typedef std::function<void(void* dataPtr, std::string& structStr, uint8_t*& imagePtr,
                           uint32_t& structSize, uint32_t& imageSize)>
    HIAI_GetSearHandleFuncT;
/// @brief The deserialize function of the 2018 headers; data and result as with
/// HIAI_DeserializeFuncT. (sic: vendor spelling)
typedef std::function<std::shared_ptr<void>(char* ctrlPtr, uint8_t* dataPtr)>
    HIAI_GetDearHandleFuncT;

/// @brief UnRegister: the deserialize function. (sic, as all of these)
const uint32_t DATY_TYPE_FUNC_DES = 0;
/// @brief UnRegister: the serialize function.
const uint32_t DATY_TYPE_FUNC_SEAR = 1;
/// @brief UnRegister: the converter.
const uint32_t DATY_TYPE_FUNC_CONVERT = 2;
/// @brief Of the 2018 headers; no effect.
const uint32_t DATA_TYPE_FUNC_GET_SEAR = 3;
/// @brief UnRegister: as DATA_TYPE_FUNC_HANLDER, which has the same value.
const uint32_t DATA_TYPE_FUNC_GET_DEAR = 4;
/// @brief UnRegister: the fast pair.
const uint32_t DATA_TYPE_FUNC_HANLDER = 4;

/// @brief The message types of one side by name.
///
/// @threads any, at once; also before main and from static destructors
class HIAI_LIB_VISIBILITY HIAIDataTypeFactory {
 public:
  /// @brief The factory of the calling library's side.
  ///
  /// @return the factory; never null, never destroyed
  /// @source [header], [choice] one per side
  static HIAIDataTypeFactory* GetInstance();

  /// @brief Registers the function that makes an object of a string.
  ///
  /// @param[in] messageName       name of the type
  /// @param[in] deserializedFunc  the function
  /// @return HIAI_OK; HIAI_ENGINE_FUNCTOR_NULL; HIAI_ENGINE_FUNCTOR_EXIST (the first one stays)
  /// @source [header]
  HIAI_StatusT Register(const std::string& messageName,
                        const HIAI_DATADesearilizedFunT& deserializedFunc);

  /// @brief Registers the function that writes an object to a string.
  ///
  /// @param[in] messageName     name of the type
  /// @param[in] serializedFunc  the function
  /// @return as above
  /// @source [header]
  HIAI_StatusT Register(const std::string& messageName,
                        const HIAI_DATASearilizedFunT& serializedFunc);

  /// @brief Registers the function that wraps a raw pointer, for HIAI_C_SendData.
  ///
  /// @param[in] messageName  name of the type
  /// @param[in] convertFunc  the function
  /// @return as above
  /// @source [header]
  HIAI_StatusT Register(const std::string& messageName, const HIAI_ConvertFuncT& convertFunc);

  /// @brief Registers a fast pair.
  ///
  /// @param[in] messageName      name of the type
  /// @param[in] serializeFunc    runs on the sender's side, once per SendData
  /// @param[in] deserializeFunc  runs on the receiver's side
  /// @return as above
  /// @source [header]
  HIAI_StatusT Register(const std::string& messageName, const HIAI_SerializeFuncT& serializeFunc,
                        const HIAI_DeserializeFuncT& deserializeFunc);

  /// @brief Registers a fast pair of the 2018 headers; it works as one of today does.
  ///
  /// @param[in] messageName      name of the type
  /// @param[in] serializeFunc    runs on the sender's side, once per SendData; the control part is
  ///                             the whole of structStr, whatever structSize says
  /// @param[in] deserializeFunc  runs on the receiver's side
  /// @return as above
  /// @source [header] names, [choice] structSize has no effect
  HIAI_StatusT Register(const std::string& messageName,
                        const HIAI_GetSearHandleFuncT& serializeFunc,
                        const HIAI_GetDearHandleFuncT& deserializeFunc);

  /// @brief Forgets functions of a name.
  ///
  /// @param[in] messageName   name of the type
  /// @param[in] dataTypeFunc  which: DATY_TYPE_FUNC_DES, _SEAR, _CONVERT, DATA_TYPE_FUNC_HANLDER
  /// @return HIAI_OK, also if there was nothing
  /// @source [header]
  HIAI_StatusT UnRegister(const std::string& messageName, const uint32_t& dataTypeFunc);

  /// @brief The function that makes an object of a string; empty if there is none.
  HIAI_DATADesearilizedFunT GetDesearFunc(const std::string& messageName);
  /// @brief The function that writes an object to a string; empty if there is none.
  HIAI_DATASearilizedFunT GetSearFunc(const std::string& messageName);
  /// @brief The converter; empty if there is none.
  HIAI_ConvertFuncT GetConvcFunc(const std::string& messageName);
  /// @brief The fast serialize function; empty if there is none.
  HIAI_SerializeFuncT GetSerializeFunc(const std::string& messageName);
  /// @brief The fast deserialize function; empty if there is none.
  HIAI_DeserializeFuncT GetDeserializeFunc(const std::string& messageName);
  /// @brief The serialize function of a pair of the 2018 headers; empty for all others.
  HIAI_GetSearHandleFuncT GetHiaiSearFunc(const std::string& messageName);
  /// @brief The deserialize function of a pair of the 2018 headers; empty for all others.
  HIAI_GetDearHandleFuncT GetHiaiDearFunc(const std::string& messageName);

  HIAIDataTypeFactory(const HIAIDataTypeFactory&) = delete;
  HIAIDataTypeFactory& operator=(const HIAIDataTypeFactory&) = delete;

 private:
  friend class openmatrix::TypeFactories;
  HIAIDataTypeFactory() = default;
  ~HIAIDataTypeFactory() = default;

  // Code compiled with older headers fills these itself: their order is part of the ABI.
  std::map<std::string, HIAI_DATADesearilizedFunT> deserialize_;
  std::map<std::string, HIAI_DATASearilizedFunT> serialize_;
  std::map<std::string, HIAI_ConvertFuncT> convert_;
  std::map<std::string, HIAI_SerializeFuncT> fast_serialize_;
  std::map<std::string, HIAI_DeserializeFuncT> fast_deserialize_;
};

OPENMATRIX_ABI_ASSERT(sizeof(HIAIDataTypeFactory) == 240);

/// @brief Registers functions of a type for as long as it lives; see the macros below.
class HIAIAutoRegister {
 public:
  /// @brief Registers the function that makes an object of a string.
  OPENMATRIX_HIDDEN HIAIAutoRegister(const std::string& messageName,
                                     const HIAI_DATADesearilizedFunT& func)
      : deserialize_name_(messageName),
        deserialize_status_(HIAIDataTypeFactory::GetInstance()->Register(messageName, func)) {}
  /// @brief Registers the function that writes an object to a string.
  OPENMATRIX_HIDDEN HIAIAutoRegister(const std::string& messageName,
                                     const HIAI_DATASearilizedFunT& func)
      : serialize_name_(messageName),
        serialize_status_(HIAIDataTypeFactory::GetInstance()->Register(messageName, func)) {}
  /// @brief Registers a converter.
  OPENMATRIX_HIDDEN HIAIAutoRegister(const std::string& messageName, const HIAI_ConvertFuncT& func)
      : convert_name_(messageName),
        convert_status_(HIAIDataTypeFactory::GetInstance()->Register(messageName, func)) {}
  /// @brief Registers a fast pair.
  OPENMATRIX_HIDDEN HIAIAutoRegister(const std::string& messageName,
                                     const HIAI_SerializeFuncT& serializeFunc,
                                     const HIAI_DeserializeFuncT& deserializeFunc)
      : fast_name_(messageName),
        fast_status_(HIAIDataTypeFactory::GetInstance()->Register(messageName, serializeFunc,
                                                                  deserializeFunc)) {}
  /// @brief Registers a fast pair of the 2018 headers.
  OPENMATRIX_HIDDEN HIAIAutoRegister(const std::string& messageName,
                                     const HIAI_GetSearHandleFuncT& serializeFunc,
                                     const HIAI_GetDearHandleFuncT& deserializeFunc)
      : fast_name_(messageName),
        fast_status_(HIAIDataTypeFactory::GetInstance()->Register(messageName, serializeFunc,
                                                                  deserializeFunc)) {}
  /// @brief Forgets what this object registered, and nothing else.
  OPENMATRIX_HIDDEN ~HIAIAutoRegister() {
    Forget(deserialize_status_, deserialize_name_, DATY_TYPE_FUNC_DES);
    Forget(serialize_status_, serialize_name_, DATY_TYPE_FUNC_SEAR);
    Forget(convert_status_, convert_name_, DATY_TYPE_FUNC_CONVERT);
    Forget(fast_status_, fast_name_, DATA_TYPE_FUNC_HANLDER);
  }
  HIAIAutoRegister(const HIAIAutoRegister&) = delete;
  HIAIAutoRegister& operator=(const HIAIAutoRegister&) = delete;

 private:
  OPENMATRIX_HIDDEN static void Forget(HIAI_StatusT status, const std::string& name,
                                       uint32_t which) {
    if (status == HIAI_OK) HIAIDataTypeFactory::GetInstance()->UnRegister(name, which);
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

OPENMATRIX_ABI_ASSERT(sizeof(HIAIAutoRegister) == 144);
