// A block of pool memory as a message.
#ifndef QUIT_BLOCK_H_
#define QUIT_BLOCK_H_

#include "hiaiengine/ai_memory.h"
#include "hiaiengine/data_type_reg.h"
#include "hiaiengine/engine.h"

#define BLOCK_BYTES 30000

typedef struct Block {
  uint32_t number;
  std::shared_ptr<uint8_t> data;
} Block;

static void PackBlock(void* input, string& ctrl, uint8_t*& data, uint32_t& length) {
  Block* block = (Block*)input;
  ctrl = string((char*)input, sizeof(Block));
  data = block->data.get();
  length = BLOCK_BYTES;
}

static std::shared_ptr<void> UnpackBlock(const char* ctrl, const uint32_t& ctrl_length,
                                         const uint8_t* data, const uint32_t& length) {
  std::shared_ptr<Block> block = std::make_shared<Block>();
  block->number = ((Block*)ctrl)->number;
  block->data.reset((uint8_t*)data, hiai::Graph::ReleaseDataBuffer);
  return block;
}

HIAI_REGISTER_SERIALIZE_FUNC("Block", Block, PackBlock, UnpackBlock);

static inline std::shared_ptr<Block> NewBlock(uint32_t number) {
  void* buffer = nullptr;
  if (hiai::HIAIMemory::HIAI_DMalloc(BLOCK_BYTES, buffer, 1000) != HIAI_OK) {
    return nullptr;
  }
  std::shared_ptr<Block> block = std::make_shared<Block>();
  block->number = number;
  memset(buffer, number & 0xff, BLOCK_BYTES);
  block->data.reset((uint8_t*)buffer, hiai::HIAIMemory::HIAI_DFree);
  return block;
}

#endif
