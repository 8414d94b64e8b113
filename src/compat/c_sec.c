// libc_sec.so: the functions of securec.h for objects that were compiled against the vendor's and
// import them. Whoever compiles anew needs no library.
#define OPENMATRIX_SECUREC_API __attribute__((visibility("default")))
#include "securec.h"
