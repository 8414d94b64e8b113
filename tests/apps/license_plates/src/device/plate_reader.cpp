// The device half: reads a plate and sends its text, for which "string" is there already.
#include <hiaiengine/engine.h>
#include <hiaiengine/log.h>

#include "plate_digits.h"
#include "plate_image.h"

using namespace std;

static bool Announce() {
  HIAI_ENGINE_LOG(PLATES_WARNING, "reader loaded, %d digits");
  return true;
}
static bool g_loaded = Announce();

class PlateReader : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("PlateReader", PlateReader, 1) {
  shared_ptr<PlateImage> image = static_pointer_cast<PlateImage>(arg0);
  if (!image->readable) {
    HIAI_ENGINE_LOG(PLATES_INFO, "image %s is dark", image->camera.c_str(), image->number);
    SendData(0, "string", make_shared<string>("?"));
    return PLATES_BAD_IMAGE;
  }
  string plate = WritePlate(image->camera, ReadDigits(image->pixels));
  HIAI_StatusT ret = SendData(0, "string", make_shared<string>(plate));
  if (ret != HIAI_OK) {
    HIAI_ENGINE_LOG(this, ret, "send failed");
  }
  return ret;
}
