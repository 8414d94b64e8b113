// The one place where exceptions end: at the library's boundary, after a call of the program's
// code, on threads of the library's own.
#pragma once

#include <cxxabi.h>

#include <exception>

// The unwinding of a thread has no object, which the sanitizer of undefined behaviour minds. It
// goes by the function that the handler ends up in.
#if defined(__SANITIZE_ADDRESS__)
#define OPENMATRIX_BINDS_NULL __attribute__((no_sanitize("null"), noinline))
#else
#define OPENMATRIX_BINDS_NULL
#endif

namespace openmatrix {

// What came out of a call. REQUIRES: the handler that was given it has not returned.
struct Caught {
  const char* text;    // what it says about itself, or that it says nothing
  bool out_of_memory;  // std::bad_alloc
};

// REQUIRES: called in a handler.
Caught DescribeException() noexcept;

// Runs `call`. If it throws, `handler(caught)` runs instead of the rest, and the answer is false.
//
// The unwinding of a thread that was cancelled, or calls pthread_exit, passes, as the system
// demands. It must have a handler of its own: what __cxa_current_exception_type says of one that is
// no C++ exception lies beside it in memory, and is anything.
template <typename Call, typename Handler>
OPENMATRIX_BINDS_NULL bool CatchAll(const Call& call, const Handler& handler) {
  try {
    call();
    return true;
  } catch (const abi::__forced_unwind&) {
    throw;
  } catch (...) {
    handler(DescribeException());
    return false;
  }
}

}  // namespace openmatrix
