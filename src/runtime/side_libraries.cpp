#include "runtime/side_libraries.h"

#include <algorithm>
#include <limits>

#include "runtime/library_order.h"

namespace openmatrix {

Library SideLibraries::Find(View side, const std::string& path) {
  MutexLock lock(mutex_);
  const Side& mine = sides_[side.index];
  const auto found = mine.by_path.find(path);
  return found != mine.by_path.end() ? found->second : Library();
}

Library SideLibraries::FindNeeded(View side, const std::string& needed, const Ranks& ranks) {
  MutexLock lock(mutex_);
  const Side& mine = sides_[side.index];
  const std::string* best = nullptr;
  std::size_t best_rank = std::numeric_limits<std::size_t>::max();
  for (const std::string& name : {needed, BaseName(needed)}) {
    const auto paths = mine.paths_by_name.find(name);
    if (paths == mine.paths_by_name.end()) continue;
    for (const std::string& path : paths->second) {
      if (mine.by_path.count(path) == 0) continue;  // memory ended while it was added
      const auto known = ranks.find(path);
      const std::size_t rank = known != ranks.end() ? known->second : best_rank;
      if (best != nullptr && rank >= best_rank) continue;
      best = &path;
      best_rank = rank;
    }
  }
  return best != nullptr ? mine.by_path.at(*best) : Library();
}

void SideLibraries::Add(View side, const std::string& path, const std::string& name,
                        const Library& library) {
  MutexLock lock(mutex_);
  Side& mine = sides_[side.index];
  for (const std::string& called : {library.soname, BaseName(name), BaseName(path)}) {
    std::vector<std::string>& paths = mine.paths_by_name[called];
    const bool known = std::find(paths.begin(), paths.end(), path) != paths.end();
    if (!called.empty() && !known) paths.push_back(path);
  }
  mine.by_path.emplace(path, library);  // last: who finds it adds it no more
}

SideLibraries::Owner SideLibraries::Claim(FileId id, View side) {
  MutexLock lock(mutex_);
  const auto [claim, is_new] = claims_.emplace(id, side);
  if (is_new) return Owner::kNew;
  return claim->second == side ? Owner::kSame : Owner::kOther;
}

void SideLibraries::GiveUp(FileId id, View side) {
  MutexLock lock(mutex_);
  const auto claim = claims_.find(id);
  if (claim != claims_.end() && claim->second == side) claims_.erase(claim);
}

std::uint64_t SideLibraries::BeginLoad(View side, const std::string& name, std::uint64_t now) {
  MutexLock lock(mutex_);
  Loads& loads = sides_[side.index].loads[name];
  if (loads.running++ == 0 && !loads.broken_off) loads.begin = now;
  return loads.begin = std::min(loads.begin, now);
}

void SideLibraries::EndLoad(View side, const std::string& name, LoadEnd end) noexcept {
  MutexLock lock(mutex_);
  auto& loads = sides_[side.index].loads;
  const auto found = loads.find(name);
  Loads& mine = found->second;
  if (end != LoadEnd::kFailed) mine.broken_off = end == LoadEnd::kBrokenOff;
  if (--mine.running == 0 && !mine.broken_off) loads.erase(found);
}

void SideLibraries::Announce(const std::string& file) {
  MutexLock lock(mutex_);
  announced_.insert(file);
}

// The dynamic linker appends what it loads, and it loads for one thread at a time.
std::vector<LoadedObject> SideLibraries::CameWith(const std::string& file,
                                                  std::vector<LoadedObject> fresh) {
  MutexLock lock(mutex_);
  const auto first = std::find_if(fresh.begin(), fresh.end(), [&file](const LoadedObject& object) {
    return object.path == file;
  });
  if (first == fresh.end()) return {};
  const auto last = std::find_if(first + 1, fresh.end(), [this](const LoadedObject& object) {
    return announced_.count(object.path) != 0;
  });
  return std::vector<LoadedObject>(first, last);
}

}  // namespace openmatrix
