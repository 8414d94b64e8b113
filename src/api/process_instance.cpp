#include "api/process_instance.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>

#include "api/second_copy.h"
#include "api/type_collector.h"
#include "base/cancellation.h"
#include "base/caught.h"
#include "base/log_sink.h"
#include "base/made_once.h"
#include "base/no_destructor.h"
#include "base/options.h"
#include "memory/per_view.h"
#include "os/fork_guard.h"
#include "runtime/block_return.h"

namespace openmatrix {
namespace {

// Before the generated classes register themselves, which they do at 102. Here, in a file that
// every user of a static copy of the library links, too.
[[gnu::constructor(101)]] void BeforeMessagesAreRegistered() { NameSecondCopy(); }

// Runs once per registration: all of them together wait no longer than one.
void ParkAtExit() {
  const NoCancellation here;
  using Clock = std::chrono::steady_clock;
  static std::atomic<Clock::rep> deadline{0};  // partner: the other registrations
  Clock::rep first = 0;
  const Clock::time_point now = Clock::now();
  const Clock::rep end = (now + kExitBound).time_since_epoch().count();
  if (deadline.compare_exchange_strong(first, end)) first = end;
  const auto left = Clock::time_point(Clock::duration(first)) - now;
  const auto bound = std::max(std::chrono::duration_cast<std::chrono::milliseconds>(left),
                              std::chrono::milliseconds(0));
  CatchAll([bound] { GetProcess().Park(bound); },
           [](const Caught& caught) {
             Log(LogLevel::kWarning, "exit: the workers are not stopped first: %s", caught.text);
           });
}

// Handlers run in reverse order of registration, mixed with the destructors of static objects:
// the latest registration runs first, the others then find nothing to do.
void ArmExitHandler() {
  if (std::atexit(ParkAtExit) != 0) {
    static OnceGate gate;
    if (gate.Enter()) Log(LogLevel::kWarning, "exit: the workers will not be stopped first");
  }
}

// Nobody looks a name up before the observer is told of the next registration.
std::unique_ptr<TypeRegistry> MakeTypes(View view) {
  auto registry =
      std::make_unique<TypeRegistry>([view](TypeTable& table) { CollectTypes(view, table); });
  SetTypeObserver(view, registry.get());
  return registry;
}

EngineRegistry& MakeEngines(View view) {
  MakeEngineFactory(view);
  return GetEngineRegistry(view);
}

Process::Wiring MakeWiring() {
  Process::Wiring wiring;
  wiring.make_types = &MakeTypes;
  wiring.engines = &MakeEngines;
  wiring.arm_exit = &ArmExitHandler;
  return wiring;
}

struct Instance {
  Instance() : process(GetOptions(), MakeWiring()) {
    process.heap().TakeFastPath();
    SetBlockHeap(&process.heap());
  }

  Process process;
};

// Who comes first may be on the way of a message, where nothing else keeps it from being cancelled.
Instance* MakeInstance() {
  const NoCancellation here;
  return new Instance;
}

MadeOnce<Instance> g_instance;

PerView<EngineRegistry>& EngineRegistries() {
  static NoDestructor<PerView<EngineRegistry>> registries;
  return *registries;
}

NoDestructor<HeldAcrossForks> g_making_held(ForkRank::kMaking, g_instance.making());
NoDestructor<HeldAcrossForks> g_registries_held(ForkRank::kMakers, EngineRegistries().making());
NoDestructor<HeldAcrossForks> g_options_held(ForkRank::kInnermost, OptionsLock());

}  // namespace

Process& GetProcess() { return g_instance.Get(MakeInstance).process; }

EngineRegistry& GetEngineRegistry(View view) { return EngineRegistries().Get(view); }

}  // namespace openmatrix
