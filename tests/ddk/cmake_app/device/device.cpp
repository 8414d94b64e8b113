int TheAnswer();

extern "C" int Answer() { return TheAnswer(); }
