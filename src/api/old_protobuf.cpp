// Objects compiled with another version of protobuf are told so, before they damage memory.
//
// Such an object makes a message by calling hiai::X::X() of this library: with the protobuf of 2019
// the generated constructor stood in the library. Today it is inline, so no object of today needs
// ours, but one that was compiled without optimisation may meet it: its own copy and ours are one
// name. So the function here asks whose object the call comes from. One that has a constructor of
// its own is of today and gets its message. One that has none has room for a message of another
// layout: it gets a line and the end of the process.
//
// Costs a look-up in the dynamic linker's tables per message, where it is called at all.
#include <dlfcn.h>
#include <link.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/log_sink.h"
#include "hiaiengine/internal/visibility.h"

namespace google {
namespace protobuf {
class Arena;
}  // namespace protobuf
}  // namespace google

#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__))
namespace openmatrix {
namespace {

// Whether the object with the code `caller` defines `name` itself. True if there is doubt.
bool HasItsOwn(const void* caller, const char* name) {
  Dl_info where;
  link_map* object = nullptr;
  if (::dladdr1(caller, &where, reinterpret_cast<void**>(&object), RTLD_DL_LINKMAP) == 0) {
    return true;
  }
  const char* const path = object->l_name[0] == '\0' ? nullptr : object->l_name;
  void* const handle = ::dlopen(path, RTLD_LAZY | RTLD_NOLOAD);
  if (handle == nullptr) return true;
  void* const symbol = ::dlsym(handle, name);  // its own names first, then those of what it needs
  ::dlclose(handle);
  Dl_info found;
  return symbol == nullptr || ::dladdr(symbol, &found) == 0 || found.dli_fbase == where.dli_fbase;
}

// An error status and no destructors: what the object has made so far may be damaged already.
[[noreturn]] void Refuse(const void* caller, const char* message) {
  Dl_info where;
  const bool known = ::dladdr(caller, &where) != 0 && where.dli_fname != nullptr;
  Log(LogLevel::kFatal,
      "%s makes a message hiai::%s as another version of protobuf lays it out: it was compiled "
      "against other headers; compile it again with the headers of this library "
      "(openmatrix-check-binary lists what a file needs)",
      known ? where.dli_fname : "the program", message);
  ::_exit(EXIT_FAILURE);
}

using Construct = void (*)(void* self, google::protobuf::Arena* arena, bool is_message_owned);

inline void MakeMessage(const void* caller, const char* message, const char* name,
                        Construct construct, void* self) {
  if (!HasItsOwn(caller, name)) Refuse(caller, message);
  construct(self, nullptr, false);
}

}  // namespace

// The complete and the base constructor of one class; `length` is that of its name.
#define OPENMATRIX_OLD_CONSTRUCTOR(Class, length)                                                \
  void Construct##Class(                                                                         \
      void* self, google::protobuf::Arena* arena,                                                \
      bool is_message_owned) __asm__("_ZN4hiai" length #Class "C1EPN6google8protobuf5ArenaEb");  \
  HIAI_LIB_VISIBILITY void Complete##Class(void* self) __asm__("_ZN4hiai" length #Class "C1Ev"); \
  void Complete##Class(void* self) {                                                             \
    MakeMessage(__builtin_return_address(0), #Class, "_ZN4hiai" length #Class "C1Ev",            \
                Construct##Class, self);                                                         \
  }                                                                                              \
  HIAI_LIB_VISIBILITY void Base##Class(void* self) __asm__("_ZN4hiai" length #Class "C2Ev");     \
  void Base##Class(void* self) {                                                                 \
    MakeMessage(__builtin_return_address(0), #Class, "_ZN4hiai" length #Class "C2Ev",            \
                Construct##Class, self);                                                         \
  }

OPENMATRIX_OLD_CONSTRUCTOR(AIAPIDescription, "16")
OPENMATRIX_OLD_CONSTRUCTOR(AIAPIDescriptionList, "20")
OPENMATRIX_OLD_CONSTRUCTOR(AIConfig, "8")
OPENMATRIX_OLD_CONSTRUCTOR(AIConfigItem, "12")
OPENMATRIX_OLD_CONSTRUCTOR(AIModelDescription, "18")
OPENMATRIX_OLD_CONSTRUCTOR(AINNNodeDescription, "19")
OPENMATRIX_OLD_CONSTRUCTOR(AINNNodeDescriptionList, "23")
OPENMATRIX_OLD_CONSTRUCTOR(AIOPDescription, "15")
OPENMATRIX_OLD_CONSTRUCTOR(AIOPDescriptionList, "19")
OPENMATRIX_OLD_CONSTRUCTOR(AITensorDescription, "19")
OPENMATRIX_OLD_CONSTRUCTOR(AITensorDescriptionList, "23")
OPENMATRIX_OLD_CONSTRUCTOR(AITensorParaDescription, "23")
OPENMATRIX_OLD_CONSTRUCTOR(EngineDesc, "10")
OPENMATRIX_OLD_CONSTRUCTOR(GeneralFileBuffer, "17")
OPENMATRIX_OLD_CONSTRUCTOR(GraphInitDesc, "13")
OPENMATRIX_OLD_CONSTRUCTOR(NodeDesc, "8")
OPENMATRIX_OLD_CONSTRUCTOR(ConnectConfig, "13")
OPENMATRIX_OLD_CONSTRUCTOR(DumpDef, "7")
OPENMATRIX_OLD_CONSTRUCTOR(EngineConfig, "12")
OPENMATRIX_OLD_CONSTRUCTOR(GraphConfig, "11")
OPENMATRIX_OLD_CONSTRUCTOR(GraphConfigList, "15")
OPENMATRIX_OLD_CONSTRUCTOR(GraphUpdateConfig, "17")
OPENMATRIX_OLD_CONSTRUCTOR(OAMConfigDef, "12")
OPENMATRIX_OLD_CONSTRUCTOR(ProfileConfig, "13")

#undef OPENMATRIX_OLD_CONSTRUCTOR

}  // namespace openmatrix
#endif
