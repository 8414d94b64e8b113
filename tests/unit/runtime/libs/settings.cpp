// A device engine that says what it was last configured with.
#include <mutex>
#include <string>

#include "hiaiengine/engine.h"

class DeviceSettings : public hiai::Engine {
 public:
  HIAI_StatusT UpdateConfig(const hiai::AIConfig& config) override {
    std::lock_guard<std::mutex> lock(mutex_);
    value_ = config.items(0).value();
    return HIAI_OK;
  }
  HIAI_DEFINE_PROCESS(1, 1)

 private:
  std::mutex mutex_;
  std::string value_;
};

HIAI_IMPL_ENGINE_PROCESS("DeviceSettings", DeviceSettings, 1) {
  static_cast<void>(arg0);
  std::lock_guard<std::mutex> lock(mutex_);
  return SendData(0, "string", std::make_shared<std::string>(value_));
}
