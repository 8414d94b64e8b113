// Catches the lines of the log in a file of its own for as long as it lives.
#pragma once

#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

#include "base/log_sink.h"

namespace openmatrix {

class LogCapture {
 public:
  explicit LogCapture(LogLevel threshold) {
    char name[] = "/tmp/openmatrix_log_XXXXXX";
    const int descriptor = ::mkstemp(name);
    if (descriptor >= 0) ::close(descriptor);
    name_ = name;
    ConfigureLog(threshold, name_);
  }
  ~LogCapture() {
    ConfigureLog(LogLevel::kWarning, "");
    std::remove(name_.c_str());
  }
  LogCapture(const LogCapture&) = delete;
  LogCapture& operator=(const LogCapture&) = delete;

  std::string Text() const {
    std::ifstream file(name_);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }

 private:
  std::string name_;
};

}  // namespace openmatrix
