// What a graph's application wants to be told when the link to the graph's device is cut, and
// which cuts it was told of: each handler hears of each cut once, whoever comes to tell it.
//
// Any thread.
#pragma once

#include <cstdint>

#include "base/mutex.h"
#include "base/shared_function.h"

namespace openmatrix {

class DisconnectHandler {
 public:
  using Function = SharedFunction<std::uint32_t()>;

  // Replaces the one before. None forgets it.
  void Set(Function function) OPENMATRIX_EXCLUDES(mutex_);

  bool empty() const OPENMATRIX_EXCLUDES(mutex_);

  // The function to call for the cut of number `cut`; none if there is none, or it was told.
  // Whoever gets it must call it, with no lock held.
  Function Claim(std::uint64_t cut) OPENMATRIX_EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  Function function_ OPENMATRIX_GUARDED_BY(mutex_);
  std::uint64_t told_ OPENMATRIX_GUARDED_BY(mutex_) = 0;
};

}  // namespace openmatrix
