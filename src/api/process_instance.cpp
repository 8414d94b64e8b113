#include "api/process_instance.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "api/type_collector.h"
#include "base/log_sink.h"
#include "base/no_destructor.h"
#include "base/options.h"

namespace openmatrix {
namespace {

// Runs once per registration: all of them together wait no longer than one.
void ParkAtExit() {
  using Clock = std::chrono::steady_clock;
  static const Clock::time_point deadline = Clock::now() + kExitBound;
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
  GetProcess().Park(std::max(left, std::chrono::milliseconds(0)));
}

// Handlers run in reverse order of registration, mixed with the destructors of static objects:
// the latest registration runs first, the others then find nothing to do.
void ArmExitHandler() {
  if (std::atexit(ParkAtExit) != 0) {
    static OnceGate gate;
    if (gate.Enter()) Log(LogLevel::kWarning, "exit: the workers will not be stopped first");
  }
}

Process::Wiring MakeWiring() {
  return Process::Wiring{[](TypeTable& table) { CollectTypes(View::Host(), table); },
                         [](TypeTable& table) { CollectTypes(View::Device(0), table); },
                         GetEngineRegistry(View::Host()), GetEngineRegistry(View::Device(0)),
                         ArmExitHandler};
}

struct Instance {
  Instance() : process(GetOptions(), MakeWiring()) {
    SetTypeObserver(View::Host(), &process.types(View::Host()));
    SetTypeObserver(View::Device(0), &process.types(View::Device(0)));
  }

  Process process;
};

}  // namespace

Process& GetProcess() {
  static NoDestructor<Instance> instance;
  return instance->process;
}

EngineRegistry& GetEngineRegistry(View view) {
  static NoDestructor<EngineRegistry> host;
  static NoDestructor<EngineRegistry> device;
  return view.is_host() ? *host : *device;
}

}  // namespace openmatrix
