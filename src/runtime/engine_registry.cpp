#include "runtime/engine_registry.h"

namespace openmatrix {

bool EngineRegistry::Add(const std::string& name, EngineCreator creator) {
  MutexLock lock(mutex_);
  return creators_.emplace(name, creator).second;
}

void EngineRegistry::Remove(const std::string& name) {
  MutexLock lock(mutex_);
  creators_.erase(name);
}

EngineCreator EngineRegistry::Find(const std::string& name) const {
  MutexLock lock(mutex_);
  const auto found = creators_.find(name);
  return found != creators_.end() ? found->second : nullptr;
}

}  // namespace openmatrix
