// What a library of its own, common.cpp, shares with the engine library that needs it by name.
#pragma once

struct InlineCounter {
  static int Next() {
    static int count = 0;  // of an inline function: one for both libraries, where it is unique
    return ++count;
  }
};

int NextOfCommon();
int NextInlineOfCommon();
