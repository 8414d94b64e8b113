#include "borders.h"

#include <cstdlib>

namespace borders {

std::atomic<std::uint32_t> answers{0};
std::atomic<bool> shut{false};
std::atomic<std::uint32_t> at_gate{0};

namespace {

// Before anything reads the options.
[[maybe_unused]] const bool g_limited = setenv("OPENMATRIX_HOST_MEMORY", "64M", 1) == 0 &&
                                        setenv("OPENMATRIX_DEVICE_MEMORY", "64M", 1) == 0;

void PassGate() {
  ++at_gate;
  Await([] { return !shut; });
  --at_gate;
}

class BordersSink : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};
HIAI_IMPL_ENGINE_PROCESS("BordersSink", BordersSink, 1) {
  static_cast<void>(arg0);
  ++answers;
  return HIAI_OK;
}

class BordersGate : public hiai::Engine {
 public:
  HIAI_StatusT UpdateConfig(const hiai::AIConfig&) override {
    PassGate();
    return HIAI_OK;
  }
  HIAI_DEFINE_PROCESS(1, 1)
};
HIAI_IMPL_ENGINE_PROCESS("BordersGate", BordersGate, 1) {
  static_cast<void>(arg0);
  PassGate();
  return HIAI_OK;
}

std::string WriteConfig() {
  const std::string path = testing::TempDir() + "borders_" + std::to_string(getpid()) + ".config";
  std::ofstream(path) << "graphs { graph_id: 1 "
                         "engines { id: 1 engine_name: \"StressEcho\" side: DEVICE "
                         "so_name: \"" OPENMATRIX_TEST_STRESS_DEVICE
                         "\" } "
                         "engines { id: 2 engine_name: \"BordersSink\" side: HOST } "
                         "engines { id: 3 engine_name: \"BordersGate\" side: HOST queue_size: 1 } "
                         "connects { src_engine_id: 1 target_engine_id: 2 } }";
  return path;
}

}  // namespace

const std::string& ConfigFile() {
  static const std::string path = WriteConfig();
  return path;
}

}  // namespace borders
