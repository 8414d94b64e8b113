#include "graph_manager.h"

#include <unistd.h>

#include "proto/graph_config.pb.h"

using namespace std;
using hiai::Graph;

static const uint32_t kGraph = 42;

bool GraphManager::Start(const char* file, const char* device) {
  HIAI_Init(0);
  hiai::GraphConfigList list;
  if (Graph::ParseConfigFile(file, list) != HIAI_OK || list.graphs_size() != 2) {
    return false;
  }
  // Our graph gets its number and device here; what else is in the file is not ours.
  list.mutable_graphs()->RemoveLast();
  list.mutable_graphs(0)->set_graph_id(kGraph);
  list.mutable_graphs(0)->set_device_id(device);
  if (Graph::CreateGraph(list) != HIAI_OK) {
    return false;
  }
  graph_ = Graph::GetInstance(kGraph);
  hiai::EnginePortID port;
  port.graph_id = kGraph;
  port.engine_id = 2;
  port.port_id = 0;
  if (graph_ == nullptr || graph_->SetDataRecvFunctor(port, shared_from_this()) != HIAI_OK) {
    return false;
  }
  hiai::HIAIEvent event = hiai::HIAI_DEVICE_DISCONNECT_EVENT;
  HIAI_StatusT ret = graph_->RegisterEventHandle(event, [this]() -> HIAI_StatusT {
    lock_guard<mutex> lock(mutex_);
    running_ = false;
    return HIAI_OK;
  });
  return ret == HIAI_OK;
}

bool GraphManager::Infer(int requests) {
  for (int id = 0; id < requests; ++id) {
    auto request = make_shared<Request>();
    request->id = id;
    hiai::EnginePortID port = {kGraph, 1, 0};
    // If the answer came within SendData we would wait for ourselves here.
    lock_guard<mutex> lock(mutex_);
    running_ = true;
    if (graph_->SendData(port, "Request", request) != HIAI_OK) {
      return false;
    }
    ++waiting_;
  }
  for (int tries = 0; tries < 40000; ++tries) {
    usleep(200);
    lock_guard<mutex> lock(mutex_);
    if (!running_ || waiting_ == 0) {
      return running_ && answers_ == requests && wrong_ == 0;
    }
  }
  return false;
}

HIAI_StatusT GraphManager::RecvData(const shared_ptr<void>& message) {
  auto request = static_pointer_cast<Request>(message);
  lock_guard<mutex> lock(mutex_);
  wrong_ += request->id == answers_ && request->scores["cat"] == request->id * 0.5f ? 0 : 1;
  ++answers_;
  --waiting_;
  return HIAI_OK;
}

bool GraphManager::Stop() {
  HIAI_StatusT ret = Graph::DestroyGraph(kGraph);
  // Handles stay, and know that the graph is gone.
  hiai::EnginePortID port = {kGraph, 1, 0};
  HIAI_StatusT late = graph_->SendData(port, "Request", make_shared<Request>());
  return ret == HIAI_OK && late == HIAI_GRAPH_NOT_EXIST && Graph::GetInstance(kGraph) == nullptr;
}
