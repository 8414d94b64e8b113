// twin_graphs: eight graphs made in code, with one engine class, name and library function on both
// sides, which do different things there.
//
// Shows: GraphConfigList through generated classes, printed with TextFormat; random graph ids;
// engine names that repeat; an engine whose id is that of its graph; engines of the host in the
// program, which CMake links with -rdynamic.
#include <google/protobuf/text_format.h>
#include <libgen.h>
#include <unistd.h>

#include "hiaiengine/api.h"
#include "number.h"
#include "proto/graph_config.pb.h"

using namespace std;

static const uint32_t kIds[] = {3785931021u, 12u, 2147483648u, 991u,
                                1804289383u, 77u, 4294967295u, 846930886u};
static const uint32_t kGraphs = 8;
static const uint32_t kNumbers = 10;
static const uint32_t kMiddle = 2, kLast = 3;

struct Results {
  mutex lock;
  uint32_t received = 0;
  uint32_t wrong = 0;
  uint32_t device_calls = 0;  // the most that a message saw
};
static Results g_results;

class Receiver : public hiai::DataRecvInterface {
 public:
  explicit Receiver(uint32_t graph) : graph_(graph) {}

  HIAI_StatusT RecvData(const shared_ptr<void>& message) override {
    auto number = static_pointer_cast<Number>(message);
    lock_guard<mutex> guard(g_results.lock);
    uint64_t expected = (next_++ + 1) * (graph_ + 2) + 1;
    if (number->value != expected || number->trace != "hDh") {
      ++g_results.wrong;
    }
    g_results.device_calls = max(g_results.device_calls, number->device_calls);
    ++g_results.received;
    return HIAI_OK;
  }

 private:
  uint32_t graph_;
  uint64_t next_ = 0;
};

static hiai::EngineConfig* AddScaler(hiai::GraphConfig* graph, uint32_t id,
                                     hiai::EngineConfig_RunSide side) {
  hiai::EngineConfig* engine = graph->add_engines();
  engine->set_id(id);
  engine->set_engine_name("Scaler");
  engine->set_side(side);
  engine->set_thread_num(1);
  return engine;
}

static void Connect(hiai::GraphConfig* graph, uint32_t from, uint32_t to) {
  hiai::ConnectConfig* connect = graph->add_connects();
  connect->set_src_engine_id(from);
  connect->set_src_port_id(0);
  connect->set_target_engine_id(to);
  connect->set_target_port_id(0);
}

static void AddGraph(hiai::GraphConfigList* list, uint32_t index) {
  hiai::GraphConfig* graph = list->add_graphs();
  uint32_t id = kIds[index];
  graph->set_graph_id(id);
  graph->set_device_id("0");
  AddScaler(graph, id, hiai::EngineConfig_RunSide_HOST);
  auto* middle = AddScaler(graph, kMiddle, hiai::EngineConfig_RunSide_DEVICE);
  middle->add_so_name("./libDevice.so");
  hiai::AIConfigItem* item = middle->mutable_ai_config()->add_items();
  item->set_name("factor");
  item->set_value(to_string(index + 2));
  AddScaler(graph, kLast, hiai::EngineConfig_RunSide_HOST);
  Connect(graph, id, kMiddle);
  Connect(graph, kMiddle, kLast);
}

static bool Start() {
  hiai::GraphConfigList list;
  for (uint32_t i = 0; i < kGraphs; ++i) {
    AddGraph(&list, i);
  }
  string text;
  google::protobuf::TextFormat::PrintToString(list, &text);
  hiai::GraphConfigList again;
  if (!google::protobuf::TextFormat::ParseFromString(text, &again) ||
      again.SerializeAsString() != list.SerializeAsString()) {
    return false;
  }
  if (hiai::Graph::CreateGraph(again) != HIAI_OK) {
    return false;
  }
  for (uint32_t i = 0; i < kGraphs; ++i) {
    shared_ptr<hiai::Graph> graph = hiai::Graph::GetInstance(kIds[i]);
    hiai::EnginePortID port = {kIds[i], kLast, 0};
    if (!graph || graph->SetDataRecvFunctor(port, make_shared<Receiver>(i)) != HIAI_OK) {
      return false;
    }
  }
  return true;
}

int main(int argc, char** argv) {
  (void)chdir(dirname(argv[0]));
  HIAI_Init(0);
  if (!Start()) {
    printf("twin_graphs: cannot start\n");
    return 1;
  }
  for (uint32_t n = 0; n < kNumbers; ++n) {
    for (uint32_t i = 0; i < kGraphs; ++i) {
      auto number = make_shared<Number>();
      number->value = n;
      hiai::EnginePortID port = {kIds[i], kIds[i], 0};
      if (hiai::Graph::GetInstance(kIds[i])->SendData(port, "Number", number) != HIAI_OK) {
        printf("twin_graphs: cannot send\n");
        return 1;
      }
    }
  }
  uint32_t received = 0;
  for (int tries = 0; received < kGraphs * kNumbers && tries < 40000; ++tries) {
    usleep(1000);
    lock_guard<mutex> guard(g_results.lock);
    received = g_results.received;
  }
  for (uint32_t id : kIds) {
    if (hiai::Graph::DestroyGraph(id) != HIAI_OK) {
      printf("twin_graphs: cannot destroy %u\n", id);
      return 1;
    }
  }
  // The host's book has two lines for each number, the device's has one.
  uint32_t all = kGraphs * kNumbers;
  uint32_t host_calls = Book::Get().Add() - 1;
  if (received != all || g_results.wrong != 0 || host_calls != 2 * all ||
      g_results.device_calls != all) {
    printf("twin_graphs: received %u, wrong %u, host %u, device %u of %u\n", received,
           g_results.wrong, host_calls, g_results.device_calls, all);
    return 1;
  }
  printf("twin_graphs: %u numbers through %u graphs\n", all, kGraphs);
  return 0;
}
