// An allocation that has to wait, and another thread's free that serves it: how long from the free
// to the waiter's return?
//
// Ours waits by itself when the host's limit is reached. Peers have no limit: they get what a user
// would write, a budget with a mutex and a condition variable. `floor_futex` is no allocator but a
// word and the two system calls. `asleep_us` is how long the waiter has been waiting when the free
// comes: with 0 the two meet, with 200 the waiter sleeps and its core idles. Blocks are not
// touched.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "../spsc_ring.h"
#include "../transfer/latencies.h"
#include "work.h"

namespace bench {
namespace {

constexpr std::size_t kBytes = std::size_t{1} << 20;
constexpr std::size_t kBudget = std::size_t{16} << 20;  // ours: OPENMATRIX_HOST_MEMORY of the run
constexpr std::uint32_t kForeverMs = 60'000;

// Blocks that run out.
class Pool {
 public:
  virtual ~Pool() = default;
  virtual void* TryTake() = 0;  // null when there is none
  virtual void* Take() = 0;     // waits until there is one
  virtual void Give(void* block) = 0;
};

class OwnLimit : public Pool {
 public:
  void* TryTake() override { return Chosen().take_waiting(kBytes, 0); }
  void* Take() override { return Chosen().take_waiting(kBytes, kForeverMs); }
  void Give(void* block) override { Chosen().give(block, kBytes); }
};

class Budget : public Pool {
 public:
  void* TryTake() override {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (left_ < kBytes) return nullptr;
      left_ -= kBytes;
    }
    return TakeUsed(kBytes, kNone);
  }
  void* Take() override {
    {
      std::unique_lock<std::mutex> lock(mutex_);
      more_.wait(lock, [this] { return left_ >= kBytes; });
      left_ -= kBytes;
    }
    return TakeUsed(kBytes, kNone);
  }
  void Give(void* block) override {
    Chosen().give(block, kBytes);
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      left_ += kBytes;
    }
    more_.notify_all();  // who waits may want different sizes
  }

 private:
  std::mutex mutex_;
  std::condition_variable more_;
  std::size_t left_ = kBudget;
};

// One token; the block is the word itself.
class Futex : public Pool {
 public:
  void* TryTake() override { return word_.exchange(0) != 0 ? &word_ : nullptr; }
  void* Take() override {
    while (word_.exchange(0) == 0) Call(FUTEX_WAIT_PRIVATE, 0);
    return &word_;
  }
  void Give(void*) override {
    word_.store(1);
    Call(FUTEX_WAKE_PRIVATE, 1);
  }

 private:
  void Call(int what, std::uint32_t value) {
    syscall(SYS_futex, &word_, what, value, nullptr, nullptr, 0);
  }

  std::atomic<std::uint32_t> word_{1};
};

std::unique_ptr<Pool> MakePool() {
  if (Chosen().name == "floor_futex") return std::make_unique<Futex>();
  if (Chosen().take_waiting != nullptr) return std::make_unique<OwnLimit>();
  return std::make_unique<Budget>();
}

// The thread that waits, again and again. `began` and `ended` count its waits.
class Waiter {
 public:
  explicit Waiter(Pool& pool) : pool_(pool), thread_([this] { Run(); }) {}

  void AwaitBegun(std::uint64_t wait) const { Await(began_, wait); }
  // When the wait ended; its block is `block()` until the next one ends.
  std::int64_t AwaitEnded(std::uint64_t wait) const {
    Await(ended_, wait);
    return ended_at_;
  }
  void* block() const { return block_; }

  // REQUIRES: after the last wait has begun. The block that is given then ends the thread.
  void EndWith(void* block) {
    stopping_.store(true);
    pool_.Give(block);
    thread_.join();
  }

 private:
  static void Await(const std::atomic<std::uint64_t>& count, std::uint64_t wanted) {
    Backoff backoff(SystemYield);
    while (count.load(std::memory_order_acquire) < wanted) backoff.Pause();
  }

  void Run() {
    for (std::uint64_t wait = 1; !stopping_.load(); ++wait) {
      began_.store(wait, std::memory_order_release);
      block_ = pool_.Take();
      ended_at_ = NowNs();
      ended_.store(wait, std::memory_order_release);
    }
  }

  Pool& pool_;
  void* block_ = nullptr;
  std::int64_t ended_at_ = 0;
  std::atomic<bool> stopping_{false};
  alignas(64) std::atomic<std::uint64_t> began_{0};  // partner: Await
  alignas(64) std::atomic<std::uint64_t> ended_{0};  // partner: Await
  std::thread thread_;                               // last: it uses the others
};

void SpinFor(std::int64_t ns) {
  const std::int64_t end = NowNs() + ns;
  while (NowNs() < end) {
  }
}

void Waiting(benchmark::State& state) {
  const std::int64_t asleep_ns = state.range(0) * 1000;
  const std::unique_ptr<Pool> pool = MakePool();
  std::vector<void*> held;
  while (void* const block = pool->TryTake()) held.push_back(block);
  if (held.empty()) {
    state.SkipWithError("there is no memory to begin with");
    return;
  }

  Waiter waiter(*pool);
  std::vector<std::int64_t> samples;
  std::uint64_t wait = 0;
  for (auto _ : state) {
    waiter.AwaitBegun(++wait);
    SpinFor(asleep_ns);
    const std::int64_t freed_at = NowNs();
    pool->Give(held.back());
    samples.push_back(waiter.AwaitEnded(wait) - freed_at);
    held.back() = waiter.block();
    if (held.back() == nullptr) {
      std::fprintf(stderr, "%s: a wait ended without a block\n", Chosen().name.c_str());
      std::exit(1);
    }
  }
  // The waiter is in, or on its way into, one more wait.
  waiter.AwaitBegun(wait + 1);
  waiter.EndWith(held.back());
  held.back() = waiter.block();
  for (void* const block : held) pool->Give(block);
  ReportLatencies(state, std::move(samples), 1);
}

BENCHMARK(Waiting)->Name("waiting")->ArgName("asleep_us")->Arg(0)->Arg(200)->UseRealTime();

}  // namespace
}  // namespace bench
