// The host's engines: one sends a picture to both stores, one books what they say.
#include "hiaiengine/api.h"
#include "ledger.h"
#include "picture.h"

using namespace std;
using namespace hiai;

class Feeder : public Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("Feeder", Feeder, 1) {
  shared_ptr<Picture> picture = static_pointer_cast<Picture>(arg0);
  HIAI_StatusT ret = SendData(0, "Picture", picture);
  if (ret != HIAI_OK) {
    HIAI_ENGINE_LOG(this, ret, "picture %s not sent", picture->note.c_str());
  }
  return ret;
}

class Ledger : public Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("Ledger", Ledger, 1) {
  LedgerBook::Get().Enter(*static_pointer_cast<string>(arg0));
  return HIAI_OK;
}
