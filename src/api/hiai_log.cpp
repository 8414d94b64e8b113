// hiai::HIAILog: the log sink under the vendor's names.
#include <new>
#include <string>

#include "base/log_sink.h"
#include "base/options.h"
#include "hiaiengine/log.h"

namespace openmatrix {
namespace {

constexpr bool IsLevel(std::uint32_t number) { return number <= HIAI_EVENT; }

}  // namespace
}  // namespace openmatrix

namespace hiai {

HIAILog* HIAILog::GetInstance() {
  // Has no members: the object is only something to call.
  alignas(HIAILog) static unsigned char storage[sizeof(HIAILog)];
  static HIAILog* const log = ::new (static_cast<void*>(storage)) HIAILog;
  return log;
}

bool HIAILog::IsInit() const { return true; }

uint32_t HIAILog::HIAIGetCurLogLevel() const {
  return static_cast<uint32_t>(openmatrix::LogThreshold());
}

bool HIAILog::HIAILogOutputEnable(const uint32_t errorCode) const {
  const uint32_t level = HIAI_GET_ERROR_LEVEL(errorCode);
  return openmatrix::LogEnabled(openmatrix::IsLevel(level)
                                    ? static_cast<openmatrix::LogLevel>(level)
                                    : openmatrix::LogLevel::kError);
}

std::string HIAILog::HIAILevelName(const uint32_t logLevel) const {
  if (!openmatrix::IsLevel(logLevel)) return "";
  return openmatrix::Name(static_cast<openmatrix::LogLevel>(logLevel));
}

void HIAILog::HIAISaveLog(const int32_t moduleID, const uint32_t logLevel, const char* strLog) {
  if (strLog == nullptr) return;
  const auto level = openmatrix::IsLevel(logLevel) ? static_cast<openmatrix::LogLevel>(logLevel)
                                                   : openmatrix::LogLevel::kError;
  openmatrix::Log(level, "[module 0x%04x] %s", static_cast<uint32_t>(moduleID) & 0xFFFFu, strLog);
}

namespace {

// With the library, so that during a fork no other thread is just making it.
[[maybe_unused]] const HIAILog* const g_log = HIAILog::GetInstance();

}  // namespace

void HIAILog::HIAIRefreshLogLevel() {
  openmatrix::LogLevel level;
  if (openmatrix::ReadLogLevel(level)) openmatrix::SetLogThreshold(level);
}

}  // namespace hiai
