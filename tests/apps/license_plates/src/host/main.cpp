// license_plates: one graph whose engines live in several host libraries and a device library.
//
// Shows: error codes of our own in a header of all files; "string" in both directions; a type that
// every library registers; log lines before main; a configuration from a Windows editor with most
// fields left out; libraries named relative to the program; results through DataRecvInterface.
#include <libgen.h>
#include <unistd.h>

#include <atomic>

#include "hiaiengine/api.h"
#include "plate_image.h"

using namespace std;

static const uint32_t kGraph = 7;
static const int kCars = 40;
static bool Announce() {
  HIAI_ENGINE_LOG(PLATES_INFO, "main is not running yet");
  return true;
}
static bool g_early = Announce();
static mutex g_mutex;
static vector<string> g_plates;
static atomic<int> g_flag(1);

class PlateReceiver : public hiai::DataRecvInterface {
 public:
  HIAI_StatusT RecvData(const shared_ptr<void>& message) override {
    lock_guard<mutex> lock(g_mutex);
    g_plates.push_back(*static_pointer_cast<string>(message));
    if (g_plates.size() == kCars) {
      g_flag = 0;
    }
    return HIAI_OK;
  }
};

static HIAI_StatusT StartGraph() {
  HIAI_StatusT ret = HIAI_Init(0);
  if (ret != HIAI_OK) {
    HIAI_ENGINE_LOG(ret, "init failed");
    return ret;
  }
  ret = hiai::Graph::CreateGraph("./graph.config");
  if (ret != HIAI_OK) {
    HIAI_ENGINE_LOG(ret, "no graph");
    return ret;
  }
  shared_ptr<hiai::Graph> graph = hiai::Graph::GetInstance(kGraph);
  if (graph == nullptr) {
    HIAI_ENGINE_LOG("no graph %u");
    return HIAI_ERROR;
  }
  hiai::EnginePortID port;
  port.graph_id = kGraph;
  port.engine_id = 814;
  port.port_id = 0;
  return graph->SetDataRecvFunctor(port, make_shared<PlateReceiver>());
}

static string Order(int car) { return car % 7 == 3 ? to_string(car) + " dark" : to_string(car); }

static string Expected(int car) {
  string text = car % 7 == 3 ? "?" : "gate4-" + to_string(car);
  return "#" + to_string(car + 1) + " " + text;
}

int main(int argc, char* argv[]) {
  if (chdir(dirname(argv[0])) != 0) {
    return 2;
  }
  if (HIAI_GET_ERROR_STR(PLATES_BAD_IMAGE) != "plates: image unreadable" || !g_early) {
    printf("license_plates: our codes are unknown\n");
    return 1;
  }
  if (StartGraph() != HIAI_OK) {
    printf("license_plates: no graph\n");
    return 1;
  }
  shared_ptr<hiai::Graph> graph = hiai::Graph::GetInstance(kGraph);
  hiai::EnginePortID source;
  source.graph_id = kGraph;
  source.engine_id = 7;  // as the graph
  source.port_id = 0;
  graph->SendData(source, "string", static_pointer_cast<void>(make_shared<string>("")));
  for (int car = 0; car < kCars; ++car) {
    shared_ptr<string> order = make_shared<string>(Order(car));
    if (graph->SendData(source, "string", static_pointer_cast<void>(order)) != HIAI_OK) {
      printf("license_plates: car %d lost\n", car);
      return 1;
    }
  }
  for (int tries = 0; g_flag != 0 && tries < 40000; ++tries) {
    usleep(1000);
  }
  hiai::Graph::DestroyGraph(kGraph);

  lock_guard<mutex> lock(g_mutex);
  for (int car = 0; car < kCars; ++car) {
    if (g_plates.size() != kCars || g_plates[car] != Expected(car)) {
      printf("license_plates: %zu plates, car %d is wrong\n", g_plates.size(), car);
      return 1;
    }
  }
  printf("license_plates: %d cars, last '%s'\n", kCars, g_plates.back().c_str());
  return 0;
}
