// Runs code of the application: whatever it throws ends here, as a log line. Only the unwinding of
// a thread that ends passes, as the system demands. REQUIRES: no lock is held.
#pragma once

#include <string>

#include "base/cancellation.h"
#include "base/caught.h"
#include "base/log_sink.h"

namespace openmatrix {

// False if `call` threw; `where` and `what` say in the log what it was.
template <typename Call>
bool CallUser(const std::string& where, const char* what, const Call& call) {
  const auto run = [&] {
    const UserCancellation as_the_user_wants;
    call();
  };
  return CatchAll(run, [&](const Caught& caught) {
    Log(LogLevel::kError, "%s: %s threw: %s", where.c_str(), what, caught.text);
  });
}

// The same for destructors and deleters. C++ ends the program when one of these is unwound, so the
// thread is not cancelled in them either.
template <typename Call>
void DropUsers(const std::string& where, const char* what, const Call& call) {
  const NoCancellation here;
  CatchAll(call, [&](const Caught& caught) {
    Log(LogLevel::kError, "%s: %s threw: %s", where.c_str(), what, caught.text);
  });
}

}  // namespace openmatrix
