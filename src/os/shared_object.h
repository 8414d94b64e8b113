// The memory that all views of the pool show: an object of the kernel's that has pages where
// somebody wrote, and no name in any file system.
//
// The descriptor is kept for one purpose: a forked child makes its views private copies with it.
// Everything else works without, so a program may close it.
#pragma once

#include <cstdint>

#include "base/own_descriptor.h"

namespace openmatrix {

struct SharedObject {
  OwnDescriptor descriptor;    // none: shared memory without an object, for this process only
  std::uint64_t room = ~0ull;  // bytes that the place it lies in has; more ends in SIGBUS

  // Whether others may take the room that it has now.
  bool limited() const { return room != ~0ull; }

  // Of `bytes`: a memfd; where that is refused an unlinked file in /dev/shm, in TMPDIR or in /tmp,
  // if it has room for `wanted_room`; else none. Each step down is one line in the log.
  static SharedObject Create(std::uint64_t bytes, std::uint64_t wanted_room);
};

}  // namespace openmatrix
