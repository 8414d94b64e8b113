// In the place of a header that generated files of older protocs include and later versions of
// protobuf do not have. Says what to do, and ends the compilation: what followed would be noise.
#if defined(__has_include_next)
#if __has_include_next(<google/protobuf/generated_message_table_driven.h>)
#define OPENMATRIX_PROTOBUF_HAS_IT  // the application's own protobuf, further down the path
#endif
#endif

#if defined(OPENMATRIX_PROTOBUF_HAS_IT)
#include_next <google/protobuf/generated_message_table_driven.h>
#else
#error "an older protoc made this .pb.h: run protoc again (README of the DDK tree says how)"
#include "what the line above says"
#endif
