// The cameras, and a watch that is called again and again while nothing happens.
#include <hiaiengine/engine.h>

#include "shots.h"

using namespace std;

class Camera : public hiai::Engine {
 public:
  HIAI_StatusT Init(const hiai::AIConfig& config,
                    const vector<hiai::AIModelDescription>& model_desc) override {
    channel_ = config.items_size() == 1 ? stoi(config.items(0).value()) : 0;
    return channel_ != 0 ? HIAI_OK : HIAI_ERROR;
  }

  HIAI_DEFINE_PROCESS(1, 1)

 private:
  uint32_t channel_;
};

HIAI_IMPL_ENGINE_PROCESS("Camera", Camera, 1) {
  int shots = stoi(*static_pointer_cast<string>(arg0));
  HIAI_StatusT ret = HIAI_OK;
  for (int number = 0; number < shots && ret == HIAI_OK; ++number) {
    shared_ptr<Shot> shot = make_shared<Shot>();
    shot->camera = channel_;
    shot->number = number;
    shot->image.assign(500, shot->camera * 1000 + number);
    ret = SendData(0, "Shot", shot);
  }
  if (ret != HIAI_OK) {
    HIAI_ENGINE_LOG(this, ret, "camera stops after %d shots", ret);
  }
  return ret;
}

class Watch : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("Watch", Watch, 1) {
  return SendData(0, "string", make_shared<string>(arg0 == nullptr ? "tick" : "message"));
}

class Mosaic : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("Mosaic", Mosaic, 1) { return SendData(0, "ShotBatch", arg0); }
