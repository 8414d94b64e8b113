// The first and the last of the chain: one class, told apart by its configuration.
#include <unistd.h>

#include "hiaiengine/engine.h"
#include "item.h"

using namespace std;

class SlowHost : public hiai::Engine {
 public:
  HIAI_StatusT Init(const hiai::AIConfig& config,
                    const vector<hiai::AIModelDescription>& model_desc) override {
    last_ = config.items_size() > 0 && config.items(0).name() == "last";
    return HIAI_OK;
  }
  HIAI_DEFINE_PROCESS(1, 1)

 private:
  bool last_ = false;
};

HIAI_IMPL_ENGINE_PROCESS("SlowHost", SlowHost, 1) {
  shared_ptr<Item> item = static_pointer_cast<Item>(arg0);
  if (last_) {
    usleep(500);
    return SendData(0, "Item", item);
  }
  // The time-out is 0 and the receiver slow.
  HIAI_StatusT ret = SendData(0, "Item", item, 0);
  while (ret != HIAI_OK) {
    if (ret != HIAI_QUEUE_FULL) {
      HIAI_ENGINE_LOG(this, ret, "item %u lost", item->number);
      return ret;
    }
    ++item->full;
    usleep(200);
    ret = SendData(0, "Item", item, 0);
  }
  return HIAI_OK;
}
