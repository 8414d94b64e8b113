// What all fuzzers share: they run as long as a storm does.
#include <string>

#include "stress.h"

// libFuzzer calls it before it reads its arguments.
extern "C" int LLVMFuzzerInitialize(int* count, char*** arguments) {
  static std::string time = "-max_total_time=" + std::to_string(openmatrix::StormTime().count());
  static char* all[64];
  int length = 0;
  for (; length < *count && length < 62; ++length) all[length] = (*arguments)[length];
  all[length++] = time.data();
  all[length] = nullptr;
  *count = length;
  *arguments = all;
  return 0;
}
