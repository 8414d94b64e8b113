// An object compiled with the old std::string, like the first compilers for the boards had it.
#include <cstdint>
#include <memory>
#include <string>

namespace hiai {
class Graph {
 public:
  static uint32_t CreateGraph(const std::string& configFile);
};
}  // namespace hiai

uint32_t OldStringCreate(const char* path) { return hiai::Graph::CreateGraph(path); }
