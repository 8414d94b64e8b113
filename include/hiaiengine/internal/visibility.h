// Which names a library shows, and the compiler settings that must agree on both sides.
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

// Settings that change what the types of the standard library look like in memory. Much links with
// the wrong one and then reads garbage, so it is said here. Build both sides with the same
// settings.
#if defined(__cplusplus)
#include <cstddef>  // tells which standard library it is, and its settings
#if defined(_LIBCPP_VERSION)
#error "libmatrix is built with libstdc++, this is libc++; compile and link without -stdlib=libc++"
#elif defined(_GLIBCXX_DEBUG)
#error "libmatrix is built without libstdc++'s debug mode; compile without _GLIBCXX_DEBUG"
#elif defined(_GLIBCXX_USE_CXX11_ABI) && !_GLIBCXX_USE_CXX11_ABI && \
    !defined(OPENMATRIX_OLD_STRING_ABI)
#error "libmatrix is built with the new std::string ABI; compile with _GLIBCXX_USE_CXX11_ABI=1"
#else
#define OPENMATRIX_SETTINGS_AGREE
#endif

// What is part of the ABI, on machines of 64 bits. Silent after the messages above, which say it.
#if defined(OPENMATRIX_SETTINGS_AGREE)
#define OPENMATRIX_ABI_ASSERT(condition) \
  static_assert(sizeof(void*) != 8 || (condition), "part of the ABI")
#else
#define OPENMATRIX_ABI_ASSERT(condition) static_assert(true, "")
#endif
#endif
