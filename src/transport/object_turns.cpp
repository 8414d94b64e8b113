#include "transport/object_turns.h"

#include <utility>

namespace openmatrix {
namespace {

// The turn that the thread took last, of any registry; the others hang on it.
__thread ObjectTurns::Turn* t_turns __attribute__((tls_model("initial-exec"))) = nullptr;

}  // namespace

ObjectTurns::Turn::Turn(ObjectTurns& turns, const void* object)
    : stripe_(turns.StripeOf(object)), object_(object), outer_(t_turns) {
  for (const Turn* mine = outer_; mine != nullptr; mine = mine->outer_) {
    if (mine->object_ == object && &mine->stripe_ == &stripe_) kind_ = Kind::kInner;
  }
  std::uint64_t free = 0;
  // Partner: the release of whoever had the turn before.
  if (kind_ == Kind::kInWord &&
      !stripe_.word.compare_exchange_strong(free, KeyOf(object), std::memory_order_acquire)) {
    TakeWithLock();
  }
  t_turns = this;
}

ObjectTurns::Turn::~Turn() {
  Turn** link = &t_turns;  // nearly always it is the first
  while (*link != this) link = &(*link)->outer_;
  *link = outer_;
  if (kind_ == Kind::kInner || witness_.in_child()) return;
  std::uint64_t mine = KeyOf(object_);
  if (kind_ == Kind::kInWord &&
      stripe_.word.compare_exchange_strong(mine, 0, std::memory_order_release)) {
    return;
  }
  GiveBackWithLock();
}

void ObjectTurns::Turn::TakeWithLock() {
  MutexLock lock(stripe_.mutex);
  for (;;) {
    // Whoever has taken the word without the lock has to come here to give it back.
    const std::uint64_t key =
        stripe_.word.fetch_or(kWatched, std::memory_order_acquire) & ~kWatched;
    Turn* other = stripe_.taken;
    while (other != nullptr && other->object_ != object_) other = other->next_;
    if (key != KeyOf(object_) && other == nullptr) {
      next_ = std::exchange(stripe_.taken, this);
      kind_ = Kind::kListed;
      return;
    }
    ++stripe_.waiting;
    stripe_.ended.Wait(stripe_.mutex);
    --stripe_.waiting;
  }
}

void ObjectTurns::Turn::GiveBackWithLock() {
  MutexLock lock(stripe_.mutex);
  std::uint64_t word = stripe_.word.load(std::memory_order_relaxed);
  if (kind_ == Kind::kInWord) {
    word = kWatched;
  } else {
    Turn** mine = &stripe_.taken;
    while (*mine != this) mine = &(*mine)->next_;
    *mine = next_;
  }
  const bool last = word == kWatched && stripe_.taken == nullptr && stripe_.waiting == 0;
  // The word is watched: nobody changes it without the lock. (Its holder may try, in vain.)
  stripe_.word.store(last ? 0 : word, std::memory_order_release);
  if (stripe_.waiting > 0) stripe_.ended.NotifyAll();
}

}  // namespace openmatrix
