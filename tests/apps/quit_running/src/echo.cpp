// Sends each block back, in a new block of the device.
#include "block.h"

using namespace std;

// Something that the end of the program destroys.
static map<uint32_t, string> g_seen;

class Echo : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("Echo", Echo, 1) {
  shared_ptr<Block> block = static_pointer_cast<Block>(arg0);
  g_seen[block->number % 100] = "a string that is too long to be stored in place";
  for (int i = 0; i < BLOCK_BYTES; i += 1000) {
    if (block->data.get()[i] != (block->number & 0xff)) {
      HIAI_ENGINE_LOG(this, HIAI_GRAPH_INVALID_VALUE, "block %u is broken");
      return HIAI_ERROR;
    }
  }
  shared_ptr<Block> answer = NewBlock(block->number);
  return answer ? SendData(0, "Block", answer) : HIAI_GRAPH_NO_MEMORY;
}
