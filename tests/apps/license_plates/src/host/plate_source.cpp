// Turns an order ("17", "18 dark") into an image for the reader on the device.
#include <hiaiengine/engine.h>
#include <hiaiengine/log.h>

#include "plate_image.h"

using namespace std;

static bool Announce() {
  HIAI_ENGINE_LOG(PLATES_INFO, "source loaded at %d");
  return true;
}
static bool g_loaded = Announce();

class PlateSource : public hiai::Engine {
 public:
  HIAI_StatusT Init(const hiai::AIConfig& config,
                    const vector<hiai::AIModelDescription>& model_desc) override {
    for (int i = 0; i < config.items_size(); ++i) {
      if (config.items(i).name() == "pixels") {
        pixels_ = stoi(config.items(i).value());
      } else if (config.items(i).name() == "camera") {
        camera_ = config.items(i).value();
      }
    }
    return HIAI_OK;
  }

  HIAI_DEFINE_PROCESS(1, 1)

 private:
  int pixels_ = 0;
  string camera_;
};

HIAI_IMPL_ENGINE_PROCESS("PlateSource", PlateSource, 1) {
  shared_ptr<string> order = static_pointer_cast<string>(arg0);
  if (order->empty()) {
    HIAI_ENGINE_LOG(this, PLATES_NO_ORDER, "nothing to do in engine %d of %d", GetGraphId());
    return PLATES_NO_ORDER;
  }
  shared_ptr<PlateImage> image = make_shared<PlateImage>();
  image->number = stoul(*order);
  image->readable = order->find("dark") == string::npos;
  image->camera = camera_;
  image->pixels.assign(pixels_, static_cast<uint8_t>(image->number));
  return SendData(0, "PlateImage", image);
}
