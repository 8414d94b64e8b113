// How long a stress test runs: a few seconds, or minutes with OPENMATRIX_TEST_LONG=1.
#pragma once

#include <cstdlib>

namespace openmatrix {

inline int Steps(int normal) {
  return std::getenv("OPENMATRIX_TEST_LONG") != nullptr ? normal * 40 : normal;
}

}  // namespace openmatrix
