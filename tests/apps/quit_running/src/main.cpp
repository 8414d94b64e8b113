// quit_running: a program that ends while its graph runs at full speed.
//
// Shows: main returns without DestroyGraph; engines of both sides are in the middle of Process, and
// a thread of an engine's own is in the middle of sending; global objects of the program and of the
// device library are destroyed meanwhile.
#include <libgen.h>
#include <unistd.h>

#include <atomic>

#include "block.h"
#include "hiaiengine/api.h"

using namespace std;

static const uint32_t kEnough = 150;
static atomic<uint32_t> g_received(0);
static atomic<bool> g_wrong(false);
// Engines use these while the program ends.
static mutex g_mutex;
static map<uint32_t, vector<uint8_t>> g_last;

class Counter : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("Counter", Counter, 1) {
  shared_ptr<Block> block = static_pointer_cast<Block>(arg0);
  const uint8_t* data = block->data.get();
  if (block->number != g_received || data[0] != (block->number & 0xff) ||
      data[BLOCK_BYTES - 1] != data[0]) {
    g_wrong = true;
  }
  lock_guard<mutex> lock(g_mutex);
  g_last[block->number % 10].assign(data, data + 1000);
  ++g_received;
  return HIAI_OK;
}

int main(int argc, char* argv[]) {
  if (chdir(dirname(argv[0])) != 0) return 2;
  HIAI_Init(0);
  if (hiai::Graph::CreateGraph("graph.config") != HIAI_OK) {
    printf("quit_running: cannot start\n");
    return 1;
  }
  hiai::EnginePortID port = {5, 1, 0};
  hiai::Graph::GetInstance(5)->SendData(port, "go", make_shared<int>(1));
  for (int tries = 0; g_received < kEnough && tries < 80000; ++tries) {
    usleep(500);
  }
  if (g_received < kEnough || g_wrong) {
    printf("quit_running: %u blocks, %s\n", g_received.load(), g_wrong ? "wrong" : "too few");
    return 1;
  }
  printf("quit_running: at least %u blocks\n", kEnough);
  return 0;
}
