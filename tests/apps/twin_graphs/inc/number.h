// The message, and the book of this side: both halves compile this file.
#ifndef TWIN_NUMBER_H_
#define TWIN_NUMBER_H_

#include "hiaiengine/data_type_reg.h"

class Number {
 public:
  uint64_t value = 0;
  uint32_t device_calls = 0;
  string trace;

  HIAI_SERIALIZE(value, device_calls, trace)
};

// One per side: host and device are two programs.
class Book {
 public:
  static Book& Get() {
    static Book book;
    return book;
  }

  uint32_t Add() {
    lock_.lock();
    uint32_t calls = ++calls_;
    lock_.unlock();
    return calls;
  }

 private:
  std::mutex lock_;
  uint32_t calls_ = 0;
};

#endif
