// hiai::Graph, ports and receivers as objects of 2019 see them; see status.h.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include "status.h"

namespace hiai {

class Engine;
class GraphConfigList;
class GraphImpl;
class GraphUpdateConfig;

struct EnginePortID {
  uint32_t graph_id;
  uint32_t engine_id;
  uint32_t port_id;
};

enum HIAIEvent { HIAI_DEVICE_DISCONNECT_EVENT = 0 };

// Inline as a whole: its virtual table is the application's.
class DataRecvInterface {
 public:
  DataRecvInterface() {}
  virtual ~DataRecvInterface() {}
  virtual HIAI_StatusT RecvData(const std::shared_ptr<void>& message) = 0;

 private:
  DataRecvInterface(const DataRecvInterface&);
  DataRecvInterface& operator=(const DataRecvInterface&);
};

class Graph {
 public:
  static HIAI_StatusT CreateGraph(const std::string& configFile);
  static HIAI_StatusT CreateGraph(const std::string& configFile,
                                  std::list<std::shared_ptr<Graph>>& graphList);
  static std::shared_ptr<Graph> GetInstance(const uint32_t& graphID);
  static HIAI_StatusT DestroyGraph(const uint32_t& graphID);
  static HIAI_StatusT SetDataRecvFunctor(const EnginePortID& targetPortConfig,
                                         const std::shared_ptr<DataRecvInterface>& dataRecv);
  static void ReleaseDataBuffer(void* ptr);
  HIAI_StatusT SendData(const EnginePortID& targetPortConfig, const std::string& messageName,
                        const std::shared_ptr<void>& dataPtr, const uint32_t timeOut = 500);
  std::shared_ptr<Engine> GetEngine(uint32_t engineID);
  uint32_t GetGraphId() const;
  uint32_t GetDeviceID() const;

 private:
  Graph();
  std::weak_ptr<GraphImpl> impl_;
};

}  // namespace hiai
