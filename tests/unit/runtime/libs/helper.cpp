// What needs_helper.cpp calls, in a library that it does not name.
#include <string>

std::string HelperText() { return "helped"; }

int NextOfHelper() {
  static int count = 0;
  return ++count;
}
