// Memory from before main until after it: nobody calls HIAI_Init, a graph comes and goes in
// between. Succeeds with status 0; any other status says what failed.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "hiaiengine/ai_memory.h"
#include "hiaiengine/api.h"
#include "hiaiengine/c_graph.h"

namespace {

void Require(bool holds, int status) {
  if (!holds) std::_Exit(status);
}

// Four ways in, all of them before main and after it.
struct Early {
  Early() {
    Require(hiai::HIAIMemory::HIAI_DMalloc(5000, blocks[0]) == HIAI_OK, 10);
    Require(hiai::HIAIMemory::HIAI_DVPP_DMalloc(5000, blocks[1]) == HIAI_OK, 11);
    blocks[2] = HIAI_DMalloc(5000, 0, MEMORY_ATTR_MANUAL_FREE);
    blocks[3] = HIAI_DVPP_DMalloc(5000);
    for (void* const block : blocks) {
      Require(block != nullptr, 12);
      std::memset(block, 77, 5000);
    }
  }
  ~Early() {
    for (void* const block : blocks) Require(static_cast<char*>(block)[4999] == 77, 20);
    Require(hiai::HIAIMemory::IsDMalloc(blocks[0], 5000), 21);
    Require(HIAI_DFree(blocks[1]) == HIAI_GRAPH_WRONG_MEMORY_TYPE, 22);
    Require(HIAI_DFree(blocks[0]) == HIAI_OK, 23);
    Require(HIAI_DVPP_DFree(blocks[1]) == HIAI_OK, 24);
    Require(hiai::HIAIMemory::HIAI_DFree(blocks[2]) == HIAI_OK, 25);
    Require(hiai::HIAIMemory::HIAI_DVPP_DFree(blocks[3]) == HIAI_OK, 26);
    Require(HIAI_DFree(blocks[0]) == HIAI_GRAPH_NOT_FOND_MEMORY, 27);
    void* const late = HIAI_DMalloc(5000, 0, MEMORY_ATTR_AUTO_FREE);
    Require(late != nullptr, 28);
    Require(HIAI_DFree(late) == HIAI_OK, 29);
  }
  void* blocks[4] = {};
};

const Early g_early;

class Echo : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};
HIAI_IMPL_ENGINE_PROCESS("Echo", Echo, 1) {
  arg0.reset();
  return HIAI_OK;
}

}  // namespace

int main(int count, char** arguments) {
  Require(count == 2, 1);
  {
    std::ofstream file(arguments[1]);
    file << "graphs { graph_id: 1 engines { id: 1 engine_name: \"Echo\" side: HOST } }";
  }
  const HIAI_StatusT created = hiai::Graph::CreateGraph(arguments[1]);
  std::remove(arguments[1]);
  Require(created == HIAI_OK, 2);
  void* during = nullptr;
  Require(hiai::HIAIMemory::HIAI_DMalloc(5000, during) == HIAI_OK, 3);
  Require(hiai::Graph::DestroyGraph(1) == HIAI_OK, 4);
  Require(HIAI_DFree(during) == HIAI_OK, 5);
  void* after = nullptr;
  Require(hiai::HIAIMemory::HIAI_DMalloc(5000, after) == HIAI_OK, 6);
  Require(hiai::HIAIMemory::HIAI_DFree(after) == HIAI_OK, 7);
  return 0;
}
