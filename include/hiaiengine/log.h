// Log lines of applications, printf-like: HIAI_ENGINE_LOG([module,] [object,] [status,] format,
// ...).
//
// The level is that of the status, INFO without one. Formats and arguments are not checked by the
// compiler: existing applications have mismatches. Callable before main.
#pragma once

#include "hiaiengine/status.h"

/// @brief Writes one line with function, file and line of the call; see HIAI_ENGINE_LOG_IMPL.
#define HIAI_ENGINE_LOG(...) HIAI_ENGINE_LOG_IMPL(__func__, __FILE__, __LINE__, __VA_ARGS__)

#if defined(__cplusplus)
namespace hiai {
class Graph;
class Engine;
}  // namespace hiai

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
#endif
