#include "api/guard.h"

namespace openmatrix {

HIAI_StatusT ToStatus(const Caught& caught) noexcept {
  if (caught.out_of_memory) {
    Log(LogLevel::kError, "the process is out of ordinary memory");
    return HIAI_MEMORY_EXHAUSTED;
  }
  Log(LogLevel::kError, "stopped an exception at the library's boundary: %s", caught.text);
  return HIAI_EXCEPTION;
}

}  // namespace openmatrix
