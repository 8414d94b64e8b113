// graph_manager: a class that owns the graph, again and again with the same number.
//
// Shows: a configuration that is parsed, edited and created; counters that the callback decrements
// after SendData was called with the lock held; DestroyGraph while the last Process returns from
// the SendData that called back; graph numbers used again; unknown numbers destroyed; HIAI_Init
// repeated; RegisterEventHandle.
#include <libgen.h>
#include <unistd.h>

#include "graph_manager.h"

static const int kStarts = 6, kRequests = 15;

int main(int argc, char* argv[]) {
  if (chdir(dirname(argv[0])) != 0) {
    return 2;
  }
  for (int start = 0; start < kStarts; ++start) {
    std::shared_ptr<GraphManager> manager = std::make_shared<GraphManager>();
    if (!manager->Start("./graph.config", start % 2 == 0 ? "0" : "1")) {
      printf("graph_manager: start %d failed\n", start);
      return 1;
    }
    hiai::Graph::DestroyGraph(1000 + start);
    if (!manager->Infer(kRequests)) {
      printf("graph_manager: answers are missing or wrong at start %d\n", start);
      return 1;
    }
    if (!manager->Stop()) {
      printf("graph_manager: stop %d failed\n", start);
      return 1;
    }
    hiai::Graph::DestroyGraph(42);
  }
  printf("graph_manager: %d starts, %d requests each\n", kStarts, kRequests);
  return 0;
}
