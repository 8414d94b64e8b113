#include "runtime/disconnect_handler.h"

#include <utility>

namespace openmatrix {

void DisconnectHandler::Set(Function function) {
  std::shared_ptr<const Function> old;  // what it captured may be the user's: not under the lock
  if (function != nullptr) old = std::make_shared<const Function>(std::move(function));
  MutexLock lock(mutex_);
  old.swap(function_);
  told_ = 0;
}

bool DisconnectHandler::empty() const {
  MutexLock lock(mutex_);
  return function_ == nullptr;
}

std::shared_ptr<const DisconnectHandler::Function> DisconnectHandler::Claim(std::uint64_t cut) {
  MutexLock lock(mutex_);
  if (function_ == nullptr || cut <= told_) return nullptr;
  told_ = cut;
  return function_;
}

}  // namespace openmatrix
