// Calls of everything that applications call, each of them with a name: for the rules that hold at
// every border. They need the graph of borders.h and leave it as it was.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "hiaiengine/graph.h"

namespace borders {

struct Call {
  const char* name;
  std::function<void()> call;
};

std::vector<Call> AllCalls(hiai::Graph& graph);

void AllocateAndFree(std::uint32_t bytes);

}  // namespace borders
