// Loads what it is told to, in order: "global:<file>" or "local:<file>". Says so when all is
// loaded.
#include <dlfcn.h>

#include <cstdint>
#include <cstdio>
#include <cstring>

#if defined(STATIC_COPY)
// A program with a copy of its own.
extern "C" std::uint32_t HIAI_Init(std::uint32_t device);
#endif

int main(int argc, char** argv) {
#if defined(STATIC_COPY)
  if (HIAI_Init(0) == 0) return 2;
#endif
  for (int i = 1; i < argc; ++i) {
    const char* const file = std::strchr(argv[i], ':') + 1;
    if (dlopen(file, RTLD_NOW | (argv[i][0] == 'g' ? RTLD_GLOBAL : RTLD_LOCAL)) == nullptr) {
      std::fprintf(stderr, "%s\n", dlerror());
      return 2;
    }
  }
  std::puts("all loaded");
  return 0;
}
