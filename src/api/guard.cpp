#include "api/guard.h"

namespace openmatrix {

HIAI_StatusT StatusOfCurrentException() noexcept {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    Log(LogLevel::kError, "the process is out of ordinary memory");
    return HIAI_MEMORY_EXHAUSTED;
  } catch (const std::exception& exception) {
    Log(LogLevel::kError, "stopped an exception at the library's boundary: %s", exception.what());
  } catch (...) {
    Log(LogLevel::kError, "stopped an exception of unknown type at the library's boundary");
  }
  return HIAI_EXCEPTION;
}

}  // namespace openmatrix
