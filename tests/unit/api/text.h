// Looks for a part of a text.
#pragma once

#include <string>

namespace openmatrix {

inline bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace openmatrix
