// What by_value.cpp finds out through the declarations of by_value.h. A file of its own: the test
// that asks sees the same classes by the declarations in g2/.
#pragma once

#include <cstdint>

struct ByValueFindings {
  bool found_graph = false;
  uint32_t graph_id = 0;
  uint32_t device = 77;
  uint32_t queue_size = 0;
  uint32_t queued = 77;
  uint32_t malloc_status = 0;
  void* block = nullptr;
  uint32_t destroy_status = 0;
};

// REQUIRES: graph `graph` runs and has the engine `engine` on the host. Destroys the graph.
void UseByValueForms(uint32_t graph, uint32_t engine, ByValueFindings& findings);
