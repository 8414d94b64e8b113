// Joins five inputs: each call brings one sample, the queues know when a set is complete.
#include "hiaiengine/engine.h"
#include "hiaiengine/multitype_queue.h"
#include "samples.h"

using namespace std;

#define FUSION_INPUTS 5
#define FUSION_OUTPUTS 1

class Fusion : public hiai::Engine {
 public:
  Fusion() : queues_(FUSION_INPUTS) {}
  HIAI_DEFINE_PROCESS(FUSION_INPUTS, FUSION_OUTPUTS)

 private:
  hiai::MultiTypeQueue queues_;
};

HIAI_IMPL_ENGINE_PROCESS("Fusion", Fusion, FUSION_INPUTS) {
  queues_.PushData(0, arg0);
  queues_.PushData(1, arg1);
  queues_.PushData(2, arg2);
  queues_.PushData(3, arg3);
  queues_.PushData(4, arg4);

  shared_ptr<Speed> speed;
  shared_ptr<Angle> angle;
  shared_ptr<Height> height;
  shared_ptr<Heat> heat;
  shared_ptr<Light> light;
  if (!queues_.PopAllData(speed, angle, height, heat, light)) {
    return HIAI_OK;  // wait for the others
  }
  if (angle->moment != speed->moment || height->moment != speed->moment ||
      heat->moment != speed->moment || light->moment != speed->moment) {
    HIAI_ENGINE_LOG(this, HIAI_GRAPH_INVALID_VALUE, "moments %d %d", speed->moment);
    return HIAI_ERROR;
  }
  shared_ptr<Fused> fused = make_shared<Fused>();
  fused->moment = speed->moment;
  fused->values[0] = speed->value;
  fused->values[1] = angle->value;
  fused->values[2] = height->value;
  fused->values[3] = heat->value;
  fused->values[4] = light->value;
  return SendData(0, "Fused", static_pointer_cast<void>(fused));
}
