/* Loads the device half and asks it; takes a block from libmatrix.so, to see that it is there. */
#include <dlfcn.h>
#include <stdio.h>

#include "hiaiengine/c_api.h"

int main(void) {
  void* block = HIAI_DMalloc(64, 0, 0);
  void* library = dlopen("./libDevice.so", RTLD_NOW | RTLD_LOCAL);
  int (*answer)(void);
  if (block == NULL || HIAI_DFree(block) != HIAI_OK) return 1;
  if (library == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  *(void**)&answer = dlsym(library, "Answer");
  if (answer == NULL) return 1;
  printf("device library says %d\n", answer());
  return 0;
}
