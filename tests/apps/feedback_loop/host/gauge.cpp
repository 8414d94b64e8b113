// The other half of the loop, in the program.
#include "hiaiengine/engine.h"
#include "sender.h"

using namespace std;

class Gauge : public hiai::Engine {
 public:
  Gauge() {
    sender_.Start([this](shared_ptr<Token> token) {
      shared_ptr<Token> next;
      if (TokenIsGood(*token)) {
        next =
            MakeToken(token->id, token->hops + 1, hiai::HIAI_MEMORY_ATTR_AUTO_FREE, [](void*) {});
      }
      HIAI_StatusT ret = next ? SendData(0, "Token", next) : HIAI_ERROR;
      if (ret != HIAI_OK) {
        HIAI_ENGINE_LOG(this, ret, "token %u is lost", token->id);
      }
    });
  }
  ~Gauge() { sender_.Stop(); }

  HIAI_DEFINE_PROCESS(2, 2)

 private:
  Sender sender_;
};

HIAI_IMPL_ENGINE_PROCESS("Gauge", Gauge, 2) {
  if (arg0 != nullptr) {
    sender_.Add(static_pointer_cast<Token>(arg0));
  } else if (arg1 != nullptr) {
    return SendData(1, "string", arg1);
  }
  return HIAI_OK;
}
