// The message types one side knows: per name, the hooks that turn an object into bytes and back.
//
// The truth lies in the maps of the public factory, which old binaries fill inline without
// telling us. A collector copies them into an immutable snapshot; Find reads the snapshot with
// one atomic load and one hash look-up, no lock. A miss collects once more before it says no.
// Any thread. A returned entry stays valid as long as the registry: old snapshots are kept.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/mutex.h"
#include "base/shared_function.h"
#include "transport/object_turns.h"

namespace openmatrix {

// Shared with the factory: to collect them runs no copy constructor of a user.
using FastOutHook = SharedFunction<void(void* object, std::string& control, std::uint8_t*& data,
                                        std::uint32_t& bytes)>;
using FastInHook =
    SharedFunction<std::shared_ptr<void>(const char* control, const std::uint32_t& control_bytes,
                                         const std::uint8_t* data, const std::uint32_t& bytes)>;
using CommonOutHook = SharedFunction<void(void* object, std::string& control)>;
using CommonInHook = SharedFunction<std::shared_ptr<void>(const std::string& control)>;
using ConvertHook = SharedFunction<std::shared_ptr<void>(void* object)>;

// Any of them may be missing. The fast pair is preferred.
struct TypeHooks {
  FastOutHook fast_out;
  FastInHook fast_in;
  CommonOutHook common_out;
  CommonInHook common_in;
  ConvertHook convert;
};

// Eight bytes at a time: names come from the program itself, so speed counts, not resistance to
// chosen collisions. Not noexcept: only then libstdc++ keeps the hash of each name beside it.
struct NameHash {
  std::size_t operator()(const std::string& name) const {
    constexpr std::size_t kWord = sizeof(std::uint64_t);
    std::uint64_t hash = name.size();
    const auto mix = [&](const char* at, std::size_t bytes) {
      std::uint64_t word = 0;
      std::memcpy(&word, at, bytes);
      hash = (hash ^ word) * 0x9e3779b97f4a7c15ull;
      hash ^= hash >> 32;
    };
    if (name.size() < kWord) {
      mix(name.data(), name.size());
      return static_cast<std::size_t>(hash);
    }
    for (std::size_t at = 0; at + kWord < name.size(); at += kWord) mix(name.data() + at, kWord);
    mix(name.data() + name.size() - kWord, kWord);  // may overlap the one before
    return static_cast<std::size_t>(hash);
  }
};

using TypeTable = std::unordered_map<std::string, TypeHooks, NameHash>;

class TypeRegistry {
 public:
  using Entry = TypeTable::value_type;  // {name, hooks}
  using Collector = std::function<void(TypeTable&)>;

  // The collector runs on whatever thread looks a name up, with the registry's lock held: it must
  // not look one up itself, nor copy, destroy or call what is a user's.
  explicit TypeRegistry(Collector collector);
  TypeRegistry(const TypeRegistry&) = delete;
  TypeRegistry& operator=(const TypeRegistry&) = delete;

  // Null if nobody registered the name.
  const TypeHooks* Find(const std::string& name) {
    const Entry* entry = FindEntry(name);
    return entry == nullptr ? nullptr : &entry->second;
  }
  const Entry* FindEntry(const std::string& name);

  // The maps have changed (a library was loaded, a name was taken away): collect again at the
  // next look-up. Callable with the factory's lock held.
  void Refresh();

  // Serialize hooks for one object run one after the other.
  ObjectTurns& turns() { return turns_; }

 private:
  const Entry* FindSlowly(const std::string& name) OPENMATRIX_EXCLUDES(mutex_);

  const Collector collector_;
  std::atomic<const TypeTable*> current_{nullptr};  // partner: Refresh and FindSlowly store
  std::atomic<std::uint64_t> generation_{0};        // partner: FindSlowly, while it collects
  Mutex mutex_;
  std::vector<std::unique_ptr<const TypeTable>> snapshots_ OPENMATRIX_GUARDED_BY(mutex_);
  ObjectTurns turns_;
};

}  // namespace openmatrix
