// Ready-made structures for messages. Nearly all are built-in messages, which SendData takes
// without a registration: structures without parameters under their name ("RawDataBuffer"), the
// others with a suffix for each parameter ("ImagePara_float", "RetrievalSet_uint8_t_uint8_t"),
// which may be uint8_t or float, all the same. Beside them
// BatchDetectedObjectPara_Rectangle_Point2D_int32_t and _float. Not built in: RoiPolygon,
// ArgsRoiPolygon, RetrievalSetPara, BatchRetrievalResultPara.
//
// In messages of applications they are archived like any member. Arrays are shared_ptr<T> with a
// count beside them: give them a deleter for arrays, as those that were read have.
#pragma once

#include <cereal/archives/binary.hpp>
#include <cereal/archives/portable_binary.hpp>
#include <cereal/types/map.hpp>
#include <cereal/types/memory.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/unordered_map.hpp>
#include <cereal/types/vector.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "hiaiengine/ai_nn_tensor_list.h"
#include "hiaiengine/ai_tensor.h"
#include "hiaiengine/internal/data_type_feature.h"
#include "hiaiengine/internal/data_type_geometry.h"
#include "hiaiengine/internal/data_type_image.h"
#include "hiaiengine/internal/data_type_object.h"
#include "hiaiengine/internal/data_type_result.h"
#include "hiaiengine/internal/usual_headers.h"
#include "hiaiengine/log.h"
#include "hiaiengine/status.h"

/// @brief In a void function: gives a smart pointer a new value. If that throws, writes a log line,
/// empties the pointer and returns from the function. With or without a semicolon after it.
#define HIAI_SHARED_PTR_RESET(memory, valuePointer, logText)   \
  {                                                            \
    try {                                                      \
      (memory).reset(valuePointer);                            \
    } catch (...) {                                            \
      HIAI_ENGINE_LOG(::HIAI_MEMORY_EXHAUSTED, "%s", logText); \
      (memory).reset();                                        \
      return;                                                  \
    }                                                          \
  }

// Inside namespace hiai the qualified name is one too many, for clang.
#if defined(__clang__)
#define OPENMATRIX_ALLOW_QUALIFIED_NAME \
  _Pragma("clang diagnostic push") _Pragma("clang diagnostic ignored \"-Wextra-qualification\"")
#define OPENMATRIX_QUALIFIED_NAME_ENDS _Pragma("clang diagnostic pop")
#else
#define OPENMATRIX_ALLOW_QUALIFIED_NAME
#define OPENMATRIX_QUALIFIED_NAME_ENDS
#endif

/// @brief At global scope or in namespace hiai: defines TypeName<type>() as the text of `type`.
/// With or without a semicolon after it.
#define REGISTER_TYPE_DEFINITION(type)        \
  OPENMATRIX_ALLOW_QUALIFIED_NAME             \
  template <>                                 \
  inline const char* hiai::TypeName<type>() { \
    return #type;                             \
  }                                           \
  OPENMATRIX_QUALIFIED_NAME_ENDS

namespace hiai {

/// @brief The name of a type; see REGISTER_TYPE_DEFINITION, without which it does not link.
///
/// @return a constant
/// @source [header] name, integers and floating point, [choice] which of the geometric types
template <typename T>
const char* TypeName();

#if !defined(DOXYGEN)
REGISTER_TYPE_DEFINITION(int8_t)
REGISTER_TYPE_DEFINITION(uint8_t)
REGISTER_TYPE_DEFINITION(int16_t)
REGISTER_TYPE_DEFINITION(uint16_t)
REGISTER_TYPE_DEFINITION(int32_t)
REGISTER_TYPE_DEFINITION(uint32_t)
REGISTER_TYPE_DEFINITION(int64_t)
REGISTER_TYPE_DEFINITION(uint64_t)
REGISTER_TYPE_DEFINITION(float)
REGISTER_TYPE_DEFINITION(double)
REGISTER_TYPE_DEFINITION(Angle)
REGISTER_TYPE_DEFINITION(Point2D)
REGISTER_TYPE_DEFINITION(Point3D)
REGISTER_TYPE_DEFINITION(Line<Point2D>)
REGISTER_TYPE_DEFINITION(Line<Point3D>)
REGISTER_TYPE_DEFINITION(Rectangle<Point2D>)
REGISTER_TYPE_DEFINITION(Rectangle<Point3D>)
REGISTER_TYPE_DEFINITION(Polygon<Point2D>)
REGISTER_TYPE_DEFINITION(Polygon<Point3D>)
REGISTER_TYPE_DEFINITION(ROICube)
REGISTER_TYPE_DEFINITION(RLECode)
#endif

}  // namespace hiai
