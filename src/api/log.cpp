// HIAI_ENGINE_LOG: eight overloads, one line format.
//
//   <file>:<line> <function> [graph 7 engine 20] [module 0x6001] [status 0x01013024] <text>
//
// Nothing here throws; formats come from applications and are not trusted to match.
#include "hiaiengine/log.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "base/line_room.h"
#include "base/log_sink.h"
#include "hiaiengine/engine.h"
#include "hiaiengine/graph.h"

// Nobody can check formats of applications here, and the public declarations carry no attribute
// on purpose: existing applications have mismatches.
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

namespace openmatrix {
namespace {

// One line on its way: cut, never overrun, when it gets too long.
class LineBuffer {
 public:
  void Append(const char* format, ...) __attribute__((format(printf, 2, 3))) {
    std::va_list arguments;
    va_start(arguments, format);
    AppendList(format, arguments);
    va_end(arguments);
  }

  void AppendList(const char* format, std::va_list arguments) {
    const std::size_t left = room_.bytes() - length_;
    const int wanted = std::vsnprintf(room_.data() + length_, left, format, arguments);
    if (wanted > 0) length_ += std::min(static_cast<std::size_t>(wanted), left - 1);
  }

  // Many applications end their formats with a newline; the sink adds its own.
  const char* Finish() {
    while (length_ > 0 && room_.data()[length_ - 1] == '\n') --length_;
    room_.data()[length_] = '\0';
    return room_.data();
  }

 private:
  LineRoom room_{kMaxLogLineBytes + 1};
  std::size_t length_ = 0;
};

// Where a line comes from and what it is about; what is not known stays out of it.
struct Origin {
  const char* function;
  const char* file;
  int line;
  const hiai::Graph* graph = nullptr;
  const hiai::Engine* engine = nullptr;
  const std::int32_t* module = nullptr;
  const std::uint32_t* status = nullptr;
};

LogLevel LevelOf(const std::uint32_t* status) {
  if (status == nullptr) return LogLevel::kInfo;
  const std::uint32_t level = HIAI_GET_ERROR_LEVEL(*status);
  // Statuses of applications may be anything, -1 for instance.
  return level > HIAI_EVENT ? LogLevel::kError : static_cast<LogLevel>(level);
}

const char* BaseName(const char* path) {
  if (path == nullptr) return "?";
  const char* slash = std::strrchr(path, '/');
  return slash == nullptr ? path : slash + 1;
}

void Write(const Origin& origin, const char* format, std::va_list arguments) {
  const LogLevel level = LevelOf(origin.status);
  if (!LogEnabled(level)) return;

  LineBuffer line;
  line.Append("%s:%d %s ", BaseName(origin.file), origin.line,
              origin.function == nullptr ? "?" : origin.function);
  if (origin.graph != nullptr) line.Append("[graph %u] ", origin.graph->GetGraphId());
  if (origin.engine != nullptr) {
    line.Append("[graph %u engine %u] ", origin.engine->GetGraphId(), origin.engine->GetEngineId());
  }
  if (origin.module != nullptr) line.Append("[module 0x%04x] ", unsigned(*origin.module) & 0xFFFFu);
  if (origin.status != nullptr) line.Append("[status 0x%08x] ", *origin.status);
  if (format != nullptr) line.AppendList(format, arguments);
  Log(level, "%s", line.Finish());
}

}  // namespace
}  // namespace openmatrix

#define OPENMATRIX_WRITE_LINE(...)                                       \
  std::va_list arguments;                                                \
  va_start(arguments, format);                                           \
  openmatrix::Write(openmatrix::Origin{__VA_ARGS__}, format, arguments); \
  va_end(arguments)

void HIAI_ENGINE_LOG_IMPL(const char* funcPtr, const char* filePath, int lineNumber,
                          const hiai::Graph* graph, const uint32_t errorNumber, const char* format,
                          ...) {
  OPENMATRIX_WRITE_LINE(funcPtr, filePath, lineNumber, graph, nullptr, nullptr, &errorNumber);
}

void HIAI_ENGINE_LOG_IMPL(const char* funcPtr, const char* filePath, int lineNumber,
                          const hiai::Engine* engine, const uint32_t errorNumber,
                          const char* format, ...) {
  OPENMATRIX_WRITE_LINE(funcPtr, filePath, lineNumber, nullptr, engine, nullptr, &errorNumber);
}

void HIAI_ENGINE_LOG_IMPL(const char* funcPtr, const char* filePath, int lineNumber,
                          const uint32_t errorNumber, const char* format, ...) {
  OPENMATRIX_WRITE_LINE(funcPtr, filePath, lineNumber, nullptr, nullptr, nullptr, &errorNumber);
}

void HIAI_ENGINE_LOG_IMPL(const char* funcPtr, const char* filePath, int lineNumber,
                          const char* format, ...) {
  OPENMATRIX_WRITE_LINE(funcPtr, filePath, lineNumber);
}

void HIAI_ENGINE_LOG_IMPL(const char* funcPtr, const char* filePath, int lineNumber,
                          const int32_t moduleID, const hiai::Graph* graph,
                          const uint32_t errorNumber, const char* format, ...) {
  OPENMATRIX_WRITE_LINE(funcPtr, filePath, lineNumber, graph, nullptr, &moduleID, &errorNumber);
}

void HIAI_ENGINE_LOG_IMPL(const char* funcPtr, const char* filePath, int lineNumber,
                          const int32_t moduleID, const hiai::Engine* engine,
                          const uint32_t errorNumber, const char* format, ...) {
  OPENMATRIX_WRITE_LINE(funcPtr, filePath, lineNumber, nullptr, engine, &moduleID, &errorNumber);
}

void HIAI_ENGINE_LOG_IMPL(const char* funcPtr, const char* filePath, int lineNumber,
                          const int32_t moduleID, const char* format, ...) {
  OPENMATRIX_WRITE_LINE(funcPtr, filePath, lineNumber, nullptr, nullptr, &moduleID, nullptr);
}

void HIAI_ENGINE_LOG_IMPL(const char* funcPtr, const char* filePath, int lineNumber,
                          const int32_t moduleID, const uint32_t errorNumber, const char* format,
                          ...) {
  OPENMATRIX_WRITE_LINE(funcPtr, filePath, lineNumber, nullptr, nullptr, &moduleID, &errorNumber);
}

// Objects compiled with the headers of 2018 pass pointers that are not const.
HIAI_LIB_VISIBILITY void HIAI_ENGINE_LOG_IMPL(const char* funcPtr, const char* filePath,
                                              int lineNumber, hiai::Graph* graph,
                                              const uint32_t errorNumber, const char* format, ...) {
  OPENMATRIX_WRITE_LINE(funcPtr, filePath, lineNumber, graph, nullptr, nullptr, &errorNumber);
}

HIAI_LIB_VISIBILITY void HIAI_ENGINE_LOG_IMPL(const char* funcPtr, const char* filePath,
                                              int lineNumber, hiai::Engine* engine,
                                              const uint32_t errorNumber, const char* format, ...) {
  OPENMATRIX_WRITE_LINE(funcPtr, filePath, lineNumber, nullptr, engine, nullptr, &errorNumber);
}

HIAI_LIB_VISIBILITY void HIAI_ENGINE_LOG_IMPL(const char* funcPtr, const char* filePath,
                                              int lineNumber, const int32_t moduleID,
                                              hiai::Graph* graph, const uint32_t errorNumber,
                                              const char* format, ...) {
  OPENMATRIX_WRITE_LINE(funcPtr, filePath, lineNumber, graph, nullptr, &moduleID, &errorNumber);
}

HIAI_LIB_VISIBILITY void HIAI_ENGINE_LOG_IMPL(const char* funcPtr, const char* filePath,
                                              int lineNumber, const int32_t moduleID,
                                              hiai::Engine* engine, const uint32_t errorNumber,
                                              const char* format, ...) {
  OPENMATRIX_WRITE_LINE(funcPtr, filePath, lineNumber, nullptr, engine, &moduleID, &errorNumber);
}
