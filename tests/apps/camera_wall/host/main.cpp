// camera_wall: twelve cameras send to one port of a batcher on the device.
//
// Shows: twelve sources into one port; wait_inputdata_max_time, so that Process is called without a
// message and a partial batch gets out; is_repeat_timeout_flag; one engine name for many engines;
// libraries taken from lib64; results through a DataRecvInterface that main owns.
#include <libgen.h>
#include <unistd.h>

#include <atomic>

#include "hiaiengine/api.h"
#include "shots.h"

using namespace std;

static const uint32_t kGraph = 1;
static const uint32_t kCameras = 12, kShots = 9;  // 108: thirteen batches of eight, four are left

class Wall : public hiai::DataRecvInterface {
 public:
  HIAI_StatusT RecvData(const shared_ptr<void>& message) override {
    shared_ptr<ShotBatch> batch = static_pointer_cast<ShotBatch>(message);
    flushed_ += batch->flushed ? 1 : 0;
    wrong_ += batch->shots.size() > 8 || (!batch->flushed && batch->shots.size() < 8) ? 1 : 0;
    for (const Shot& shot : batch->shots) {
      uint16_t expected = shot.camera * 1000 + shot.number;
      if (shot.number != next_[shot.camera]++ || shot.image.size() != 500 ||
          shot.image.front() != expected || shot.image.back() != expected) {
        ++wrong_;
      }
      ++shots_;
    }
    return HIAI_OK;
  }

  uint32_t Shots() const { return shots_; }
  uint32_t Flushed() const { return flushed_; }
  uint32_t Wrong() const { return wrong_; }

 private:
  map<uint32_t, uint32_t> next_;
  atomic<uint32_t> shots_{0}, flushed_{0}, wrong_{0};
};

class Ticks : public hiai::DataRecvInterface {
 public:
  HIAI_StatusT RecvData(const shared_ptr<void>& message) override {
    shared_ptr<string> text = static_pointer_cast<string>(message);
    return *text == "tick" && ++count_ != 0 ? HIAI_OK : HIAI_ERROR;
  }
  atomic<uint32_t> count_{0};
};

int main(int argc, char* argv[]) {
  if (chdir(dirname(argv[0])) != 0) {
    return 2;
  }
  list<shared_ptr<hiai::Graph>> graphs;
  HIAI_StatusT ret = HIAI_Init(0);
  ret = ret == HIAI_OK ? hiai::Graph::CreateGraph("wall.config", graphs) : ret;
  if (ret != HIAI_OK || graphs.size() != 1) {
    printf("camera_wall: cannot start, 0x%x\n", ret);
    return 1;
  }
  shared_ptr<hiai::Graph> graph = graphs.front();
  shared_ptr<Wall> wall = make_shared<Wall>();
  shared_ptr<Ticks> ticks = make_shared<Ticks>();
  hiai::EnginePortID mosaic_port = {kGraph, 200, 0}, watch_port = {kGraph, 300, 0};
  if (graph->SetDataRecvFunctor(mosaic_port, wall) != HIAI_OK ||
      graph->SetDataRecvFunctor(watch_port, ticks) != HIAI_OK) {
    printf("camera_wall: nobody may watch\n");
    return 1;
  }
  for (uint32_t camera = 1; camera <= kCameras; ++camera) {
    hiai::EnginePortID port = {kGraph, camera, 0};
    ret = graph->SendData(port, "StartOrder", make_shared<string>(to_string(kShots)));
    if (ret != HIAI_OK) {
      printf("camera_wall: camera %u does not start\n", camera);
      return 1;
    }
  }
  for (int tries = 0; tries < 40000; ++tries) {
    if (wall->Shots() >= kCameras * kShots && ticks->count_ >= 3) {
      break;
    }
    usleep(1000);
  }
  hiai::Graph::DestroyGraph(kGraph);
  if (wall->Shots() != kCameras * kShots || wall->Wrong() != 0 || wall->Flushed() == 0 ||
      ticks->count_ < 3) {
    printf("camera_wall: %u shots, %u wrong, %u flushed, %u ticks\n", wall->Shots(), wall->Wrong(),
           wall->Flushed(), ticks->count_.load());
    return 1;
  }
  printf("camera_wall: %u shots, %u cameras\n", wall->Shots(), kCameras);
  return 0;
}
