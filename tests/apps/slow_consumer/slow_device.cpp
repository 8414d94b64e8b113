#include <unistd.h>

#include "hiaiengine/api.h"
#include "item.h"

using namespace hiai;

class SlowDevice : public Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("SlowDevice", SlowDevice, 1) {
  std::shared_ptr<Item> item = std::static_pointer_cast<Item>(arg0);
  if (GetQueueMaxSize() != 4 || GetQueueCurrentSize(0) > 4) {
    return HIAI_ERROR;
  }
  usleep(300);
  HIAI_StatusT ret = HIAI_OK;
  do {
    ret = SendData(0, "Item", item, 1);
    if (ret == HIAI_QUEUE_FULL) {
      HIAI_ENGINE_LOG(HIAI_GRAPH_WARNING, "queue full, sleep %s", "200us");
      ++item->full;
      usleep(200);
    }
  } while (ret == HIAI_QUEUE_FULL);
  return ret;
}
