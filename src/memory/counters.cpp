#include "memory/counters.h"

namespace openmatrix {

const char* Name(CopyReason reason) {
  switch (reason) {
    case CopyReason::kForeign:
      return "foreign memory";
    case CopyReason::kInterior:
      return "not the start of a block";
    case CopyReason::kForwarded:
      return "received block sent onward";
    case CopyReason::kFanOut:
      return "further target of one send";
    case CopyReason::kTargetBusy:
      return "target holds the block already";
    case CopyReason::kRepeated:
      return "repeated send of a manual block";
    case CopyReason::kOutsideWindow:
      return "block beyond the device window";
    case CopyReason::kCount:
      break;
  }
  return "unknown";
}

}  // namespace openmatrix
