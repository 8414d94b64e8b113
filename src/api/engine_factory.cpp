// The engine factories: the host's and one per device. Static constructors and destructors of any
// library call this: it makes nothing else of the library come to life.
#include "api/guard.h"
#include "api/process_instance.h"
#include "base/no_destructor.h"
#include "hiaiengine/engine.h"
#include "memory/per_view.h"
#include "os/fork_guard.h"
#include "runtime/public_access.h"
#include "runtime/side.h"

namespace openmatrix {
namespace {

// Its destructor is not for everybody; it is never called anyway.
struct Factory {
  hiai::HIAIEngineFactory* const object = PublicAccess::MakeEngineFactory();
};

PerView<Factory>& Factories() {
  static NoDestructor<PerView<Factory>> factories;
  return *factories;
}

NoDestructor<HeldAcrossForks> g_held(ForkRank::kMakers, Factories().making());

hiai::HIAIEngineFactory* FactoryOf(View view) { return Factories().Get(view).object; }

EngineRegistry& RegistryOf(const hiai::HIAIEngineFactory* factory) {
  View owner = View::Host();
  Factories().ForEach([&](View view, const Factory& candidate) {
    if (candidate.object == factory) owner = view;
  });
  return GetEngineRegistry(owner);
}

}  // namespace

void MakeEngineFactory(View view) { FactoryOf(view); }

}  // namespace openmatrix

namespace hiai {

using openmatrix::Guard;

HIAIEngineFactory* HIAIEngineFactory::GetInstance() {
  return openmatrix::FactoryOf(openmatrix::RegistrySideOfCall(__builtin_return_address(0)));
}

HIAI_StatusT HIAIEngineFactory::RegisterEngineCreator(const std::string& engineName,
                                                      HIAI_ENGINE_FUNCTOR_CREATOR engineCreator) {
  return Guard([&] {
    if (engineCreator == nullptr) return HIAI_ENGINE_FUNCTOR_NULL;
    return openmatrix::RegistryOf(this).Add(engineName, engineCreator) ? HIAI_OK
                                                                       : HIAI_ENGINE_FUNCTOR_EXIST;
  });
}

HIAI_StatusT HIAIEngineFactory::UnRegisterEngineCreator(const std::string& engineName) {
  return Guard([&] {
    openmatrix::RegistryOf(this).Remove(engineName);
    return HIAI_OK;
  });
}

std::shared_ptr<Engine> HIAIEngineFactory::CreateEngine(const std::string& engineName) {
  std::shared_ptr<Engine> engine;
  static_cast<void>(Guard([&] {
    const openmatrix::EngineCreator creator = openmatrix::RegistryOf(this).Find(engineName);
    if (creator == nullptr) return HIAI_OK;
    const openmatrix::UserCancellation as_the_user_wants;
    engine.reset(creator());
    return HIAI_OK;
  }));
  return engine;
}

}  // namespace hiai
