#include "os/fork_guard.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "base/made_once.h"

#if defined(__SANITIZE_THREAD__)
// A child has the records of its parent's threads, but not the threads: it cannot join them.
extern "C" const char* __tsan_default_options() { return "report_thread_leaks=0"; }
#endif

namespace openmatrix {
namespace {

class Witness final : public ForkAware {
 public:
  void BeforeFork() override {
    seen += "before ";
    if (before) before();
  }
  void AfterForkInParent() override { seen += "parent "; }
  void AfterForkInChild() override { seen += "child "; }

  std::string seen;
  std::function<void()> before;
};

// Writes its name into what all of them share.
class Named final : public ForkAware {
 public:
  Named(std::string& all, const char* name) : all_(all), name_(name) {}
  void BeforeFork() override { all_ += name_ + std::string("+ "); }
  void AfterForkInParent() override { all_ += name_ + std::string("- "); }
  void AfterForkInChild() override { all_ += name_ + std::string("- "); }

 private:
  std::string& all_;
  const char* const name_;
};

// Forks; true if `expected` holds in the child.
template <typename Expected>
bool Fork(const Expected& expected) {
  const pid_t child = fork();
  if (child == 0) _exit(expected() ? 0 : 1);
  int status = -1;
  return waitpid(child, &status, 0) == child && status == 0;
}

TEST(ForkGuard, TellsTheObjectBeforeAndAfterOnBothSides) {
  Witness witness;
  const ForkGuard guard(&witness, ForkRank::kTables);
  EXPECT_TRUE(Fork([&] { return witness.seen == "before child "; }));
  EXPECT_EQ(witness.seen, "before parent ");
}

TEST(ForkGuard, TellsEveryObjectAndEveryFork) {
  Witness one;
  Witness two;
  const ForkGuard first(&one, ForkRank::kTables);
  const ForkGuard second(&two, ForkRank::kTables);
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(Fork([] { return true; }));
  EXPECT_EQ(one.seen, "before parent before parent ");
  EXPECT_EQ(two.seen, one.seen);
}

TEST(ForkGuard, AnObjectWithoutItsGuardHearsNothing) {
  Witness witness;
  { const ForkGuard guard(&witness, ForkRank::kTables); }
  EXPECT_TRUE(Fork([&] { return witness.seen.empty(); }));
  EXPECT_TRUE(witness.seen.empty());
}

TEST(ForkGuard, AChildForksLikeItsParent) {
  Witness witness;
  const ForkGuard guard(&witness, ForkRank::kTables);
  EXPECT_TRUE(Fork([&] {
    return Fork([&] { return witness.seen == "before child before child "; }) &&
           witness.seen == "before child before parent ";
  }));
}

TEST(ForkGuard, LocksAreTakenFromTheOutermostRankAndGivenBackInReverse) {
  std::string all;
  Named heap(all, "heap");
  Named process(all, "process");
  Named table(all, "table");
  const ForkGuard third(&heap, ForkRank::kHeap);
  const ForkGuard first(&process, ForkRank::kProcess);
  const ForkGuard second(&table, ForkRank::kTables);
  const std::string expected = "process+ table+ heap+ heap- table- process- ";

  EXPECT_TRUE(Fork([&] { return all == expected; }));

  EXPECT_EQ(all, expected);
}

// An object of an inner rank that an outer one makes when the fork comes.
TEST(ForkGuard, AnObjectThatIsRegisteredMeanwhileComesAlong) {
  Witness maker;
  Witness made;
  std::unique_ptr<ForkGuard> late;
  maker.before = [&] { late = std::make_unique<ForkGuard>(&made, ForkRank::kTables); };
  const ForkGuard early(&maker, ForkRank::kMakers);

  EXPECT_TRUE(Fork([&] { return made.seen == "before child "; }));

  EXPECT_EQ(made.seen, "before parent ");
}

// The other way round its lock may be in anybody's hands: it is left alone.
TEST(ForkGuard, AnObjectThatComesTooLateHearsNothingOfThisFork) {
  Witness inner;
  Witness outer;
  std::unique_ptr<ForkGuard> late;
  inner.before = [&] {
    if (late == nullptr) late = std::make_unique<ForkGuard>(&outer, ForkRank::kProcess);
  };
  const ForkGuard early(&inner, ForkRank::kTables);

  EXPECT_TRUE(Fork([&] { return outer.seen.empty(); }));
  EXPECT_TRUE(outer.seen.empty());

  EXPECT_TRUE(Fork([&] { return outer.seen == "before child "; }));
}

TEST(ForkGuard, AForkWaitsForTheHolderAndTheChildFindsTheLockFree) {
  Mutex mutex;
  const HeldAcrossForks held(ForkRank::kTables, mutex);
  int guarded = 0;
  std::promise<void> locked;
  std::thread holder([&] {
    MutexLock lock(mutex);
    locked.set_value();
    for (int i = 0; i < 1000; ++i) {
      ++guarded;
      std::this_thread::yield();
    }
  });
  locked.get_future().wait();

  EXPECT_TRUE(Fork([&] {
    alarm(60);
    MutexLock lock(mutex);
    return guarded == 1000;
  }));

  holder.join();
  MutexLock lock(mutex);
}

TEST(ForkGuard, ManyChildrenOfAProcessThatRegistersAllTheTime) {
  std::atomic<bool> stop{false};
  std::thread other([&] {
    Mutex mutex;
    while (!stop.load()) {
      const HeldAcrossForks held(ForkRank::kTables, mutex);
      MutexLock lock(mutex);
    }
  });

  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(Fork([] {
      alarm(60);
      Mutex mutex;
      const HeldAcrossForks held(ForkRank::kTables, mutex);
      return true;
    }));
  }

  stop = true;
  other.join();
}

// Registered after the library was loaded, as those of an application are: they run outside ours.
Mutex* g_ours = nullptr;
void UseLibrary() {
  if (g_ours != nullptr) MutexLock lock(*g_ours);
}

TEST(ForkGuard, HandlersOfTheApplicationMayUseTheLibrary) {
  Mutex mutex;
  g_ours = &mutex;
  const HeldAcrossForks held(ForkRank::kTables, mutex);
  static const int registered = pthread_atfork(UseLibrary, UseLibrary, UseLibrary);
  ASSERT_EQ(registered, 0);

  EXPECT_TRUE(Fork([] {
    alarm(60);
    return true;
  }));

  g_ours = nullptr;
}

TEST(ForkWitness, KnowsTheChildFromTheParent) {
  const ForkWitness witness;
  EXPECT_TRUE(Fork([&] {
    const ForkWitness younger;
    return witness.in_child() && !younger.in_child();
  }));
  EXPECT_FALSE(witness.in_child());
}

MadeOnce<int> g_number;

TEST(MadeOnce, IsMadeOnceAndAForkWaitsForWhoMakesIt) {
  const HeldAcrossForks held(ForkRank::kMaking, g_number.making());
  std::promise<void> making;
  std::thread maker([&] {
    g_number.Get([&] {
      making.set_value();
      for (int i = 0; i < 1000; ++i) std::this_thread::yield();
      return new int(7);
    });
  });
  making.get_future().wait();

  EXPECT_TRUE(Fork([] {
    alarm(60);
    return g_number.Find() != nullptr && g_number.Get([] { return new int(8); }) == 7;
  }));

  maker.join();
  EXPECT_EQ(g_number.Get([] { return new int(9); }), 7);
}

}  // namespace
}  // namespace openmatrix
