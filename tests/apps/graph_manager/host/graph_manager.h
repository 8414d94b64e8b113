// Starts the graph, sends requests, waits for all answers.
#ifndef GM_GRAPH_MANAGER_H_
#define GM_GRAPH_MANAGER_H_

#include <hiaiengine/api.h>

#include "request.h"

class GraphManager : public hiai::DataRecvInterface,
                     public std::enable_shared_from_this<GraphManager> {
 public:
  bool Start(const char* file, const char* device);
  bool Infer(int requests);
  bool Stop();
  HIAI_StatusT RecvData(const std::shared_ptr<void>& message) override;

 private:
  std::shared_ptr<hiai::Graph> graph_;
  std::mutex mutex_;
  bool running_ = false;
  int waiting_ = 0;
  int answers_ = 0;
  int wrong_ = 0;
};

#endif
