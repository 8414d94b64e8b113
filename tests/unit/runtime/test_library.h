// The libraries that tests load: see libs/.
#pragma once

#include <string>

namespace openmatrix {

// The path of the library `name`.
inline std::string TestLibrary(const std::string& name) {
  return std::string(OPENMATRIX_TEST_LIBRARIES) + "/" + name + ".so";
}

}  // namespace openmatrix
