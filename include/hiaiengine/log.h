// Log lines of applications, printf-like: HIAI_ENGINE_LOG([module,] [object,] [status,] format,
// ...).
//
// The level is that of the status, INFO without one. Formats and arguments are not checked by the
// compiler: existing applications have mismatches. Callable before main.
#pragma once

#include "hiaiengine/status.h"
#include "libc_sec/securec.h"

/// @brief Bytes of the longest line; what is longer is cut.
#define MAX_LOG_STRING 0x2000
/// @brief Bytes for a formatted time. (sic: vendor spelling)
#define HIAI_TM_BUF_LENGHT 64
/// @brief What is added to tm_year.
#define HIAI_TIME_BASE_YEAR 1900
/// @brief What is added to tm_mon.
#define HIAI_TIME_BASE_MONTH 1

/// @brief Writes one line with function, file and line of the call; see HIAI_ENGINE_LOG_IMPL.
#define HIAI_ENGINE_LOG(...) HIAI_ENGINE_LOG_IMPL(__func__, __FILE__, __LINE__, __VA_ARGS__)

#if defined(__cplusplus)
// Applications that include the log use hiai::Graph.
#include "hiaiengine/graph.h"
#include "hiaiengine/internal/usual_headers.h"

/// @brief Writes one line about a graph.
///
/// @param[in] funcPtr      function of the call
/// @param[in] filePath     its file
/// @param[in] lineNumber   its line
/// @param[in] graph        the graph, may be null
/// @param[in] errorNumber  status; its level is the line's
/// @param[in] format       as printf; lines are cut at 8192 bytes
/// @threads any, at once
/// @source  [header]
HIAI_LIB_VISIBILITY void HIAI_ENGINE_LOG_IMPL(const char* funcPtr, const char* filePath,
                                              int lineNumber, const hiai::Graph* graph,
                                              const uint32_t errorNumber, const char* format, ...);

/// @brief Writes one line about an engine; see the first form.
HIAI_LIB_VISIBILITY void HIAI_ENGINE_LOG_IMPL(const char* funcPtr, const char* filePath,
                                              int lineNumber, const hiai::Engine* engine,
                                              const uint32_t errorNumber, const char* format, ...);

/// @brief Writes one line with a status; see the first form.
HIAI_LIB_VISIBILITY void HIAI_ENGINE_LOG_IMPL(const char* funcPtr, const char* filePath,
                                              int lineNumber, const uint32_t errorNumber,
                                              const char* format, ...);

/// @brief Writes one line at level INFO; see the first form.
HIAI_LIB_VISIBILITY void HIAI_ENGINE_LOG_IMPL(const char* funcPtr, const char* filePath,
                                              int lineNumber, const char* format, ...);

/// @brief Writes one line about a graph in the name of a module; see the first form.
HIAI_LIB_VISIBILITY void HIAI_ENGINE_LOG_IMPL(const char* funcPtr, const char* filePath,
                                              int lineNumber, const int32_t moduleID,
                                              const hiai::Graph* graph, const uint32_t errorNumber,
                                              const char* format, ...);

/// @brief Writes one line about an engine in the name of a module; see the first form.
HIAI_LIB_VISIBILITY void HIAI_ENGINE_LOG_IMPL(const char* funcPtr, const char* filePath,
                                              int lineNumber, const int32_t moduleID,
                                              const hiai::Engine* engine,
                                              const uint32_t errorNumber, const char* format, ...);

/// @brief Writes one line at level INFO in the name of a module; see the first form.
HIAI_LIB_VISIBILITY void HIAI_ENGINE_LOG_IMPL(const char* funcPtr, const char* filePath,
                                              int lineNumber, const int32_t moduleID,
                                              const char* format, ...);

extern "C" {
#endif

/// @brief Writes one line with a status in the name of a module: the form for C.
///
/// @param[in] funcPtr      function of the call
/// @param[in] filePath     its file
/// @param[in] lineNumber   its line
/// @param[in] moduleID     module, as in the upper half of a status
/// @param[in] errorNumber  status; its level is the line's
/// @param[in] format       as printf; lines are cut at 8192 bytes
/// @threads any, at once
/// @source  [header]
HIAI_LIB_VISIBILITY void HIAI_ENGINE_LOG_IMPL(const char* funcPtr, const char* filePath,
                                              int lineNumber, const int32_t moduleID,
                                              const uint32_t errorNumber, const char* format, ...);

#if defined(__cplusplus)
}  // extern "C"

namespace hiai {

/// @brief The log behind HIAI_ENGINE_LOG: its threshold, and lines without a place.
///
/// @threads any, at once; also before main and from static destructors
/// @source  [header] names, [choice] signatures
class HIAI_LIB_VISIBILITY HIAILog {
 public:
  /// @brief The one log of the process.
  ///
  /// @return never null, never destroyed
  static HIAILog* GetInstance();

  /// @brief Whether lines can be written.
  ///
  /// @return true, always
  bool IsInit() const;

  /// @brief The threshold: lines of lower levels are not written.
  ///
  /// @return HIAI_DEBUG .. HIAI_EVENT
  uint32_t HIAIGetCurLogLevel() const;

  /// @brief Whether a line with this status would be written.
  ///
  /// @param[in] errorCode  status; its level decides
  /// @return true if it would
  bool HIAILogOutputEnable(const uint32_t errorCode) const;

  /// @brief The name of a level.
  ///
  /// @param[in] logLevel  HIAI_DEBUG .. HIAI_EVENT
  /// @return "DEBUG" .. "EVENT"; empty for another number
  std::string HIAILevelName(const uint32_t logLevel) const;

  /// @brief Writes one line, if its level is enabled.
  ///
  /// @param[in] moduleID  module, as in the upper half of a status
  /// @param[in] logLevel  HIAI_DEBUG .. HIAI_EVENT; another number counts as HIAI_ERROR
  /// @param[in] strLog    the text, no format; null writes nothing
  void HIAISaveLog(const int32_t moduleID, const uint32_t logLevel, const char* strLog);

  /// @brief Sets the threshold that OPENMATRIX_LOG names now. Without it nothing changes.
  void HIAIRefreshLogLevel();

  HIAILog(const HIAILog&) = delete;
  HIAILog& operator=(const HIAILog&) = delete;

 private:
  HIAILog() = default;
  ~HIAILog() = default;
};

}  // namespace hiai
#endif
