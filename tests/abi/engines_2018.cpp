// An object with an engine of 2018: by its typeinfo, and by a graph that is found by value.
#include <cstdint>
#include <memory>
#include <typeinfo>

namespace hiai {
class Graph {
 public:
  static std::shared_ptr<Graph> GetInstance(uint32_t graphID);
};
class Engine {
 public:
  virtual int Init();
  virtual ~Engine();
};
}  // namespace hiai

const std::type_info* EngineOf2018(uint32_t graph) {
  return hiai::Graph::GetInstance(graph) != nullptr ? &typeid(hiai::Engine) : nullptr;
}
