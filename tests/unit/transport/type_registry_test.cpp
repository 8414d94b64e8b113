#include "transport/type_registry.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <new>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/mutex.h"

namespace openmatrix {
namespace {

// The public factory's maps, as far as a registry sees them.
class Factory {
 public:
  void Register(const std::string& name, int mark) {
    MutexLock lock(mutex_);
    table_[name].common_out = [mark](void*, std::string& out) { out = std::to_string(mark); };
  }
  void Unregister(const std::string& name) {
    MutexLock lock(mutex_);
    table_.erase(name);
  }
  TypeRegistry::Collector Collector() {
    return [this](TypeTable& table) {
      ++collections;
      MutexLock lock(mutex_);
      table = table_;
    };
  }
  std::atomic<int> collections{0};

 private:
  Mutex mutex_;
  TypeTable table_ OPENMATRIX_GUARDED_BY(mutex_);
};

std::string MarkOf(const TypeHooks& hooks) {
  std::string mark;
  hooks.common_out(nullptr, mark);
  return mark;
}

TEST(TypeRegistry, FindsWhatTheCollectorFoundWithoutCollectingAgain) {
  Factory factory;
  factory.Register("A", 1);
  TypeRegistry registry(factory.Collector());

  for (int i = 0; i < 3; ++i) {
    const TypeHooks* hooks = registry.Find("A");
    ASSERT_NE(hooks, nullptr);
    EXPECT_EQ(MarkOf(*hooks), "1");
  }
  EXPECT_EQ(factory.collections, 1);
}

TEST(TypeRegistry, AnEntryKnowsItsName) {
  Factory factory;
  factory.Register("A", 1);
  TypeRegistry registry(factory.Collector());

  const TypeRegistry::Entry* entry = registry.FindEntry("A");

  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->first, "A");
}

TEST(TypeRegistry, SeesARegistrationThatNobodyToldItOf) {
  Factory factory;
  TypeRegistry registry(factory.Collector());
  EXPECT_EQ(registry.Find("A"), nullptr);

  factory.Register("A", 1);

  const TypeHooks* hooks = registry.Find("A");
  ASSERT_NE(hooks, nullptr);
  EXPECT_EQ(MarkOf(*hooks), "1");
}

TEST(TypeRegistry, SeesAnUnregistrationAfterRefresh) {
  Factory factory;
  factory.Register("A", 1);
  TypeRegistry registry(factory.Collector());
  const TypeHooks* old = registry.Find("A");
  ASSERT_NE(old, nullptr);

  factory.Unregister("A");
  registry.Refresh();

  EXPECT_EQ(registry.Find("A"), nullptr);
  EXPECT_EQ(MarkOf(*old), "1");  // still valid for a send that is under way
}

TEST(TypeRegistry, SeesAReplacementAfterRefresh) {
  Factory factory;
  factory.Register("A", 1);
  TypeRegistry registry(factory.Collector());
  ASSERT_NE(registry.Find("A"), nullptr);

  factory.Register("A", 2);
  registry.Refresh();

  const TypeHooks* hooks = registry.Find("A");
  ASSERT_NE(hooks, nullptr);
  EXPECT_EQ(MarkOf(*hooks), "2");
}

TEST(TypeRegistry, WorksWithoutACollector) {
  TypeRegistry registry(nullptr);

  EXPECT_EQ(registry.Find("A"), nullptr);
}

TEST(TypeRegistry, ARefreshDuringACollectionIsNotLost) {
  Factory factory;
  TypeRegistry* self = nullptr;
  int collections = 0;
  TypeRegistry registry([&](TypeTable& table) {
    factory.Collector()(table);
    if (++collections == 1) {  // the maps change just after they were read
      factory.Register("A", 2);
      self->Refresh();
    }
  });
  self = &registry;
  factory.Register("A", 1);

  const TypeHooks* hooks = registry.Find("A");

  ASSERT_NE(hooks, nullptr);
  EXPECT_EQ(MarkOf(*hooks), "2");
}

// A function that was taken out of the factory while its copy was collected, for a name that nobody
// knows: the copy is the last one.
TEST(TypeRegistry, WhatIsDestroyedAfterAMissMayLookUp) {
  struct LooksUp {
    ~LooksUp() { found = registry->Find("A") != nullptr; }
    TypeRegistry*& registry;
    bool& found;
  };
  bool found = false;
  TypeRegistry* self = nullptr;
  TypeRegistry registry([&](TypeTable& table) {
    table["A"].common_out = [](void*, std::string&) {};
    const std::shared_ptr<LooksUp> last(new LooksUp{self, found});
    table["B"].convert = [last](void*) { return last; };
  });
  self = &registry;
  ASSERT_NE(registry.Find("A"), nullptr);

  EXPECT_EQ(registry.Find("nobody"), nullptr);

  EXPECT_TRUE(found);
}

TEST(TypeRegistry, ManyThreadsFindWhileNamesComeAndGo) {
  constexpr int kNames = 200;
  Factory factory;
  factory.Register("always", 7);
  TypeRegistry registry(factory.Collector());
  std::atomic<int> registered{0};
  std::vector<std::thread> readers;
  for (int r = 0; r < 3; ++r) {
    readers.emplace_back([&] {
      while (registered.load() < kNames) {
        const TypeHooks* always = registry.Find("always");
        ASSERT_NE(always, nullptr);
        EXPECT_EQ(MarkOf(*always), "7");
        const int newest = registered.load();
        if (newest > 0) {
          EXPECT_NE(registry.Find("name" + std::to_string(newest - 1)), nullptr);
        }
      }
    });
  }
  for (int i = 0; i < kNames; ++i) {
    factory.Register("name" + std::to_string(i), i);
    if (i % 3 == 0) registry.Refresh();
    registered = i + 1;
  }
  for (std::thread& reader : readers) reader.join();
}

TEST(TypeRegistry, NamesOfEveryLengthThatDifferInOneByteAreToldApart) {
  TypeRegistry registry([](TypeTable& table) {
    for (std::size_t size = 1; size <= 40; ++size) {
      for (std::size_t at = 0; at < size; ++at) {
        std::string name(size, 'a');
        name[at] = 'b';
        table[name].common_out = [name](void*, std::string& out) { out = name; };
      }
    }
  });
  std::size_t hashes_shared = 0;
  std::set<std::size_t> hashes;
  for (std::size_t size = 1; size <= 40; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string name(size, 'a');
      name[at] = 'b';
      const TypeHooks* const hooks = registry.Find(name);
      ASSERT_NE(hooks, nullptr) << name;
      std::string found;
      hooks->common_out(nullptr, found);
      EXPECT_EQ(found, name);
      if (!hashes.insert(NameHash()(name)).second) ++hashes_shared;
    }
    EXPECT_EQ(registry.Find(std::string(size, 'a')), nullptr);
  }
  EXPECT_EQ(hashes_shared, 0u) << "look-ups would be slow, not wrong";
}

// Who was taken out of the factory meanwhile is destroyed by the registry: his destructor may look
// a name up.
TEST(TypeRegistry, ACollectionThatFailsDestroysWhatItHadWithoutTheLock) {
  TypeRegistry* asked = nullptr;
  bool found = true;
  struct LooksUp {
    TypeRegistry*& registry;
    bool& found;
    ~LooksUp() { found = registry->Find("another") != nullptr; }
  };
  int collections = 0;
  TypeRegistry registry([&](TypeTable& table) {
    if (++collections > 1) return;
    const std::shared_ptr<LooksUp> last(new LooksUp{asked, found});
    table["name"].common_out = [last](void*, std::string&) {};
    throw std::bad_alloc();
  });
  asked = &registry;
  EXPECT_THROW(registry.Find("name"), std::bad_alloc);

  EXPECT_FALSE(found);
  EXPECT_EQ(collections, 2);
}

}  // namespace
}  // namespace openmatrix
