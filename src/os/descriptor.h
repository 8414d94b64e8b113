// A descriptor that is closed with the object: for calls that open a file and are done with it.
#pragma once

#include <unistd.h>

#include <utility>

namespace openmatrix {

class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }

  bool ok() const { return number_ >= 0; }
  int get() const { return number_; }
  // The caller closes it, or nobody.
  int Release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

}  // namespace openmatrix
