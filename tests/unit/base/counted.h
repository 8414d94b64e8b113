// A Waitable that counts how often it was woken.
#pragma once

#include "base/wake_list.h"

namespace openmatrix {

class Counted final : public Waitable {
 public:
  void WakeAll() override { ++wakes; }
  int wakes = 0;
};

}  // namespace openmatrix
