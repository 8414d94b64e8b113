// Counts the plates, and hands the text to whoever watches port 0.
#include <hiaiengine/engine.h>

#include "plate_image.h"
#include "plate_text.h"

using namespace std;

class PlateStats : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)

 private:
  int count_ = 0;
};

HIAI_IMPL_ENGINE_PROCESS("PlateStats", PlateStats, 1) {
  if (arg0 == nullptr) {
    HIAI_ENGINE_LOG(PLATES_WARNING, "no message");
    return HIAI_ERROR;
  }
  shared_ptr<string> plate = static_pointer_cast<string>(arg0);
  auto text = make_shared<string>(DecoratePlate(*plate, ++count_));
  HIAI_ENGINE_LOG("plate %d: %s (%lu bytes)", count_, text->c_str());
  // Nobody registered this spelling: on one side that does not matter.
  return SendData(0, "PlateText", text);
}
