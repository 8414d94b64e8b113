// What only our candidate can do.
#pragma once

#include "candidate.h"

namespace bench {

// A lane whose messages go on from the far end, an engine of device 0, to one of device 1, and from
// there to the near end. Each sends on the block that it received.
std::unique_ptr<Lane> OpenForwardingLane(Near& near, std::size_t queue, std::uint8_t number);

// From now on payloads are not of our pool, so that each first hop copies: shows that it is
// noticed.
void MakePayloadsForeign();

}  // namespace bench
