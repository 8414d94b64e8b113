// A small library with what the loader looks at: needed libraries, a name, symbols that exist once
// per process, versions.
#include <cstdio>

struct Counter {
  static int& Count() {
    static int count = 0;
    return count;
  }
};

extern "C" int fuzz_seed() { return std::printf("%d\n", ++Counter::Count()); }
