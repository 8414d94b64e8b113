// Runs code of the application: whatever it throws ends here, as a log line. Only the forced
// unwinding of a cancelled thread passes, as the system demands. REQUIRES: no lock is held.
#pragma once

#include <cxxabi.h>

#include <exception>
#include <string>

#include "base/log_sink.h"

namespace openmatrix {

// False if `call` threw; `where` and `what` say in the log what it was.
template <typename Call>
bool CallUser(const std::string& where, const char* what, const Call& call) {
  try {
    call();
    return true;
  } catch (const abi::__forced_unwind&) {
    throw;
  } catch (const std::exception& error) {
    Log(LogLevel::kError, "%s: %s threw: %s", where.c_str(), what, error.what());
  } catch (...) {
    Log(LogLevel::kError, "%s: %s threw something that is no std::exception", where.c_str(), what);
  }
  return false;
}

}  // namespace openmatrix
