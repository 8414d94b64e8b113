// feedback_loop: eight tokens run in a circle between host and device until they have done twenty
// hops.
//
// Shows: a cycle in the graph; an entry engine on the device; engines on both sides with threads of
// their own that allocate and send after Process has returned, started in a constructor and in
// Init, joined in destructors; matrixdaemon in place of matrix, as for a 200 DK.
#include <libgen.h>
#include <unistd.h>

#include <atomic>
#include <set>

#include "hiaiengine/api.h"
#include "openmatrix/stats.h"
#include "token.h"

using namespace std;

static const uint32_t kTokens = 8;

class Goal : public hiai::DataRecvInterface {
 public:
  HIAI_StatusT RecvData(const shared_ptr<void>& message) override {
    string line = *static_pointer_cast<string>(message);
    names_.insert(line);
    ++count_;
    return HIAI_OK;
  }
  bool Complete() const {
    bool complete = names_.size() == kTokens && count_ == kTokens;
    for (uint32_t id = 0; id < kTokens; ++id) {
      complete = complete && names_.count(to_string(id) + " done") == 1;
    }
    return complete;
  }
  atomic<uint32_t> count_{0};

 private:
  set<string> names_;
};

int main(int argc, char* argv[]) {
  if (chdir(dirname(argv[0])) != 0 || HIAI_Init(0) != HIAI_OK) return 2;
  if (hiai::Graph::CreateGraph("loop.prototxt") != HIAI_OK) {
    printf("feedback_loop: cannot start\n");
    return 1;
  }
  shared_ptr<Goal> goal = make_shared<Goal>();
  shared_ptr<hiai::Graph> graph = hiai::Graph::GetInstance(611);
  hiai::EnginePortID gauge = {611, 2, 1}, pump = {611, 1, 0};
  graph->SetDataRecvFunctor(gauge, goal);
  if (graph->SendData(pump, "string", make_shared<string>(to_string(kTokens))) != HIAI_OK) {
    printf("feedback_loop: the pump does not start\n");
    return 1;
  }
  for (int tries = 0; goal->count_ < kTokens && tries < 40000; ++tries) {
    usleep(1000);
  }
  hiai::Graph::DestroyGraph(611);

  // A thread of a device engine allocates on the device, a thread of a host engine on the host.
  OpenmatrixMemoryStats stats = OpenmatrixMemoryStats();
  stats.size = sizeof(stats);
  stats.version = OPENMATRIX_MEMORY_STATS_VERSION;
  openmatrix_get_memory_stats(&stats);
  const OpenmatrixViewStats& host = stats.views[0];
  const OpenmatrixViewStats& device = stats.views[1];
  bool balanced = host.live_blocks + device.live_blocks == 0 &&
                  host.allocations == kTokens * kHops / 2 &&
                  device.allocations == kTokens * kHops / 2;
  if (!goal->Complete() || !balanced) {
    printf("feedback_loop: %u tokens done; host %lu of %lu, device %lu of %lu blocks left\n",
           goal->count_.load(), host.live_blocks, host.allocations, device.live_blocks,
           device.allocations);
    return 1;
  }
  printf("feedback_loop: %u tokens, %u hops each\n", kTokens, kHops);
  return 0;
}
