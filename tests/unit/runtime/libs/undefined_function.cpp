// Has an engine, and a function that calls what does not exist anywhere but is never called.
#include "hiaiengine/engine.h"

void NobodyDefinesThis();
void NobodyCallsThis() { NobodyDefinesThis(); }

class HalfLinked : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("HalfLinked", HalfLinked, 1) { return SendData(0, "string", arg0); }
