// Any bytes as the control part of a built-in message: an exception, or an object whose own bytes
// read back as the same object. The first byte chooses the message.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iterator>
#include <map>
#include <memory>
#include <string>

#include "api/builtin_messages.h"

namespace openmatrix {
namespace {

// In the order of their names: an input means the same message in each build.
const std::map<std::string, TypeHooks>& Messages() {
  static const auto* const messages = [] {
    TypeTable table;
    AddBuiltinMessages(table);
    return new std::map<std::string, TypeHooks>(table.begin(), table.end());
  }();
  return *messages;
}

std::shared_ptr<void> Read(const TypeHooks& hooks, const std::string& control) {
  if (hooks.common_in) return hooks.common_in(control);
  return hooks.fast_in(control.data(), static_cast<std::uint32_t>(control.size()), nullptr, 0);
}

std::string Written(const TypeHooks& hooks, void* object) {
  std::string control;
  std::uint8_t* data = nullptr;
  std::uint32_t bytes = 0;
  if (hooks.common_out) {
    hooks.common_out(object, control);
  } else {
    hooks.fast_out(object, control, data, bytes);
  }
  return control;
}

void Require(bool good, const std::string& name) {
  if (good) return;
  std::fprintf(stderr, "%s: what was written does not read back\n", name.c_str());
  std::abort();
}

}  // namespace
}  // namespace openmatrix

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace openmatrix;
  if (size == 0) return 0;
  const auto& [name, hooks] = *std::next(Messages().begin(), data[0] % Messages().size());
  const std::string control(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::shared_ptr<void> object;
  try {
    object = Read(hooks, control);
  } catch (const std::exception&) {
    return 0;
  }
  const std::string written = Written(hooks, object.get());
  Require(Written(hooks, Read(hooks, written).get()) == written, name);
  return 0;
}
