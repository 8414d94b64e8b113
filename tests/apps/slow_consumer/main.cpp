// slow_consumer: items run through queues that are too small for them.
//
// Shows: loops that send again while the answer is HIAI_QUEUE_FULL, from main and from engines, on
// one side and across, with short time-outs and with none; HIAI_SendData; queue_size and
// GetQueueCurrentSize; thread_priority that an ordinary user may not have.
#include <libgen.h>
#include <unistd.h>

#include <atomic>

#include "hiaiengine/api.h"
#include "hiaiengine/c_graph.h"
#include "item.h"

using namespace std;

static const uint32_t kItems = 90;
static volatile bool g_started = false;
static atomic<uint32_t> g_count(0);
static uint32_t g_wrong = 0, g_full = 0;

class Counter : public hiai::DataRecvInterface {
 public:
  HIAI_StatusT RecvData(const shared_ptr<void>& message) {
    shared_ptr<Item> item = static_pointer_cast<Item>(message);
    bool good = item->number == g_count && item->load.size() == 3000 &&
                item->load[2999] == static_cast<uint8_t>(item->number);
    g_wrong += good ? 0 : 1;
    g_full += item->full;
    ++g_count;
    return HIAI_OK;
  }
};

// Every second item goes the C++ way, the others the C way.
static HIAI_StatusT SendOnce(shared_ptr<hiai::Graph> graph, shared_ptr<Item> item) {
  if (item->number % 2 == 0) {
    hiai::EnginePortID port = {30, 1, 0};
    return graph->SendData(port, "Item", item, 1);
  }
  HIAI_PortID_t port = {30, 1, 0};
  shared_ptr<void> message = item;
  return HIAI_SendData(port, "Item", message);
}

int main(int argc, char* argv[]) {
  if (chdir(dirname(argv[0])) != 0) return 2;
  HIAI_StatusT ret = HIAI_Init(0);
  ret = (ret == HIAI_OK) ? hiai::Graph::CreateGraph("graph.config") : ret;
  if (ret != HIAI_OK) {
    printf("slow_consumer: cannot start\n");
    return 1;
  }
  shared_ptr<hiai::Graph> graph = hiai::Graph::GetInstance(30);
  hiai::EnginePortID last = {30, 3, 0};
  graph->SetDataRecvFunctor(last, make_shared<Counter>());
  g_started = true;

  uint32_t full = 0;
  for (uint32_t number = 0; g_started && number < kItems; ++number) {
    shared_ptr<Item> item = make_shared<Item>();
    item->number = number;
    item->load.assign(3000, static_cast<uint8_t>(number));
    while ((ret = SendOnce(graph, item)) == HIAI_QUEUE_FULL) {
      ++full;
      usleep(500);
    }
    if (ret != HIAI_OK) {
      printf("slow_consumer: item %u lost, 0x%x\n", number, ret);
      return 1;
    }
  }
  for (int tries = 0; g_count < kItems && tries < 40000; ++tries) {
    usleep(1000);
  }
  hiai::Graph::DestroyGraph(30);
  // Three queues hold 17 items: both main and the engines must have met a full one.
  if (g_count != kItems || g_wrong != 0 || full == 0 || g_full == 0) {
    printf("slow_consumer: %u items, %u wrong, full %u and %u times\n", g_count.load(), g_wrong,
           full, g_full);
    return 1;
  }
  printf("slow_consumer: %u items, queues were full\n", kItems);
  return 0;
}
