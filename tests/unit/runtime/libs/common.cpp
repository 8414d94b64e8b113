#include "libs/common.h"

int NextOfCommon() {
  static int count = 0;
  return ++count;
}

int NextInlineOfCommon() { return InlineCounter::Next(); }
