#include "runtime/disconnect_handler.h"

#include <utility>

namespace openmatrix {

void DisconnectHandler::Set(Function function) {
  MutexLock lock(mutex_);
  std::swap(function, function_);  // what the old one captured goes with the argument
  told_ = 0;
}

bool DisconnectHandler::empty() const {
  MutexLock lock(mutex_);
  return !function_;
}

DisconnectHandler::Function DisconnectHandler::Claim(std::uint64_t cut) {
  MutexLock lock(mutex_);
  if (!function_ || cut <= told_) return {};
  told_ = cut;
  return function_;
}

}  // namespace openmatrix
