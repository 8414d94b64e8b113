// Where files go for which no better place is named or will do.
#pragma once

#include <cstdlib>
#include <string>
#include <vector>

namespace openmatrix {

// TMPDIR if it is set, then /tmp: a directory that is named may be missing, full or read-only.
inline std::vector<std::string> TemporaryDirectories() {
  const char* const chosen = std::getenv("TMPDIR");
  if (chosen == nullptr || *chosen == '\0' || std::string(chosen) == "/tmp") return {"/tmp"};
  return {chosen, "/tmp"};
}

}  // namespace openmatrix
