// The engine classes that one side knows, by the name the configuration uses.
//
// Static constructors and destructors of any library call this, from any thread.
#pragma once

#include <map>
#include <string>

#include "base/mutex.h"
#include "base/result.h"
#include "os/fork_guard.h"

namespace hiai {
class Engine;
}

namespace openmatrix {

using EngineCreator = hiai::Engine* (*)();

class EngineRegistry {
 public:
  // False if the name is taken: the first registration wins.
  bool Add(const std::string& name, EngineCreator creator) OPENMATRIX_EXCLUDES(mutex_);
  void Remove(const std::string& name) OPENMATRIX_EXCLUDES(mutex_);
  // Null if unknown.
  EngineCreator Find(const std::string& name) const OPENMATRIX_EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  std::map<std::string, EngineCreator> creators_ OPENMATRIX_GUARDED_BY(mutex_);
  const HeldAcrossForks held_across_forks_{ForkRank::kTables, mutex_};
};

}  // namespace openmatrix
