// The host half of the contract tests, and the way to the device half.
#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>

#include "door_impl.h"
#include "support.h"

namespace contract {
namespace {

HIAI_REGISTER_SERIALIZE_FUNC("contract.HostOnly", Message, Serialize, Deserialize)

[[noreturn]] void GiveUp(const char* what) {
  std::fprintf(stderr, "the device library of the tests: %s\n", what);
  std::abort();
}

// The graph is gone afterwards, the library stays.
const Door& LoadDeviceDoor() {
  constexpr std::uint32_t kGraph = 4242;
  const std::string text =
      "graphs { graph_id: 4242 engines { id: 1 engine_name: \"Node\" " + DeviceLibrary() + "} }";
  if (CreateFromText(text) != HIAI_OK) GiveUp("CreateGraph failed");
  if (hiai::Graph::DestroyGraph(kGraph) != HIAI_OK) GiveUp("DestroyGraph failed");
  void* const library = ::dlopen(OPENMATRIX_TEST_DEVICE_DOOR, RTLD_NOLOAD | RTLD_LAZY);
  if (library == nullptr) GiveUp("is not loaded");
  void* const symbol = ::dlsym(library, "contract_device_door");
  if (symbol == nullptr) GiveUp("has no door");
  return *reinterpret_cast<const Door* (*)()>(symbol)();
}

}  // namespace

const Door& HostDoor() {
  static const Door door = MakeDoor();
  return door;
}

const Door& DeviceDoor() {
  static const Door& door = LoadDeviceDoor();
  return door;
}

}  // namespace contract
