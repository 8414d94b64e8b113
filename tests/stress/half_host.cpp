// The host half of the storms, and the way to the device half.
#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>

#include "half_impl.h"
#include "storm.h"

namespace storm {
namespace {

const Half& FindDeviceHalf() {
  void* const library = ::dlopen(OPENMATRIX_TEST_STORM_DEVICE, RTLD_NOLOAD | RTLD_LAZY);
  void* const symbol = library != nullptr ? ::dlsym(library, "storm_device_half") : nullptr;
  if (symbol == nullptr) {
    std::fprintf(stderr, "the device library of the storms is not loaded\n");
    std::abort();
  }
  return *reinterpret_cast<const Half* (*)()>(symbol)();
}

}  // namespace

const Half& HostHalf() {
  static const Half half = MakeHalf();
  return half;
}

const Half& DeviceHalf() {
  static const Half& half = FindDeviceHalf();
  return half;
}

}  // namespace storm
