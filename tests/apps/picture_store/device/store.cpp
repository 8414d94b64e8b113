// Checks pictures and thumbs in: answers graph, engine, id and checksum as a line of text.
#include "hiaiengine/api.h"
#include "picture.h"

using namespace std;

class Store : public hiai::Engine {
  HIAI_DEFINE_PROCESS(2, 1)
};

HIAI_IMPL_ENGINE_PROCESS("Store", Store, 2) {
  string line = to_string(GetGraphId());
  if (arg0 != nullptr) {
    shared_ptr<Picture> picture = static_pointer_cast<Picture>(arg0);
    line += " picture " + to_string(picture->id) + " " +
            to_string(Checksum(picture->data.get(), picture->size));
    if (picture->packed != 1) {
      line += " packed " + to_string(picture->packed) + " times";
    }
  }
  if (arg1 != nullptr) {
    shared_ptr<Thumb> thumb = static_pointer_cast<Thumb>(arg1);
    line += " thumb " + to_string(thumb->id) + " " +
            to_string(Checksum(thumb->data.get(), thumb->size));
  }
  return SendData(0, "string", make_shared<string>(line));
}
