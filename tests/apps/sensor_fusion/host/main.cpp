// sensor_fusion: five sensors, joined on the device, reported on the host.
//
// Shows: an engine with five inputs and a MultiTypeQueue; an engine with two inputs that asks each
// argument for null; six output ports; all engines in one host and one device library; makefiles
// that call the compilers of the DDK and of <compile_path>.
#include <libgen.h>
#include <unistd.h>

#include <set>

#include "hiaiengine/api.h"
#include "hiaiengine/data_type_reg.h"

using namespace std;

static const uint32_t kMoments = 60;

class Reporter : public hiai::DataRecvInterface {
 public:
  HIAI_StatusT RecvData(const shared_ptr<void>& message) override {
    unique_lock<mutex> lock(mutex_);
    lines_.push_back(*static_pointer_cast<string>(message));
    if (lines_.size() == kMoments) {
      all_.notify_one();
    }
    return HIAI_OK;
  }
  vector<string> Wait() {
    unique_lock<mutex> lock(mutex_);
    all_.wait_for(lock, chrono::seconds(40), [this] { return lines_.size() >= kMoments; });
    return lines_;
  }

 private:
  mutex mutex_;
  condition_variable all_;
  vector<string> lines_;
};

int main(int argc, char* argv[]) {
  if (chdir(dirname(argv[0])) != 0) return 2;
  HIAI_Init(0);
  if (hiai::Graph::CreateGraph("graph.config") != HIAI_OK) {
    printf("sensor_fusion: cannot start\n");
    return 1;
  }
  shared_ptr<hiai::Graph> graph = hiai::Graph::GetInstance(2019);
  hiai::EnginePortID report, splitter;
  report.graph_id = splitter.graph_id = 2019;
  report.engine_id = 3;
  splitter.engine_id = 1;
  report.port_id = splitter.port_id = 0;
  shared_ptr<Reporter> reporter(new Reporter);
  if (hiai::Graph::SetDataRecvFunctor(report, reporter) != HIAI_OK) {
    printf("sensor_fusion: no reporter\n");
    return 1;
  }
  for (uint32_t moment = 0; moment < kMoments; ++moment) {
    shared_ptr<uint32_t> message = make_shared<uint32_t>(moment);
    if (graph->SendData(splitter, "uint32_t", message) != HIAI_OK) {
      printf("sensor_fusion: moment %u lost\n", moment);
      return 1;
    }
  }
  vector<string> lines = reporter->Wait();
  hiai::Graph::DestroyGraph(2019);
  set<string> different(lines.begin(), lines.end());
  for (uint32_t moment = 0; moment < kMoments; ++moment) {
    if (lines.size() != kMoments || different.count(to_string(moment)) == 0) {
      printf("sensor_fusion: %zu reports, moment %u is not among them, first: %s\n", lines.size(),
             moment, lines.empty() ? "" : lines[0].c_str());
      return 1;
    }
  }
  printf("sensor_fusion: %u moments of five sensors\n", kMoments);
  return 0;
}
