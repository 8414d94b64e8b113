#include "os/stack_room.h"

#include <pthread.h>

#include <cstdint>

namespace openmatrix {

std::size_t StackLeft() noexcept {
  pthread_attr_t attributes;
  if (::pthread_getattr_np(::pthread_self(), &attributes) != 0) return SIZE_MAX;
  void* lowest = nullptr;
  std::size_t bytes = 0;
  const int error = ::pthread_attr_getstack(&attributes, &lowest, &bytes);
  ::pthread_attr_destroy(&attributes);
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  const auto end = reinterpret_cast<std::uintptr_t>(lowest);
  // A coroutine has a stack that the thread's attributes do not know.
  if (error != 0 || here < end || here - end > bytes) return SIZE_MAX;
  return here - end;
}

}  // namespace openmatrix
