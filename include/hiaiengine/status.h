// Status values: 32 bits of module, level and code index. HIAI_OK is not zero; the only test of
// success is a comparison with HIAI_OK.
//
// C99 and C++11. In C++ the texts of the codes can be asked for; an application's own codes join in
// with HIAI_DEF_ERROR_CODE.
#pragma once

#include "hiaiengine/internal/status_table.h"
#include "hiaiengine/internal/visibility.h"

#if defined(__cplusplus)
#include <cstdint>
#include <map>  // this one and the next two for applications that do not include them themselves
#include <mutex>
#include <string>
#include <vector>
#else
#include <stdint.h>
#endif

/// @brief A status: bits 31..16 module, 15..12 level, 11..0 code index.
typedef uint32_t HIAI_StatusT;

/// @brief No device: the id of a graph that has none. (sic: vendor spelling)
static const int32_t HIAI_INVAILED_DEVICE_ID = -1;

/// @brief Versions of the interface, as HIAI_GetAPIVersion answers them.
typedef enum hai_api_version {
  HIAI_API_VERSION_V1_00 = 100,  ///< 1.0
  HIAI_API_VERSION_V1_01 = 101,  ///< 1.1
  HIAI_API_VERSION_V2_00 = 200   ///< 2.0
} HIAI_API_VERSION;

/// @brief Room for minor versions between two major ones.
#define HIAI_API_MAX_SUB_VERSION 100

/// @brief Levels of log lines and statuses. Unnamed on purpose: a bare level given to
/// HIAI_ENGINE_LOG must become an int, and applications return HIAI_ERROR as a status.
enum {
  HIAI_DEBUG = 0,    ///< details for developers
  HIAI_INFO = 1,     ///< normal events
  HIAI_WARNING = 2,  ///< suspicious, work goes on
  HIAI_ERROR = 3,    ///< a call failed
  HIAI_FATAL = 4,    ///< work cannot go on
  HIAI_EVENT = 5     ///< always of interest
};

/// @brief Module of graph and memory codes.
#define MODID_GRAPH 0x0101
/// @brief Module of engine and queue codes.
#define MODID_ENGINE 0x0102
/// @brief Module of codes of the host-device link.
#define MODID_HDC 0x0103
/// @brief Module of codes that have no other.
#define MODID_OTHER 0x0104
/// @brief Module of codes of links between device processes.
#define MODID_PPC 0x0105
/// @brief Module of profiling codes.
#define MODID_PROFILE 0x0106

#if defined(__cplusplus)
#define OPENMATRIX_STATUS_U32(x) static_cast<uint32_t>(x)
#else
#define OPENMATRIX_STATUS_U32(x) ((uint32_t)(x))
#endif
#define OPENMATRIX_STATUS_VALUE(moduleId, logLevel, codeIndex) \
  (((OPENMATRIX_STATUS_U32(moduleId) & 0xFFFFu) << 16) |       \
   ((OPENMATRIX_STATUS_U32(logLevel) << 12) & 0xF000u) |       \
   (OPENMATRIX_STATUS_U32(codeIndex) & 0x0FFFu))

#define OPENMATRIX_STATUS_INDEX(name, moduleId, logLevel, text) name##_CODE,
/// @brief Code indices of the library, 0 .. 196: X_CODE belongs to status X.
enum {
  OPENMATRIX_STATUS_TABLE(OPENMATRIX_STATUS_INDEX) HIAI_STATUS_CODE_TOTAL  ///< how many there are
};

#if defined(__cplusplus)
#define OPENMATRIX_STATUS_CONSTANT(name, moduleId, logLevel, text) \
  constexpr HIAI_StatusT name = OPENMATRIX_STATUS_VALUE(moduleId, logLevel, name##_CODE);
#else
#define OPENMATRIX_STATUS_CONSTANT(name, moduleId, logLevel, text) \
  static const HIAI_StatusT name = OPENMATRIX_STATUS_VALUE(moduleId, logLevel, name##_CODE);
#endif
OPENMATRIX_STATUS_TABLE(OPENMATRIX_STATUS_CONSTANT)
#undef OPENMATRIX_STATUS_INDEX
#undef OPENMATRIX_STATUS_CONSTANT

#if defined(__cplusplus)
/// @brief The spelling of the documents for HIAI_GRAPH_NOT_FOND_MEMORY.
constexpr HIAI_StatusT HIAI_GRAPH_NOT_FIND_MEMORY = HIAI_GRAPH_NOT_FOND_MEMORY;
#else
/// @brief The spelling of the documents for HIAI_GRAPH_NOT_FOND_MEMORY.
static const HIAI_StatusT HIAI_GRAPH_NOT_FIND_MEMORY =
    OPENMATRIX_STATUS_VALUE(MODID_GRAPH, HIAI_ERROR, HIAI_GRAPH_NOT_FOND_MEMORY_CODE);
#endif

/// @brief The level (HIAI_DEBUG .. HIAI_EVENT) that a status carries.
#define HIAI_GET_ERROR_LEVEL(err) (((err)&0xF000u) >> 12)

#if defined(__cplusplus)

/// @brief The text of a status; empty if nobody registered it.
#define HIAI_GET_ERROR_STR(err) (::hiai::StatusFactory::GetInstance()->GetErrDesc(err))

namespace hiai {

/// @brief The texts of all statuses: the library's and those that applications register.
///
/// @threads any, at once; also before main and from static destructors
/// @source  [header] names, [choice] the first text of a code wins
class HIAI_LIB_VISIBILITY StatusFactory {
 public:
  /// @brief The one object of the process. Never null, never destroyed.
  static StatusFactory* GetInstance();

  /// @brief Gives a status its text. A status that has one keeps it.
  ///
  /// @param[in] err   the status
  /// @param[in] desc  its text, copied
  void RegisterErrorNo(const uint32_t err, const std::string& desc);

  /// @brief The text of a status.
  ///
  /// @param[in] err  the status
  /// @return the text; empty if unknown
  std::string GetErrDesc(const uint32_t err);

  /// @brief The same, without an object.
  ///
  /// @param[in] errCode  the status
  /// @return the text; empty if unknown
  static std::string GetErrCodeDesc(uint32_t errCode);

  StatusFactory(const StatusFactory&) = delete;
  StatusFactory& operator=(const StatusFactory&) = delete;

 private:
  StatusFactory() = default;
  ~StatusFactory() = default;
};

/// @brief Registers one text while static objects are made; see HIAI_DEF_ERROR_CODE.
class ErrorNoRegisterar {
 public:
  /// @brief Hands text and status to the StatusFactory.
  ///
  /// @param[in] err   the status
  /// @param[in] desc  its text
  ErrorNoRegisterar(const uint32_t& err, const std::string& desc) {
    StatusFactory::GetInstance()->RegisterErrorNo(err, desc);
  }
  ErrorNoRegisterar(const ErrorNoRegisterar&) = delete;
  ErrorNoRegisterar& operator=(const ErrorNoRegisterar&) = delete;
};

}  // namespace hiai

/// @brief Defines status `codeName` from an enumerator `codeName_CODE` of the user's, and registers
/// its text. At namespace scope, in any number of files, with or without a semicolon after it.
#define HIAI_DEF_ERROR_CODE(moduleId, logLevel, codeName, codeDesc)                               \
  constexpr HIAI_StatusT codeName = OPENMATRIX_STATUS_VALUE(moduleId, logLevel, codeName##_CODE); \
  const ::hiai::ErrorNoRegisterar g_##codeName##_errorno(                                         \
      OPENMATRIX_STATUS_VALUE(moduleId, logLevel, codeName##_CODE), codeDesc);

#else

/// @brief Defines status `codeName` from an enumerator `codeName_CODE` of the user's.
#define HIAI_DEF_ERROR_CODE(moduleId, logLevel, codeName, codeDesc) \
  static const HIAI_StatusT codeName = OPENMATRIX_STATUS_VALUE(moduleId, logLevel, codeName##_CODE);

#endif  // __cplusplus
