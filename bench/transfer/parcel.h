// The message of all candidates but the floors: an object with a block of data.
#pragma once

#include <cstdint>
#include <memory>

#include "order.h"

namespace bench {

struct Parcel {
  Order order;
  std::shared_ptr<std::uint8_t> data;
};

}  // namespace bench
