#include "transport/object_turns.h"

#include <algorithm>

namespace openmatrix {

ObjectTurns::Turn::Turn(ObjectTurns& turns, const void* object)
    : stripe_(turns.StripeOf(object)), object_(object) {
  const std::thread::id self = std::this_thread::get_id();
  MutexLock lock(stripe_.mutex);
  for (;;) {
    const auto entry = std::find_if(stripe_.taken.begin(), stripe_.taken.end(),
                                    [&](const Taken& one) { return one.object == object; });
    if (entry == stripe_.taken.end()) {
      stripe_.taken.push_back(Taken{object, self, 1});
      return;
    }
    if (entry->thread == self) {
      ++entry->depth;
      return;
    }
    ++stripe_.waiting;
    stripe_.ended.Wait(stripe_.mutex);
    --stripe_.waiting;
  }
}

ObjectTurns::Turn::~Turn() {
  MutexLock lock(stripe_.mutex);
  const auto entry = std::find_if(stripe_.taken.begin(), stripe_.taken.end(),
                                  [&](const Taken& one) { return one.object == object_; });
  if (--entry->depth > 0) return;
  stripe_.taken.erase(entry);
  if (stripe_.waiting > 0) stripe_.ended.NotifyAll();
}

}  // namespace openmatrix
