// The splitter sends what the sensors measured; the report waits for both of its inputs.
#include "hiaiengine/engine.h"
#include "samples.h"

using namespace std;

class Splitter : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 6)

 private:
  template <typename T>
  HIAI_StatusT Send(int port, const string& name, uint32_t moment) {
    shared_ptr<T> sample = make_shared<T>();
    sample->moment = moment;
    sample->value = Measure(port, moment);
    return SendData(port, name, sample);
  }
};

HIAI_IMPL_ENGINE_PROCESS("Splitter", Splitter, 1) {
  uint32_t moment = *static_pointer_cast<uint32_t>(arg0);
  // The sensors are not in step: another one is first each time.
  for (uint32_t i = 0; i < 6; ++i) {
    HIAI_StatusT ret = HIAI_OK;
    switch ((i + moment) % 6) {
      case 0:
        ret = Send<Speed>(0, "Speed", moment);
        break;
      case 1:
        ret = Send<Angle>(1, "FusionAngle", moment);
        break;
      case 2:
        ret = Send<Height>(2, "Height", moment);
        break;
      case 3:
        ret = Send<Heat>(3, "Heat", moment);
        break;
      case 4:
        ret = Send<Light>(4, "Light", moment);
        break;
      // Stays on the host, so it needs no registration.
      default:
        ret = SendData(5, "moment", make_shared<uint32_t>(moment));
        break;
    }
    if (ret != HIAI_OK) {
      HIAI_ENGINE_LOG(ret, "a sample of %d is lost");
      return ret;
    }
  }
  return HIAI_OK;
}

class Report : public hiai::Engine {
  HIAI_DEFINE_PROCESS(2, 1)

 private:
  map<uint32_t, shared_ptr<Fused>> fused_;
  map<uint32_t, bool> moments_;
};

HIAI_IMPL_ENGINE_PROCESS("Report", Report, 2) {
  if ((arg0 == nullptr) == (arg1 == nullptr)) {
    return SendData(0, "string", make_shared<string>("not one message per call"));
  }
  uint32_t moment = 0;
  if (nullptr != arg0) {
    shared_ptr<Fused> fused = static_pointer_cast<Fused>(arg0);
    moment = fused->moment;
    fused_[moment] = fused;
  }
  if (nullptr != arg1) {
    moment = *static_pointer_cast<uint32_t>(arg1);
    moments_[moment] = true;
  }
  if (fused_.count(moment) == 0 || moments_.count(moment) == 0) {
    return HIAI_OK;
  }
  for (int sensor = 0; sensor < 5; ++sensor) {
    if (fused_[moment]->values[sensor] != Measure(sensor, moment)) {
      return SendData(0, "string", make_shared<string>("sensor " + to_string(sensor)));
    }
  }
  return SendData(0, "string", make_shared<string>(to_string(moment)));
}
