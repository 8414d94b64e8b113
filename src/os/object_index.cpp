#include "os/object_index.h"

#include <iterator>
#include <utility>

namespace openmatrix {

bool FindFile(const std::string& path, FileId& id) { return FileId::At(path, id); }

// New objects come last in the list. Only where one has gone, all have to be looked at.
//
// All that may fail comes before anything of what is known changes.
void ObjectIndex::Refresh() {
  if (CountObjectChanges() == changes_) return;
  ObjectsSince since = LoadedObjectsSince(changes_, objects_.size());
  std::map<std::pair<std::uintptr_t, std::string>, std::uint64_t> numbers;
  if (since.all) {
    for (const Seen& seen : objects_) {
      numbers.emplace(std::pair(seen.object.range.begin, seen.object.path), seen.number);
    }
  }
  std::vector<Seen> fresh;
  std::map<FileId, std::uintptr_t> places;
  std::uint64_t next = next_number_;
  for (LoadedObject& object : since.objects) {
    const auto before = numbers.find({object.range.begin, object.path});
    const std::uint64_t number = before != numbers.end() ? before->second : next++;
    FileId id;
    if (FindFile(object.path, id)) places.emplace(id, object.range.begin);
    fresh.push_back(Seen{std::move(object), number});
  }
  if (since.all) {
    objects_.swap(fresh);
    places_.swap(places);
  } else {
    objects_.insert(objects_.end(), std::make_move_iterator(fresh.begin()),
                    std::make_move_iterator(fresh.end()));
    places_.merge(places);
  }
  next_number_ = next;
  changes_ = since.changes;
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
