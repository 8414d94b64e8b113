// The device half of the storms: a library as the wrappers of a DDK build it.
#include "half_impl.h"

extern "C" __attribute__((visibility("default"))) const storm::Half* storm_device_half() {
  static const storm::Half half = storm::MakeHalf();
  return &half;
}
