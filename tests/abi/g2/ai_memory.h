// Memory, C functions and log forms as objects of 2019 see them; see status.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "status.h"

namespace hiai {

class Engine;
class Graph;

enum HIAI_MEMORY_ATTR {
  HIAI_MEMORY_ATTR_NONE = 0,
  HIAI_MEMORY_ATTR_ATUO_FREE = 2,
  HIAI_MEMORY_ATTR_MANUAL_FREE = 4,
  HIAI_MEMORY_ATTR_MAX = 5
};

class HIAIMemory {
 public:
  static HIAI_StatusT HIAI_DMalloc(const uint32_t dataSize, void*& dataBuffer,
                                   const uint32_t& timeOut = 500,
                                   uint32_t flag = HIAI_MEMORY_ATTR_ATUO_FREE);
  static HIAI_StatusT HIAI_DFree(void* dataBuffer);
  static bool IsDMalloc(const void* dataBuffer, const uint32_t& dataSize);
  static HIAI_StatusT HIAI_DVPP_DMalloc(const uint32_t dataSize, void*& dataBuffer);
  static HIAI_StatusT HIAI_DVPP_DFree(void* dataBuffer);
};

}  // namespace hiai

typedef struct HIAI_PortID {
  uint32_t graph_id;
  uint32_t engine_id;
  uint32_t port_id;
} HIAI_PortID_t;

extern "C" {
HIAI_StatusT HIAI_Init(uint32_t deviceID);
void* HIAI_DMalloc(const uint32_t dataSize, const uint32_t timeOut, uint32_t flag);
HIAI_StatusT HIAI_DFree(void* dataBuffer);
HIAI_StatusT HIAI_SendData(HIAI_PortID_t targetPortConfig, const std::string& messageName,
                           std::shared_ptr<void>& dataPtr, const uint32_t timeOut = 0);
HIAI_StatusT HIAI_C_SendData(HIAI_PortID_t targetPortConfig, const char* messageName, size_t len,
                             void* dataPtr);
void HIAI_ENGINE_LOG_IMPL(const char*, const char*, int, const int32_t, const uint32_t,
                          const char* format, ...);
}

void HIAI_ENGINE_LOG_IMPL(const char*, const char*, int, const hiai::Graph*, const uint32_t,
                          const char* format, ...);
void HIAI_ENGINE_LOG_IMPL(const char*, const char*, int, const hiai::Engine*, const uint32_t,
                          const char* format, ...);
void HIAI_ENGINE_LOG_IMPL(const char*, const char*, int, const uint32_t, const char* format, ...);
void HIAI_ENGINE_LOG_IMPL(const char*, const char*, int, const char* format, ...);
void HIAI_ENGINE_LOG_IMPL(const char*, const char*, int, const int32_t, const hiai::Graph*,
                          const uint32_t, const char* format, ...);
void HIAI_ENGINE_LOG_IMPL(const char*, const char*, int, const int32_t, const hiai::Engine*,
                          const uint32_t, const char* format, ...);
void HIAI_ENGINE_LOG_IMPL(const char*, const char*, int, const int32_t, const char* format, ...);

#define HIAI_ENGINE_LOG(...) HIAI_ENGINE_LOG_IMPL(__func__, __FILE__, __LINE__, __VA_ARGS__)
