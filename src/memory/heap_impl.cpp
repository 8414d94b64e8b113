#include "memory/heap_impl.h"

#include <algorithm>
#include <new>

#include "base/log_sink.h"
#include "base/sanitizers.h"
#include "memory/janitor.h"
#include "memory/thread_state.h"
#include "os/memory_budget.h"

namespace openmatrix {
namespace {

constexpr std::uint64_t kDefaultLimit = 8ull << 30;
// Grains are counted in 32 bits; the first window is the devices'.
constexpr std::uint64_t kMostHostBytes =
    (std::uint64_t{1} << (32 + kGrainShift)) - SharedPages::kWindowBytes;
// What a file must have room for, at least, to hold the pool where no memory object is to be had.
constexpr std::uint64_t kWantedRoom = 512ull << 20;

Heap::Limits ChooseLimits(const Options& options, const MemoryBudget& budget) {
  const std::uint64_t fair = std::min(kDefaultLimit, budget.bytes / 2);
  Heap::Limits limits;
  limits.host_bytes =
      std::min(options.host_memory != 0 ? options.host_memory : fair, kMostHostBytes);
  limits.device_bytes = std::min(options.device_memory != 0 ? options.device_memory : fair,
                                 SharedPages::kWindowBytes);
  // A container that runs out of memory is killed, not told: what all sides have together stays
  // below what it has. Who sets a limit has decided for himself.
  const std::uint64_t wanted =
      (options.host_memory != 0 ? limits.host_bytes : 0) +
      (options.device_memory != 0 ? limits.device_bytes * options.devices : 0);
  limits.total_bytes = std::max(budget.bytes / 5 * 4, wanted);
  return limits;
}

void Tell(const Heap::Limits& limits, const MemoryBudget& budget, const Options& options) {
  const auto mib = [](std::uint64_t bytes) { return static_cast<unsigned long long>(bytes >> 20); };
  Log(LogLevel::kEvent,
      "memory: host %llu MiB, each of %u devices %llu MiB, all sides together at most %llu MiB; "
      "%llu MiB may be used by %s",
      mib(limits.host_bytes), options.devices, mib(limits.device_bytes), mib(limits.total_bytes),
      mib(budget.bytes), budget.source.c_str());
}

}  // namespace

Heap::Impl::Impl(Heap& heap, const Options& given, const MemoryBudget& budget)
    : options(given), limits(ChooseLimits(given, budget)), heap_(heap) {
  OpenPool();
  if (options.verbose) Tell(limits, budget, options);
  accounts[0].SetLimit(limits.host_bytes);
  for (std::size_t side = 1; side < accounts.size(); ++side) {
    accounts[side].SetLimit(limits.device_bytes);
  }
  for (const SideAccount& account : accounts) quarantines.emplace_back(account.limit());
  private_caches.reset(new std::atomic<SideCache*>[most_caches + 1]());
  if (pages == nullptr) return;
  janitor_ = std::make_unique<Janitor>(*this);
  fork_guard_ = std::make_unique<ForkGuard>(this, ForkRank::kHeap);
  MapView(View::Host());
}

// The first window is what devices see; the host can reach its limit even when it is full.
void Heap::Impl::OpenPool() {
  const std::uint64_t host_units = (limits.host_bytes + kUnitBytes - 1) & ~(kUnitBytes - 1ull);
  for (std::uint64_t bytes = SharedPages::kWindowBytes + host_units; pages == nullptr; bytes /= 2) {
    auto created =
        SharedPages::Create(bytes, options.devices, std::min(limits.total_bytes, kWantedRoom));
    if (!created) {
      Log(LogLevel::kError, "no transfer memory: %s", created.error().text.c_str());
      return;
    }
    bytes = created.value()->bytes();
    table = std::make_unique<BlockTable>(bytes);
    if (table->ok()) {
      pages = std::move(created.value());
    } else {
      const bool last = bytes <= SharedPages::kSmallestBytes;
      Log(last ? LogLevel::kError : LogLevel::kWarning,
          "no room for the block table of a pool of %llu MiB: %s",
          static_cast<unsigned long long>(bytes >> 20),
          last ? "no transfer memory" : "trying half");
      if (last) return;
    }
  }
  limits.host_bytes = std::min(limits.host_bytes, pages->bytes());
  limits.device_bytes = std::min(limits.device_bytes, pages->window_bytes());
  limits.total_bytes = std::min(limits.total_bytes, pages->room());
  pool = std::make_unique<Pool>(pages->bytes(), pages->window_bytes());
  pool->runs().SetMostCommitted(limits.total_bytes);
}

Heap::Impl::~Impl() {
  fork_guard_.reset();
  if (janitor_ != nullptr) janitor_->Stop();
  MutexLock lock(mutex);
  for (ThreadCaches* thread : threads) {
    if (thread_state.caches == thread) {
      thread_state = ThreadState{nullptr, nullptr, false};
      RetireCachesAtThreadExit(nullptr);
    }
    delete thread;
  }
  if (!kPoisoning || pages == nullptr) return;
  // For whoever gets these addresses next.
  const std::uint64_t used = pool->runs().high_water();
  Unpoison(pages->host(), used);
  for (std::uint32_t device = 0; device < pages->window_count(); ++device) {
    const View view = View::Device(device);
    if (mapped[view.index].load(std::memory_order_relaxed)) {
      Unpoison(AddressOf(view, 0), std::min(used, pages->window_bytes()));
    }
  }
}

bool Heap::Impl::Locate(const void* address, View& view, std::uint64_t& offset) const noexcept {
  if (pages == nullptr) return false;
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  offset = at - reinterpret_cast<std::uintptr_t>(pages->host());
  view = View::Host();
  if (offset < pages->bytes()) return true;
  const std::uintptr_t distance = at - reinterpret_cast<std::uintptr_t>(pages->windows());
  const std::uintptr_t window = distance >> pages->window_shift();
  if (pages->windows() == nullptr || window >= pages->window_count()) return false;
  offset = distance - (window << pages->window_shift());
  view = View::Device(static_cast<std::uint32_t>(window));
  return offset < pages->window_bytes();
}

std::uint8_t* Heap::Impl::AddressOf(View view, std::uint64_t offset) const noexcept {
  if (view.is_host()) return pages->host() + offset;
  return pages->Window(view.device()) + offset;
}

bool Heap::Impl::MapView(View view) {
  std::atomic<bool>& ready = mapped[view.index];
  if (ready.load(std::memory_order_acquire)) return true;
  MutexLock lock(mutex);
  if (pages == nullptr) return false;
  if (!view.is_host() && !pages->MapWindow(view.device())) return false;
  const std::uint64_t prefault = std::min(options.prefault, pages->window_bytes());
  if (prefault > 0 && !ready.load(std::memory_order_relaxed) && GrowTo(prefault)) {
    bool huge = false;
    pages->Populate(AddressOf(view, 0), 0, prefault, huge);
    if (!huge) totals.huge_refusals.fetch_add(1, std::memory_order_relaxed);
  }
  ready.store(true, std::memory_order_release);
  return true;
}

bool Heap::Impl::GrowTo(std::uint64_t bytes) {
  if (table->GrowTo(bytes) && pages->GrowTo(bytes)) return true;
  static OnceGate gate;
  if (gate.Enter()) {
    Log(LogLevel::kWarning, "the system refuses to map more than %llu MiB of the pool",
        static_cast<unsigned long long>(pages->usable_bytes() >> 20));
  }
  return false;
}

SideCache* Heap::Impl::MakeCurrent(SideCache* cache) noexcept {
  if (has_fast_path.load(std::memory_order_relaxed)) thread_state.current = cache;
  return cache;
}

SideCache* Heap::Impl::CacheFor(View view) noexcept {
  ThreadCaches* mine = thread_state.caches;
  if (mine != nullptr && mine->heap == this && mine->sides[view.index] != nullptr) {
    return MakeCurrent(mine->sides[view.index]);
  }
  if (mine != nullptr && mine->heap != this) {
    thread_state = ThreadState{nullptr, nullptr, false};
    mine->heap->RetireThread(mine);
    mine = nullptr;
  }
  if (thread_state.ended || !MapView(view)) return nullptr;
  try {
    return MakeCurrent(MakeCacheFor(view));
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

SideCache* Heap::Impl::MakeCacheFor(View view) {
  MutexLock lock(mutex);
  if (thread_state.caches == nullptr) {
    auto fresh = std::make_unique<ThreadCaches>(this);
    threads.push_back(fresh.get());
    thread_state.caches = fresh.release();
    RetireCachesAtThreadExit(thread_state.caches);
  }
  SideCache* cache = nullptr;
  const auto idle = std::find_if(idle_caches.begin(), idle_caches.end(),
                                 [&](SideCache* one) { return one->view() == view; });
  if (idle != idle_caches.end()) {
    cache = *idle;
    idle_caches.erase(idle);
  } else if (caches.size() < most_caches) {
    const auto id = static_cast<std::uint32_t>(caches.size() + 1);
    const std::uint64_t bytes = view.is_host() ? pages->bytes() : pages->window_bytes();
    idle_caches.reserve(id);  // RetireThread must not fail
    caches.push_back(std::make_unique<SideCache>(id, view, AddressOf(view, 0), bytes,
                                                 pages->window_bytes(), table->words()));
    cache = caches.back().get();
    private_caches[id].store(cache, std::memory_order_release);
    if (!CachesMayOpen()) cache->Close();
  } else {
    static OnceGate gate;
    if (gate.Enter()) {
      Log(LogLevel::kWarning,
          "threads have %u caches of transfer memory, more cannot be told apart: further ones "
          "are served without, which is slower",
          most_caches);
    }
    return nullptr;
  }
  thread_state.caches->sides[view.index] = cache;
  return cache;
}

void Heap::Impl::RetireThread(ThreadCaches* thread) {
  MutexLock lock(mutex);
  for (SideCache* cache : thread->sides) {
    if (cache == nullptr) continue;
    DrainCache(*cache);
    idle_caches.push_back(cache);
  }
  totals.sends.Add(thread->sends);
  threads.erase(std::remove(threads.begin(), threads.end(), thread), threads.end());
  delete thread;
}

void Heap::Impl::Unbias(BlockWord word) noexcept {
  if (word.owner() == 0) return;
  SideCache* const cache = private_caches[word.owner()].load(std::memory_order_acquire);
  if (cache == nullptr) return;
  const ThreadCaches* const mine = thread_state.caches;
  if (mine != nullptr && mine->heap == this && mine->sides[word.origin().index] == cache) return;
  MutexLock lock(mutex);
  cache->Share();
  private_caches[word.owner()].store(nullptr, std::memory_order_release);
}

void Heap::Impl::Trim() {
  if (janitor_ != nullptr) janitor_->TrimNow();
}

}  // namespace openmatrix
