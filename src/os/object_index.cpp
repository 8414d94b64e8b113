#include "os/object_index.h"

#include <sys/stat.h>

#include <iterator>
#include <utility>

namespace openmatrix {

bool FindFile(const std::string& path, FileId& id) {
  struct stat facts;
  if (path.empty() || ::stat(path.c_str(), &facts) != 0) return false;
  id = FileId{facts.st_dev, facts.st_ino};
  return true;
}

// New objects come last in the list. Only where one has gone, all have to be looked at.
void ObjectIndex::Refresh() {
  const ObjectChanges changes = CountObjectChanges();
  if (changes == changes_) return;
  std::size_t known = objects_.size();
  std::map<std::pair<std::uintptr_t, std::string>, std::uint64_t> numbers;
  if (changes.removed != changes_.removed) {
    for (Seen& seen : objects_) {
      numbers[{seen.object.range.begin, std::move(seen.object.path)}] = seen.number;
    }
    objects_.clear();
    places_.clear();
    known = 0;
  }
  changes_ = changes;
  for (LoadedObject& object : LoadedObjects(known)) {
    const auto before = numbers.find({object.range.begin, object.path});
    const std::uint64_t number = before != numbers.end() ? before->second : next_number_++;
    FileId id;
    if (FindFile(object.path, id)) places_.emplace(id, object.range.begin);
    objects_.push_back(Seen{std::move(object), number});
  }
}

std::uint64_t ObjectIndex::Now() {
  MutexLock lock(mutex_);
  Refresh();
  return next_number_;
}

std::vector<LoadedObject> ObjectIndex::Since(std::uint64_t then) {
  MutexLock lock(mutex_);
  Refresh();
  std::vector<LoadedObject> fresh;
  auto first = objects_.end();
  while (first != objects_.begin() && std::prev(first)->number >= then) --first;
  for (; first != objects_.end(); ++first) fresh.push_back(first->object);
  return fresh;
}

std::uintptr_t ObjectIndex::PlaceOf(FileId id) {
  MutexLock lock(mutex_);
  Refresh();
  const auto found = places_.find(id);
  return found != places_.end() ? found->second : 0;
}

}  // namespace openmatrix
