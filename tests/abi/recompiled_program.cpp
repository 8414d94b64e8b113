// Loads a library after libmatrix.so: of what both define, the library gets libmatrix.so's.
#include <dlfcn.h>

#include <cstdio>

#include "hiaiengine/c_api.h"

int main(int argc, char** argv) {
  if (argc != 2 || HIAI_Init(0) != HIAI_OK) return 2;
  void* const library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    std::fprintf(stderr, "%s\n", dlerror());
    return 3;
  }
  const auto make = reinterpret_cast<const char* (*)()>(dlsym(library, "RecompiledNames"));
  if (make == nullptr) return 4;
  std::puts(make());
  return 0;
}
