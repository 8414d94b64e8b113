// hello, one star: the smallest graph with both sides. A text goes to the device and comes back
// in capitals. Run it where hello.config and libhello_engines.so are.
#include <chrono>
#include <cstdio>
#include <future>

#include "hiaiengine/api.h"

namespace {

// Runs on the thread of the engine that sends; the future carries the text to main.
class Receiver : public hiai::DataRecvInterface {
 public:
  HIAI_StatusT RecvData(const std::shared_ptr<void>& message) override {
    text_.set_value(*std::static_pointer_cast<std::string>(message));
    return HIAI_OK;
  }
  std::future<std::string> Text() { return text_.get_future(); }

 private:
  std::promise<std::string> text_;
};

// Status values are not zero for success: compare with HIAI_OK.
bool Check(HIAI_StatusT status, const char* what) {
  if (status == HIAI_OK) return true;
  std::fprintf(stderr, "hello: %s: %s\n", what, HIAI_GET_ERROR_STR(status).c_str());
  return false;
}

bool Talk() {
  auto receiver = std::make_shared<Receiver>();
  std::future<std::string> answer = receiver->Text();
  if (!Check(hiai::Graph::SetDataRecvFunctor({1, 2, 0}, receiver), "set the receiver")) {
    return false;
  }
  // "string" is a name that both sides know without registration.
  auto text = std::make_shared<std::string>("hello, device");
  if (!Check(hiai::Graph::GetInstance(1)->SendData({1, 1, 0}, "string", text), "send")) {
    return false;
  }
  if (answer.wait_for(std::chrono::seconds(60)) != std::future_status::ready) {
    std::fprintf(stderr, "hello: no answer\n");
    return false;
  }
  std::printf("%s\n", answer.get().c_str());
  return true;
}

}  // namespace

int main() {
  if (!Check(HIAI_Init(0), "init")) return 1;
  if (!Check(hiai::Graph::CreateGraph("hello.config"), "create the graph")) return 1;
  const bool talked = Talk();
  return Check(hiai::Graph::DestroyGraph(1), "destroy the graph") && talked ? 0 : 1;
}
