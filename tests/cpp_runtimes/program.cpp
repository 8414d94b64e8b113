// The host half: sends a word to the device and describes it, too. Prints both.
// usage: program <configuration file>
#define OPENMATRIX_SIDE host_half
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "hiaiengine/api.h"
#include "text.h"

namespace {

class Inbox : public hiai::DataRecvInterface {
 public:
  HIAI_StatusT RecvData(const std::shared_ptr<void>& message) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    text_ = *std::static_pointer_cast<std::string>(message);
    there_ = true;
    changed_.notify_all();
    return HIAI_OK;
  }

  std::string Wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(60), [this] { return there_; });
    return text_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool there_ = false;
  std::string text_ = "no answer";
};

class Forwards : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("Forwards", Forwards, 1) { return SendData(0, "string", arg0); }

}  // namespace

int main(int, char** argv) {
  const std::string here = OPENMATRIX_SIDE::Describe("hollow");
  if (HIAI_Init(0) != HIAI_OK || hiai::Graph::CreateGraph(std::string(argv[1])) != HIAI_OK)
    return 1;
  const auto inbox = std::make_shared<Inbox>();
  hiai::Graph::SetDataRecvFunctor({1, 2, 0}, inbox);
  hiai::Graph::GetInstance(1)->SendData({1, 1, 0}, "string", std::make_shared<std::string>("hello"),
                                        500);
  const std::string there = inbox->Wait();
  std::cout << "host " << here << std::endl << "device " << there << std::endl;
  return hiai::Graph::DestroyGraph(1) == HIAI_OK ? 0 : 2;
}
