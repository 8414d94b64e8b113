// The device half of the contract tests: a library as the wrappers of a DDK build it.
#include "door_impl.h"

namespace contract {
namespace {

HIAI_REGISTER_SERIALIZE_FUNC("contract.DeviceOnly", Message, Serialize, Deserialize)

}  // namespace
}  // namespace contract

extern "C" __attribute__((visibility("default"))) const contract::Door* contract_device_door() {
  static const contract::Door door = contract::MakeDoor();
  return &door;
}
