// A token goes round and round. Each hop is a new block of memory.
#ifndef LOOP_TOKEN_H_
#define LOOP_TOKEN_H_

#include "hiaiengine/ai_memory.h"
#include "hiaiengine/data_type_reg.h"

static const uint32_t kTokenBytes = 20000;
static const uint32_t kHops = 20;

struct Token {
  uint32_t id;
  uint32_t hops;
  uint32_t size;
  std::shared_ptr<uint8_t> data;
};

inline bool TokenIsGood(const Token& token) {
  for (uint32_t i = 0; i < token.size; i += 97) {
    if (token.data.get()[i] != static_cast<uint8_t>(token.id + token.hops + i)) {
      return false;
    }
  }
  return token.size == kTokenBytes;
}

// A token for the next hop; null if there is no memory.
inline std::shared_ptr<Token> MakeToken(uint32_t id, uint32_t hops, uint32_t flag,
                                        void (*deleter)(void*)) {
  void* buffer = nullptr;
  HIAI_StatusT ret = hiai::HIAIMemory::HIAI_DMalloc(kTokenBytes, buffer, 10000, flag);
  if (ret != HIAI_OK || !hiai::HIAIMemory::IsDMalloc(buffer, kTokenBytes)) {
    return nullptr;
  }
  std::shared_ptr<Token> token = std::make_shared<Token>();
  token->id = id;
  token->hops = hops;
  token->size = kTokenBytes;
  token->data.reset(static_cast<uint8_t*>(buffer), deleter);
  for (uint32_t i = 0; i < kTokenBytes; i += 97) {
    token->data.get()[i] = static_cast<uint8_t>(id + hops + i);
  }
  return token;
}

inline void PackToken(void* input, string& ctrl, uint8_t*& data, uint32_t& length) {
  Token* token = reinterpret_cast<Token*>(input);
  ctrl = string(reinterpret_cast<char*>(token), sizeof(Token));
  data = token->data.get();
  length = token->size;
}

inline std::shared_ptr<void> UnpackToken(const char* ctrl, const uint32_t& ctrl_length,
                                         const uint8_t* data, const uint32_t& length) {
  const Token* image = reinterpret_cast<const Token*>(ctrl);
  std::shared_ptr<Token> token = std::make_shared<Token>();
  token->id = image->id;
  token->hops = image->hops;
  token->size = image->size;
  token->data.reset(const_cast<uint8_t*>(data), hiai::HIAIMemory::HIAI_DFree);
  return token;
}

HIAI_REGISTER_SERIALIZE_FUNC("Token", Token, PackToken, UnpackToken);

#endif
