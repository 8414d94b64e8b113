// The declarations of 2018 (G1) and of the documents of 2020 and later (G3) where they differ from
// 2019: ids and time-outs by value, members and log pointers without const. Ours, from the facts.
#pragma once

#include <cstdint>
#include <memory>

typedef uint32_t HIAI_StatusT;

namespace hiai {

class Engine {
 public:
  uint32_t GetQueueMaxSize();
  uint32_t GetQueueCurrentSize(const uint32_t portID);
};

class Graph {
 public:
  static std::shared_ptr<Graph> GetInstance(uint32_t graphID);
  static HIAI_StatusT DestroyGraph(uint32_t graphID);
  std::shared_ptr<Engine> GetEngine(uint32_t engineID);
  uint32_t GetGraphId();
  uint32_t GetDeviceID();
};

class HIAIMemory {
 public:
  static HIAI_StatusT HIAI_DMalloc(uint32_t dataSize, void*& dataBuffer, uint32_t timeOut,
                                   uint32_t flag);
};

}  // namespace hiai

void HIAI_ENGINE_LOG_IMPL(const char*, const char*, int, hiai::Graph*, uint32_t, const char*, ...);
void HIAI_ENGINE_LOG_IMPL(const char*, const char*, int, hiai::Engine*, uint32_t, const char*, ...);
void HIAI_ENGINE_LOG_IMPL(const char*, const char*, int, int32_t, hiai::Graph*, uint32_t,
                          const char*, ...);
void HIAI_ENGINE_LOG_IMPL(const char*, const char*, int, int32_t, hiai::Engine*, uint32_t,
                          const char*, ...);
