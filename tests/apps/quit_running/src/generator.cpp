// Sends for ever, from a thread of its own that nobody ends.
#include "block.h"

using namespace std;

class Generator : public hiai::Engine {
 public:
  HIAI_DEFINE_PROCESS(1, 1)

 private:
  void Generate() {
    for (uint32_t number = 0;; ++number) {
      shared_ptr<Block> block = NewBlock(number);
      if (block == nullptr) {
        return;
      }
      HIAI_StatusT ret;
      while ((ret = SendData(0, "Block", block)) == HIAI_QUEUE_FULL) {
        this_thread::sleep_for(chrono::microseconds(100));
      }
      if (ret != HIAI_OK) {
        return;
      }
    }
  }
};

HIAI_IMPL_ENGINE_PROCESS("Generator", Generator, 1) {
  thread(&Generator::Generate, this).detach();
  return HIAI_OK;
}
