// Catches standard error as long as it lives, in a file for appending that stays open beside it.
// That counts as standard error for the log; what gtest captures does not where standard output is
// the same file, as under ctest, or a terminal.
#pragma once

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstdio>
#include <string>

class StderrCapture {
 public:
  StderrCapture() {
    char name[] = "/tmp/openmatrix_stderr_XXXXXX";
    first_ = ::dup(STDERR_FILENO);
    file_ = ::mkostemp(name, O_APPEND);
    ::unlink(name);
    std::fflush(stderr);
    ::dup2(file_, STDERR_FILENO);
  }
  ~StderrCapture() {
    std::fflush(stderr);
    ::dup2(first_, STDERR_FILENO);
    ::close(first_);
    ::close(file_);
  }
  StderrCapture(const StderrCapture&) = delete;
  StderrCapture& operator=(const StderrCapture&) = delete;

  std::string Text() const {
    std::fflush(stderr);
    std::string text;
    char some[512];
    for (ssize_t got;
         (got = ::pread(file_, some, sizeof some, static_cast<off_t>(text.size()))) > 0;) {
      text.append(some, static_cast<std::size_t>(got));
    }
    return text;
  }

 private:
  int first_;
  int file_;
};
