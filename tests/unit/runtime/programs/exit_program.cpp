// Ends in the way its argument says while engines run. Succeeds if nothing is used after its
// death: the program ends with status 0.
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include "hiaiengine/ai_memory.h"
#include "hiaiengine/api.h"
#include "openmatrix/simulator.h"

namespace {

// Workers look at it; whoever still does so after its destructor ends the program.
struct Canary {
  ~Canary() {
    word = "dead";
    // Memory of ours may be freed after main.
    if (block != nullptr && hiai::HIAIMemory::HIAI_DFree(block) != HIAI_OK) std::_Exit(3);
  }
  void Check() const {
    if (std::strcmp(word, "alive") != 0) std::_Exit(2);
  }
  const char* volatile word = "alive";
  void* block = nullptr;
};

// Destroys its graph when it dies, as global managers of applications do.
struct Manager {
  bool destroys = false;
  ~Manager() {
    if (destroys && hiai::Graph::DestroyGraph(1) != HIAI_OK) std::_Exit(4);
  }
};

Manager g_manager;
Canary g_canary;
std::string g_mode;
std::atomic<int> g_rounds{0};

class Spin : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};
HIAI_IMPL_ENGINE_PROCESS("Spin", Spin, 1) {
  static Canary made_late;
  made_late.Check();
  g_canary.Check();
  const int round = ++g_rounds;
  if (g_mode == "worker" && round == 100) std::exit(0);
  SendData(0, "string", arg0);
  return HIAI_OK;
}

class Receiver : public hiai::DataRecvInterface {
 public:
  HIAI_StatusT RecvData(const std::shared_ptr<void>& message) override {
    static_cast<void>(message);
    g_canary.Check();
    if (g_mode == "callback" && g_rounds > 100) std::exit(0);
    return HIAI_OK;
  }
};

// Told that the device is gone.
std::atomic<bool> g_told{false};
HIAI_StatusT HandleDisconnect() {
  g_told = true;
  for (int i = 0; i < 1000000; ++i) g_canary.Check();
  if (g_mode == "handler") std::exit(0);
  return HIAI_OK;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 1;
  g_mode = arguments[1];
  const std::string path = "exit_" + std::to_string(::getpid()) + ".config";
  {
    std::ofstream file(path);
    file << "graphs { graph_id: 1 engines { id: 1 engine_name: \"Spin\" side: HOST thread_num: 2 } "
            "engines { id: 2 engine_name: \"Spin\" side: HOST } "
            "connects { src_engine_id: 1 target_engine_id: 2 } "
            "connects { src_engine_id: 2 target_engine_id: 1 } }";
  }
  const HIAI_StatusT created = hiai::Graph::CreateGraph(path);
  std::remove(path.c_str());
  if (created != HIAI_OK) return 1;
  if (hiai::HIAIMemory::HIAI_DMalloc(100, g_canary.block) != HIAI_OK) return 1;
  g_manager.destroys = g_mode == "manager";
  hiai::Graph::SetDataRecvFunctor({1, 1, 0}, std::make_shared<Receiver>());
  const auto graph = hiai::Graph::GetInstance(1);
  for (int i = 0; i < 20; ++i) {
    graph->SendData({1, 1, 0}, "string", std::make_shared<std::string>("round and round"));
  }
  while (g_rounds < 1000) std::this_thread::yield();
  if (g_mode == "handler" || g_mode == "main_during_handler") {
    graph->RegisterEventHandle(hiai::HIAI_DEVICE_DISCONNECT_EVENT, HandleDisconnect);
    if (openmatrix_disconnect_device(0) != 0) return 1;
    while (!g_told) std::this_thread::yield();
    if (g_mode == "handler") {
      for (;;) ::pause();
    }
  }
  if (g_mode == "worker" || g_mode == "callback") {
    for (;;) ::pause();
  }
  return 0;
}
