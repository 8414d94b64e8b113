// Which names a library shows, and the one compiler setting that must agree on both sides.
//
// The four macros mark what the vendor's two libraries (host, device) show. Ours is one library
// for both, so HOST and DEVICE names are visible unless the vendor's build switches say otherwise.
#pragma once

#if !defined(HIAI_LIB_VISIBILITY)
#define HIAI_LIB_VISIBILITY __attribute__((visibility("default")))
#define HIAI_LIB_INTERNAL __attribute__((visibility("hidden")))

#if defined(HIAIENGINE_MATRIX_DEVICE_LIB) && !defined(HIAIENGINE_MINI_RC)
#define HIAI_LIB_HOST_VISIBILITY __attribute__((visibility("hidden")))
#else
#define HIAI_LIB_HOST_VISIBILITY __attribute__((visibility("default")))
#endif

#if defined(HIAIENGINE_MATRIX_HOST_LIB) && !defined(HIAIENGINE_MINI_RC)
#define HIAI_LIB_DEVICE_VISIBILITY __attribute__((visibility("hidden")))
#else
#define HIAI_LIB_DEVICE_VISIBILITY __attribute__((visibility("default")))
#endif
#endif  // HIAI_LIB_VISIBILITY

// For inline code of our headers that each library must run a copy of its own of, so that the
// library knows by the return address who calls.
#define OPENMATRIX_HIDDEN __attribute__((visibility("hidden")))

// C functions that take std::string link with either string ABI and then read garbage, so the
// difference is caught here. Build library and application with the same setting.
#if defined(__cplusplus)
#include <cstddef>
#if defined(_GLIBCXX_USE_CXX11_ABI) && !_GLIBCXX_USE_CXX11_ABI && \
    !defined(OPENMATRIX_OLD_STRING_ABI)
#error "libmatrix is built with the new std::string ABI; compile with _GLIBCXX_USE_CXX11_ABI=1"
#endif
#endif
