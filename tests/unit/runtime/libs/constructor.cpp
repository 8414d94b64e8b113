// A library of the program's own whose static constructor calls back to the program.
extern "C" __attribute__((weak)) void OpenmatrixTestConstructor();

namespace {

struct Calls {
  Calls() {
    if (&OpenmatrixTestConstructor != nullptr) OpenmatrixTestConstructor();
  }
} g_calls;

}  // namespace
