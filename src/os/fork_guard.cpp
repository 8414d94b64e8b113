#include "os/fork_guard.h"

#include <pthread.h>

#include <utility>

namespace openmatrix {

std::atomic<std::uint32_t> ForkWitness::depth_{0};

// All guards, by rank. Constant-initialised and never destroyed: static constructors register.
struct ForkGuards {
  // One fork at a time, and no guard is destroyed meanwhile. Held across the fork, outermost.
  static Mutex forking;
  // The list. Held across the fork too, but innermost: objects are registered under other locks.
  static Mutex listing;
  static ForkGuard* first;

  static void Add(ForkGuard* guard) {
    MutexLock lock(listing);
    ForkGuard** place = &first;
    while (*place != nullptr && (*place)->rank_ <= guard->rank_) place = &(*place)->next_;
    guard->next_ = *place;
    *place = guard;
  }

  static void Remove(ForkGuard* guard) {
    MutexLock no_fork(forking);
    MutexLock lock(listing);
    ForkGuard** place = &first;
    while (*place != guard) place = &(*place)->next_;
    *place = guard->next_;
  }

  // An object that is registered behind `guard` meanwhile comes along. One that belongs before it
  // is not missed: what makes such objects has an outer lock, and that is held already.
  static ForkGuard* After(ForkGuard* guard) {
    MutexLock lock(listing);
    return guard == nullptr ? first : guard->next_;
  }

  static void Before() OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS {
    forking.Lock();
    for (ForkGuard* guard = After(nullptr); guard != nullptr; guard = After(guard)) {
      guard->object_->BeforeFork();
      guard->held_ = true;
    }
    listing.Lock();
  }

  // The innermost first. REQUIRES: `listing` is held.
  static void LetGo(ForkGuard* guard, void (ForkAware::*after)()) {
    if (guard == nullptr) return;
    LetGo(guard->next_, after);
    if (std::exchange(guard->held_, false)) (guard->object_->*after)();
  }

  static void InParent() OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS {
    LetGo(first, &ForkAware::AfterForkInParent);
    listing.Unlock();
    forking.Unlock();
  }

  static void InChild() OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS {
    ForkWitness::depth_.fetch_add(1, std::memory_order_relaxed);
    LetGo(first, &ForkAware::AfterForkInChild);
    listing.Unlock();
    forking.Unlock();
  }
};

Mutex ForkGuards::forking;
Mutex ForkGuards::listing;
ForkGuard* ForkGuards::first = nullptr;

namespace {

// While the library is loaded, not on first use: handlers of the application's own, registered
// later, then run outside ours and may call the library; and no thread can be just registering.
const int g_registered =
    ::pthread_atfork(ForkGuards::Before, ForkGuards::InParent, ForkGuards::InChild);

}  // namespace

ForkGuard::ForkGuard(ForkAware* object, ForkRank rank) : object_(object), rank_(rank) {
  static_cast<void>(g_registered);
  ForkGuards::Add(this);
}

ForkGuard::~ForkGuard() { ForkGuards::Remove(this); }

HeldAcrossForks::HeldAcrossForks(ForkRank rank, Mutex& mutex)
    : HeldAcrossForks(
          rank, [&mutex]() OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS { mutex.Lock(); },
          [&mutex]() OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS { mutex.Unlock(); }) {}

HeldAcrossForks::HeldAcrossForks(ForkRank rank, std::function<void()> hold,
                                 std::function<void()> let_go)
    : hold_(std::move(hold)), let_go_(std::move(let_go)), guard_(this, rank) {}

}  // namespace openmatrix
