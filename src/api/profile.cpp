// ProfileStatistic: sums of times by graph, engine and type of work.
//
// One lock for all: it is held for a look into small maps, and only while the switch is on.
#include "hiaiengine/profile.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <map>
#include <new>
#include <tuple>
#include <utility>

#include "base/caught.h"
#include "base/log_sink.h"
#include "base/mutex.h"
#include "base/no_destructor.h"
#include "os/fork_guard.h"

namespace openmatrix {
namespace {

// Threads that begin and never end must not fill the memory.
constexpr std::size_t kMaxOpen = 16 * hiai::MAX_PROFILE_NUM;

struct Sum {
  std::uint64_t count = 0;
  std::uint64_t total = 0;
  std::uint64_t least = UINT64_MAX;
  std::uint64_t most = 0;
  std::uint64_t last_request = 0;

  void Add(std::uint64_t time) {
    ++count;
    total += time;
    least = std::min(least, time);
    most = std::max(most, time);
  }
};

struct Worker {
  std::string engine = "-";
  std::uint32_t graph = 0;
};

struct Key {
  std::uint32_t graph;
  std::string engine;
  std::uint32_t type;

  bool operator<(const Key& other) const {
    return std::tie(graph, engine, type) < std::tie(other.graph, other.engine, other.type);
  }
};

std::string Line(const char* name, const Sum& sum) {
  constexpr double kMillisecond = 1e6;
  char text[160];
  std::snprintf(
      text, sizeof text, ": count %" PRIu64 ", total %.3f ms, least %.3f ms, most %.3f ms",
      sum.count, static_cast<double>(sum.total) / kMillisecond,
      static_cast<double>(sum.least) / kMillisecond, static_cast<double>(sum.most) / kMillisecond);
  return name + std::string(text);
}

class Profile {
 public:
  void NameType(std::uint32_t type, const std::string& text) OPENMATRIX_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    names_[type] = text;
  }

  void NameThread(std::uint64_t thread, Worker worker) OPENMATRIX_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    if (workers_.size() < kMaxOpen || workers_.count(thread) != 0) {
      workers_[thread] = std::move(worker);
    }
  }

  void Begin(std::uint64_t thread, std::uint32_t type, std::uint64_t now)
      OPENMATRIX_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    if (open_.size() < kMaxOpen) open_[{thread, type}] = now;
  }

  void End(std::uint64_t thread, std::uint32_t type, std::uint64_t now, std::uint64_t request)
      OPENMATRIX_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    const auto begun = open_.find({thread, type});
    if (begun == open_.end()) return;
    const std::uint64_t time = now - begun->second;
    open_.erase(begun);
    const auto worker = workers_.find(thread);
    const Worker owner = worker == workers_.end() ? Worker{} : worker->second;
    const Key key{owner.graph, owner.engine, type};
    if (sums_.size() >= hiai::MAX_PROFILE_NUM && sums_.count(key) == 0) return;
    Sum& sum = sums_[key];
    sum.Add(time);
    sum.last_request = request;
    unseen_ = true;
  }

  void BeginGraph(std::uint32_t graph, std::uint64_t now) OPENMATRIX_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    if (open_graphs_.size() < kMaxOpen) open_graphs_[graph] = now;
  }

  void EndGraph(std::uint32_t graph, std::uint64_t now) OPENMATRIX_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    const auto begun = open_graphs_.find(graph);
    if (begun == open_graphs_.end()) return;
    const std::uint64_t time = now - begun->second;
    open_graphs_.erase(begun);
    if (graphs_.size() >= hiai::MAX_PROFILE_NUM && graphs_.count(graph) == 0) return;
    graphs_[graph].Add(time);
    unseen_ = true;
  }

  std::string Table(std::uint32_t graph) OPENMATRIX_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    std::string table;
    const auto runs = graphs_.find(graph);
    if (runs != graphs_.end()) {
      table += Line(("graph " + std::to_string(graph)).c_str(), runs->second) + "\n";
    }
    for (auto row = sums_.lower_bound({graph, "", 0}); row != sums_.end(); ++row) {
      if (row->first.graph != graph) break;
      table += RowText(row->first, row->second) + "\n";
    }
    unseen_ = false;
    return table;
  }

  bool unseen() OPENMATRIX_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return unseen_;
  }

 private:
  std::string RowText(const Key& key, const Sum& sum) OPENMATRIX_REQUIRES(mutex_) {
    char type[16];
    std::snprintf(type, sizeof type, "0x%04" PRIx32, key.type);
    std::string name = "engine " + key.engine + ", type " + type;
    const auto text = names_.find(key.type);
    if (text != names_.end()) name += " (" + text->second + ")";
    std::string line = Line(name.c_str(), sum);
    if (sum.last_request != 0) line += ", last request " + std::to_string(sum.last_request);
    return line;
  }

  Mutex mutex_;
  std::map<std::uint32_t, std::string> names_ OPENMATRIX_GUARDED_BY(mutex_);
  std::map<std::uint64_t, Worker> workers_ OPENMATRIX_GUARDED_BY(mutex_);
  std::map<std::pair<std::uint64_t, std::uint32_t>, std::uint64_t> open_
      OPENMATRIX_GUARDED_BY(mutex_);
  std::map<std::uint32_t, std::uint64_t> open_graphs_ OPENMATRIX_GUARDED_BY(mutex_);
  std::map<Key, Sum> sums_ OPENMATRIX_GUARDED_BY(mutex_);
  std::map<std::uint32_t, Sum> graphs_ OPENMATRIX_GUARDED_BY(mutex_);
  bool unseen_ OPENMATRIX_GUARDED_BY(mutex_) = false;
  const HeldAcrossForks held_across_forks_{ForkRank::kTables, mutex_};
};

Profile& GetProfile() {
  static NoDestructor<Profile> profile;
  return *profile;
}

// No partners: what is in flight while a switch turns may be taken or not.
std::atomic<bool> g_enabled{false};
std::atomic<bool> g_stopped{false};

bool IsOn() { return g_enabled.load(std::memory_order_relaxed); }

std::uint64_t ThisThread() { return static_cast<std::uint64_t>(::pthread_self()); }

// Taking times is never a reason for a failure: without memory this one is lost.
template <typename Body>
void Quietly(const Body& body) {
  CatchAll(body, [](const Caught&) {
    static OnceGate gate;
    if (gate.Enter()) Log(LogLevel::kWarning, "profile: no memory, times are missing");
  });
}

}  // namespace
}  // namespace openmatrix

namespace hiai {

ProfileStatistic* ProfileStatistic::GetInstance() {
  // Has no members: the object is only something to call.
  alignas(ProfileStatistic) static unsigned char storage[sizeof(ProfileStatistic)];
  static ProfileStatistic* const profile = ::new (static_cast<void*>(storage)) ProfileStatistic;
  return profile;
}

void ProfileStatistic::SetProfileSwitch(bool profileSwitch) {
  openmatrix::g_stopped.store(false, std::memory_order_relaxed);
  openmatrix::g_enabled.store(profileSwitch, std::memory_order_relaxed);
}

bool ProfileStatistic::IsProfileEnable() const { return openmatrix::IsOn(); }

void ProfileStatistic::RegisterType(uint32_t type, const std::string& text) {
  openmatrix::Quietly([&] { openmatrix::GetProfile().NameType(type, text); });
}

void ProfileStatistic::RecordStartTime(uint32_t type) {
  if (!openmatrix::IsOn()) return;
  openmatrix::Quietly([&] {
    openmatrix::GetProfile().Begin(openmatrix::ThisThread(), type, ProfileGetCurrentTime());
  });
}

void ProfileStatistic::RecordEndTime(uint32_t type) { ProfileSingleEngine(type, 0); }

void ProfileStatistic::ProfileSingleEngine(uint32_t type, uint64_t reqID) {
  if (!openmatrix::IsOn()) return;
  const uint64_t now = ProfileGetCurrentTime();
  openmatrix::Quietly(
      [&] { openmatrix::GetProfile().End(openmatrix::ThisThread(), type, now, reqID); });
}

void ProfileStatistic::RecordGraphStartTime(uint32_t graphId) {
  if (!openmatrix::IsOn()) return;
  openmatrix::Quietly(
      [&] { openmatrix::GetProfile().BeginGraph(graphId, ProfileGetCurrentTime()); });
}

void ProfileStatistic::RecordGraphEndTime(uint32_t graphId) {
  if (!openmatrix::IsOn()) return;
  const uint64_t now = ProfileGetCurrentTime();
  openmatrix::Quietly([&] { openmatrix::GetProfile().EndGraph(graphId, now); });
}

void ProfileStatistic::AddEngineID(uint64_t threadID, const std::string& engineName,
                                   uint32_t graphId) {
  if (!openmatrix::IsOn()) return;
  openmatrix::Quietly([&] {
    openmatrix::GetProfile().NameThread(threadID, openmatrix::Worker{engineName, graphId});
  });
}

std::string ProfileStatistic::ProfileStatisticString(uint32_t graphId) {
  std::string table;
  openmatrix::Quietly([&] { table = openmatrix::GetProfile().Table(graphId); });
  return table;
}

bool ProfileStatistic::NeedWrite() const {
  return !openmatrix::g_stopped.load(std::memory_order_relaxed) &&
         openmatrix::GetProfile().unseen();
}

void ProfileStatistic::StopWait() { openmatrix::g_stopped.store(true, std::memory_order_relaxed); }

uint64_t ProfileStatistic::ProfileGetCurrentTime() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

}  // namespace hiai

namespace openmatrix {
namespace {

// With the library, so that during a fork no other thread is just making them.
[[maybe_unused]] const Profile& g_profile = GetProfile();
[[maybe_unused]] const hiai::ProfileStatistic* const g_statistic =
    hiai::ProfileStatistic::GetInstance();

}  // namespace
}  // namespace openmatrix
