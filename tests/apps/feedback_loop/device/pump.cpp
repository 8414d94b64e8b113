// The entry of the graph: starts the tokens, sends them on, and says when one has gone round.
#include "hiaiengine/engine.h"
#include "securec.h"
#include "sender.h"

using namespace std;
using namespace hiai;

class Pump : public Engine {
 public:
  HIAI_StatusT Init(const AIConfig& config, const vector<AIModelDescription>& desc) override {
    sender_.Start([this](shared_ptr<Token> token) { SendOn(token); });
    return HIAI_OK;
  }
  ~Pump() { sender_.Stop(); }

  HIAI_DEFINE_PROCESS(2, 2)

 private:
  void SendOn(shared_ptr<Token> token) {
    if (token->hops > 0 && !TokenIsGood(*token)) {
      SendData(1, "string", make_shared<string>("broken"));
      return;
    }
    if (token->hops >= kHops) {
      char line[40];
      if (sprintf_s(line, sizeof(line), "%u done", token->id) < 0) return;
      SendData(1, "string", make_shared<string>(line));
      return;
    }
    // MANUAL_FREE: the token frees it when it has been sent.
    shared_ptr<Token> next = MakeToken(token->id, token->hops + 1, HIAI_MEMORY_ATTR_MANUAL_FREE,
                                       [](void* p) { HIAIMemory::HIAI_DFree(p); });
    if (next == nullptr || SendData(0, "Token", next) != HIAI_OK) {
      HIAI_ENGINE_LOG(HIAI_GRAPH_NO_MEMORY, "token %d is lost", token->id);
    }
  }

  Sender sender_;
};

HIAI_IMPL_ENGINE_PROCESS("Pump", Pump, 2) {
  if (arg0 != nullptr) {
    uint32_t tokens = stoul(*static_pointer_cast<string>(arg0));
    for (uint32_t id = 0; id < tokens; ++id) {
      shared_ptr<Token> token = make_shared<Token>();
      token->id = id;
      token->hops = 0;
      sender_.Add(token);
    }
  }
  if (arg1 != nullptr) {
    sender_.Add(static_pointer_cast<Token>(arg1));
  }
  return HIAI_OK;
}
