// The one door into the private parts of the public classes: a handle's graph, an engine's host.
#pragma once

#include <memory>
#include <vector>

#include "hiaiengine/engine.h"
#include "hiaiengine/graph.h"

namespace openmatrix {

struct PublicAccess {
  static void Bind(hiai::Engine& engine, EngineHost* host) { engine.host_ = host; }
  // Null outside a graph.
  static EngineHost* HostOf(const hiai::Engine& engine) { return engine.host_; }
  static HIAI_StatusT InitMsgQueue(hiai::Engine& engine) { return engine.InitMsgQueue(); }
  static HIAI_StatusT Run(hiai::Engine& engine, std::vector<std::shared_ptr<void>>& arguments) {
    return engine.Run(arguments);
  }

  static std::shared_ptr<hiai::Graph> MakeGraph(const std::weak_ptr<GraphImpl>& impl) {
    return std::shared_ptr<hiai::Graph>(new hiai::Graph(impl));
  }
  // Null if the graph is destroyed.
  static std::shared_ptr<GraphImpl> ImplOf(const hiai::Graph& graph) { return graph.impl_.lock(); }

  // A factory is an object of fixed size that hands everything on; it is never destroyed.
  static hiai::HIAIEngineFactory* MakeEngineFactory() { return new hiai::HIAIEngineFactory; }
};

}  // namespace openmatrix
