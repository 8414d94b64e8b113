// Collects eight shots; what is there when the cameras are quiet goes too.
#include <hiaiengine/engine.h>

#include "shots.h"

#define INPUT_SIZE 1
#define OUTPUT_SIZE 1

using namespace std;

class Batcher : public hiai::Engine {
 public:
  Batcher() : batch_(make_shared<ShotBatch>()) {}

  HIAI_StatusT Init(const hiai::AIConfig& config,
                    const vector<hiai::AIModelDescription>& model_desc) {
    for (int i = 0; i < config.items_size(); i++) {
      const hiai::AIConfigItem& item = config.items(i);
      if (item.name() == "batch_size") {
        batch_size_ = atoi(item.value().data());
      }
    }
    return batch_size_ == 0 ? HIAI_ERROR : HIAI_OK;
  }

  HIAI_DEFINE_PROCESS(INPUT_SIZE, OUTPUT_SIZE)

 private:
  HIAI_StatusT Flush(bool quiet) {
    if (batch_->shots.empty()) {
      return HIAI_OK;
    }
    batch_->flushed = quiet;
    HIAI_StatusT ret = SendData(0, "ShotBatch", batch_);
    batch_ = make_shared<ShotBatch>();
    return ret;
  }

  uint32_t batch_size_ = 0;
  shared_ptr<ShotBatch> batch_;
};

HIAI_IMPL_ENGINE_PROCESS("Batcher", Batcher, INPUT_SIZE) {
  if (arg0 == nullptr) {
    return Flush(true);
  }
  shared_ptr<Shot> shot = static_pointer_cast<Shot>(arg0);
  batch_->shots.push_back(*shot);
  return batch_->shots.size() >= batch_size_ ? Flush(false) : HIAI_OK;
}
