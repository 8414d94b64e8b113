// The factories of message types: the host's and one per device.
//
// Static constructors and destructors of any library call this: it allocates a map node at most,
// and makes nothing else of the library come to life. Function objects of users are copied and
// destroyed without the lock: their constructors and destructors may call back. So the maps hold
// SharedFunctions; those that old headers filled in themselves become some when we come across
// them.
#include "hiaiengine/data_type_reg.h"

#include <atomic>
#include <memory>
#include <utility>

#include "api/builtin_messages.h"
#include "api/guard.h"
#include "api/type_collector.h"
#include "base/mutex.h"
#include "base/no_destructor.h"
#include "base/shared_function.h"
#include "memory/per_view.h"
#include "os/fork_guard.h"
#include "runtime/side.h"

namespace openmatrix {

// One factory with what its layout has no room for.
class TypeFactories {
 public:
  struct Side {
    HIAIDataTypeFactory factory;
    std::atomic<TypeRegistry*> observer{nullptr};  // partner: SetTypeObserver

    void Changed() {
      TypeRegistry* registry = observer.load(std::memory_order_acquire);
      if (registry != nullptr) registry->Refresh();
    }
  };

  static PerView<Side>& Sides() {
    static NoDestructor<PerView<Side>> sides;
    return *sides;
  }

  static Side& Of(View view) {
    return Sides().Get(view, [](View) { return std::make_unique<Side>(); });
  }

  // Every side's; registrations are rare.
  static Mutex& Lock() {
    static NoDestructor<Mutex> mutex;
    return *mutex;
  }

  static void Changed(HIAIDataTypeFactory* factory) {
    // An object compiled with other headers may have a factory of its own.
    Sides().ForEach([factory](View, Side& side) {
      if (&side.factory == factory) side.Changed();
    });
  }

  template <typename Signature>
  using Functions = std::map<std::string, std::function<Signature>>;

  template <typename Signature>
  static HIAI_StatusT Register(HIAIDataTypeFactory* factory, Functions<Signature>& functions,
                               const std::string& name, const std::function<Signature>& function) {
    return Guard([&] {
      if (!function) return HIAI_ENGINE_FUNCTOR_NULL;
      Functions<Signature> added;
      added.emplace(name, SharedFunction<Signature>(function));
      {
        MutexLock lock(Lock());
        functions.merge(added);
      }
      if (!added.empty()) return HIAI_ENGINE_FUNCTOR_EXIST;
      Changed(factory);
      return HIAI_OK;
    });
  }

  // Not through the exported member: a program of old objects has its own, which takes its place.
  static HIAI_StatusT RegisterPair(HIAIDataTypeFactory* factory, const std::string& name,
                                   const HIAI_SerializeFuncT& serialize,
                                   const HIAI_DeserializeFuncT& deserialize) {
    return Guard([&] {
      if (!serialize || !deserialize) return HIAI_ENGINE_FUNCTOR_NULL;
      std::map<std::string, HIAI_SerializeFuncT> out;
      std::map<std::string, HIAI_DeserializeFuncT> in;
      out.emplace(name, FastOutHook(serialize));
      in.emplace(name, FastInHook(deserialize));
      {
        // Both or none: a pair is never mixed from two registrations.
        MutexLock lock(Lock());
        if (factory->fast_serialize_.count(name) + factory->fast_deserialize_.count(name) != 0) {
          return HIAI_ENGINE_FUNCTOR_EXIST;
        }
        factory->fast_serialize_.merge(out);
        factory->fast_deserialize_.merge(in);
      }
      Changed(factory);
      return HIAI_OK;
    });
  }

  template <typename Signature>
  static void UnRegister(Functions<Signature>& functions, const std::string& name) {
    typename Functions<Signature>::node_type removed;
    MutexLock lock(Lock());
    removed = functions.extract(name);
  }

  template <typename Signature>
  static std::function<Signature> Get(Functions<Signature>& functions, const std::string& name) {
    return GuardValue<std::function<Signature>>([&] {
      SharedFunction<Signature> shared;
      {
        MutexLock lock(Lock());
        const auto found = functions.find(name);
        if (found != functions.end()) shared = SharedFunction<Signature>::OfInPlace(found->second);
      }
      return shared.Copy();
    });
  }

  // The function that `Adapter` holds, if that is what is registered under the name.
  template <typename Adapter, typename Signature>
  static auto Unwrap(Functions<Signature>& functions, const std::string& name) {
    using Wanted = decltype(Adapter::function);
    return GuardValue<Wanted>([&] {
      const std::function<Signature> function = Get(functions, name);
      const Adapter* const adapter = function.template target<Adapter>();
      return adapter != nullptr ? adapter->function : Wanted();
    });
  }

  static void Collect(View view, TypeTable& table) {
    HIAIDataTypeFactory& factory = Of(view).factory;
    const auto add = [&table](auto& functions, auto member) {
      for (auto& [name, function] : functions) {
        auto& hook = table[name].*member;
        hook = std::decay_t<decltype(hook)>::OfInPlace(function);
      }
    };
    MutexLock lock(Lock());
    add(factory.deserialize_, &TypeHooks::common_in);
    add(factory.serialize_, &TypeHooks::common_out);
    add(factory.convert_, &TypeHooks::convert);
    add(factory.fast_serialize_, &TypeHooks::fast_out);
    add(factory.fast_deserialize_, &TypeHooks::fast_in);
  }
};

namespace {

NoDestructor<HeldAcrossForks> g_sides_held(ForkRank::kMakers, TypeFactories::Sides().making());
NoDestructor<HeldAcrossForks> g_maps_held(ForkRank::kTables, TypeFactories::Lock());

// Pairs of the 2018 headers in today's dress. Old functions may write to what they are given.
struct OldSerialize {
  HIAI_GetSearHandleFuncT function;

  void operator()(void* input, std::string& control, std::uint8_t*& data,
                  std::uint32_t& data_bytes) const {
    std::uint32_t control_bytes = 0;
    function(input, control, data, control_bytes, data_bytes);
  }
};

struct OldDeserialize {
  HIAI_GetDearHandleFuncT function;

  std::shared_ptr<void> operator()(const char* control, const std::uint32_t&,
                                   const std::uint8_t* data, const std::uint32_t&) const {
    return function(const_cast<char*>(control), const_cast<std::uint8_t*>(data));
  }
};

}  // namespace

void CollectTypes(View view, TypeTable& table) {
  TypeFactories::Collect(view, table);
  AddBuiltinMessages(table);
}

void SetTypeObserver(View view, TypeRegistry* registry) {
  TypeFactories::Of(view).observer.store(registry, std::memory_order_release);
}

}  // namespace openmatrix

using openmatrix::TypeFactories;

HIAIDataTypeFactory* HIAIDataTypeFactory::GetInstance() {
  return &TypeFactories::Of(openmatrix::RegistrySideOfCall(__builtin_return_address(0))).factory;
}

HIAI_StatusT HIAIDataTypeFactory::Register(const std::string& messageName,
                                           const HIAI_DATADesearilizedFunT& deserializedFunc) {
  return TypeFactories::Register(this, deserialize_, messageName, deserializedFunc);
}

HIAI_StatusT HIAIDataTypeFactory::Register(const std::string& messageName,
                                           const HIAI_DATASearilizedFunT& serializedFunc) {
  return TypeFactories::Register(this, serialize_, messageName, serializedFunc);
}

HIAI_StatusT HIAIDataTypeFactory::Register(const std::string& messageName,
                                           const HIAI_ConvertFuncT& convertFunc) {
  return TypeFactories::Register(this, convert_, messageName, convertFunc);
}

HIAI_StatusT HIAIDataTypeFactory::Register(const std::string& messageName,
                                           const HIAI_SerializeFuncT& serializeFunc,
                                           const HIAI_DeserializeFuncT& deserializeFunc) {
  return TypeFactories::RegisterPair(this, messageName, serializeFunc, deserializeFunc);
}

HIAI_StatusT HIAIDataTypeFactory::Register(const std::string& messageName,
                                           const HIAI_GetSearHandleFuncT& serializeFunc,
                                           const HIAI_GetDearHandleFuncT& deserializeFunc) {
  return openmatrix::Guard([&] {
    if (!serializeFunc || !deserializeFunc) return HIAI_ENGINE_FUNCTOR_NULL;
    return TypeFactories::RegisterPair(this, messageName, openmatrix::OldSerialize{serializeFunc},
                                       openmatrix::OldDeserialize{deserializeFunc});
  });
}

HIAI_StatusT HIAIDataTypeFactory::UnRegister(const std::string& messageName,
                                             const uint32_t& dataTypeFunc) {
  return openmatrix::Guard([&] {
    switch (dataTypeFunc) {
      case DATY_TYPE_FUNC_DES:
        TypeFactories::UnRegister(deserialize_, messageName);
        break;
      case DATY_TYPE_FUNC_SEAR:
        TypeFactories::UnRegister(serialize_, messageName);
        break;
      case DATY_TYPE_FUNC_CONVERT:
        TypeFactories::UnRegister(convert_, messageName);
        break;
      case DATA_TYPE_FUNC_HANLDER:
        TypeFactories::UnRegister(fast_serialize_, messageName);
        TypeFactories::UnRegister(fast_deserialize_, messageName);
        break;
      default:
        return HIAI_OK;
    }
    TypeFactories::Changed(this);
    return HIAI_OK;
  });
}

HIAI_DATADesearilizedFunT HIAIDataTypeFactory::GetDesearFunc(const std::string& messageName) {
  return TypeFactories::Get(deserialize_, messageName);
}

HIAI_DATASearilizedFunT HIAIDataTypeFactory::GetSearFunc(const std::string& messageName) {
  return TypeFactories::Get(serialize_, messageName);
}

HIAI_ConvertFuncT HIAIDataTypeFactory::GetConvcFunc(const std::string& messageName) {
  return TypeFactories::Get(convert_, messageName);
}

HIAI_SerializeFuncT HIAIDataTypeFactory::GetSerializeFunc(const std::string& messageName) {
  return TypeFactories::Get(fast_serialize_, messageName);
}

HIAI_DeserializeFuncT HIAIDataTypeFactory::GetDeserializeFunc(const std::string& messageName) {
  return TypeFactories::Get(fast_deserialize_, messageName);
}

HIAI_GetSearHandleFuncT HIAIDataTypeFactory::GetHiaiSearFunc(const std::string& messageName) {
  return TypeFactories::Unwrap<openmatrix::OldSerialize>(fast_serialize_, messageName);
}

HIAI_GetDearHandleFuncT HIAIDataTypeFactory::GetHiaiDearFunc(const std::string& messageName) {
  return TypeFactories::Unwrap<openmatrix::OldDeserialize>(fast_deserialize_, messageName);
}
