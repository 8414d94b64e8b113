// Brings the library through fork(): its locks are held while the process splits, so that the
// child, which has only the forking thread, finds them free and what they guard consistent.
//
// Locks are taken in the order of their ranks, which is the order in which calls nest them:
// docs/design/borders.md, "Fork". A lock that is held while user code runs has no place here, since
// a fork would wait for the application.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "base/mutex.h"

namespace openmatrix {

// From the outermost to the innermost.
enum class ForkRank : std::uint8_t {
  kMaking,    // the making of the one Process
  kProcess,   // its table of graphs
  kMakers,    // tables that make, on first use, objects with a lock of the next rank
  kTables,    // registries, the notifier, the links, texts, times: no other lock but those below
  kHeap,      // the heap's, then the quarantines'
  kInnermost  // what a log line may need
};

class ForkAware {
 public:
  // Takes the object's locks. Whatever it waits for must not wait for the forking thread.
  virtual void BeforeFork() = 0;
  virtual void AfterForkInParent() = 0;
  virtual void AfterForkInChild() = 0;

 protected:
  ~ForkAware() = default;
};

// Registers for the object's life. May be made with locks of any rank held, but destroyed with
// none.
class ForkGuard {
 public:
  ForkGuard(ForkAware* object, ForkRank rank);
  ~ForkGuard();
  ForkGuard(const ForkGuard&) = delete;
  ForkGuard& operator=(const ForkGuard&) = delete;

 private:
  friend struct ForkGuards;

  ForkAware* const object_;
  const ForkRank rank_;
  ForkGuard* next_ = nullptr;
  bool held_ = false;  // only the forking thread uses it
};

// For an object whose locks are all that a fork concerns.
class HeldAcrossForks final : private ForkAware {
 public:
  HeldAcrossForks(ForkRank rank, Mutex& mutex);
  HeldAcrossForks(ForkRank rank, std::function<void()> hold, std::function<void()> let_go);

 private:
  void BeforeFork() override { hold_(); }
  void AfterForkInParent() override { let_go_(); }
  void AfterForkInChild() override { let_go_(); }

  const std::function<void()> hold_;
  const std::function<void()> let_go_;
  const ForkGuard guard_;
};

// Tells a function that called user code whether it returned in a child instead: the user code
// forked. Such a function touches no lock of the parent's any more. Costs one plain load each time.
class ForkWitness {
 public:
  bool in_child() const { return born_ != depth_.load(std::memory_order_relaxed); }

 private:
  friend struct ForkGuards;

  // Forks between the first process and this one. No partner: changed while one thread is alone.
  static std::atomic<std::uint32_t> depth_;

  const std::uint32_t born_ = depth_.load(std::memory_order_relaxed);
};

}  // namespace openmatrix
