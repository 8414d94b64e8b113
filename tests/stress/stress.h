// How long a stress test runs: a few seconds, or minutes with OPENMATRIX_TEST_LONG=1.
#pragma once

#include <chrono>
#include <cstdlib>

namespace openmatrix {

inline bool LongTests() { return std::getenv("OPENMATRIX_TEST_LONG") != nullptr; }

inline int Steps(int normal) { return LongTests() ? normal * 40 : normal; }

// Of each storm (storm.h) and of each fuzzer (tests/fuzz): they try what chance brings, and stop
// when this time is over.
inline std::chrono::seconds StormTime() { return std::chrono::seconds(LongTests() ? 600 : 10); }

}  // namespace openmatrix
