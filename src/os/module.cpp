#include "os/module.h"

#include <link.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>

#include "base/mutex.h"
#include "base/no_destructor.h"
#include "os/fork_guard.h"

namespace openmatrix {
namespace {

struct DeviceObject {
  AddressRange range;
  std::uint32_t device;
};

// Sorted by address. The list of runs is newest first. Never freed: a reader may still walk it.
struct ObjectRun {
  const ObjectRun* older;
  std::vector<DeviceObject> objects;
};

std::atomic<const ObjectRun*> g_newest{nullptr};  // partner: AddDeviceObjects releases

// A run takes in older ones that are no longer than itself, so there are few and each object is
// copied few times; and any that is short, so an ordinary program has one.
constexpr std::size_t kShortRun = 128;

// Made with the library: a fork may come in the midst of the first use.
Mutex g_writing;
NoDestructor<HeldAcrossForks> g_writing_held(ForkRank::kTables, g_writing);

// Keeps superseded runs reachable, so that leak checkers see them as what they are.
std::vector<const ObjectRun*>& ObjectRuns() {
  static NoDestructor<std::vector<const ObjectRun*>> all;
  return *all;
}

bool IsBefore(const DeviceObject& left, const DeviceObject& right) {
  return left.range.begin < right.range.begin;
}

// Null if no run has an object that holds `value`.
const DeviceObject* FindIn(const ObjectRun* run, std::uintptr_t value) {
  for (; run != nullptr; run = run->older) {
    auto after = std::upper_bound(run->objects.begin(), run->objects.end(), value,
                                  [](std::uintptr_t wanted, const DeviceObject& entry) {
                                    return wanted < entry.range.begin;
                                  });
    if (after == run->objects.begin()) continue;
    const DeviceObject& candidate = *--after;
    if (value < candidate.range.end) return &candidate;
  }
  return nullptr;
}

AddressRange RangeOf(const dl_phdr_info& info) {
  AddressRange range;
  for (int i = 0; i < info.dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info.dlpi_phdr[i];
    if (header.p_type != PT_LOAD || header.p_memsz == 0) continue;
    const std::uintptr_t begin = info.dlpi_addr + header.p_vaddr;
    const std::uintptr_t end = begin + header.p_memsz;
    if (range.end == 0 || begin < range.begin) range.begin = begin;
    if (end > range.end) range.end = end;
  }
  return range;
}

struct Collection {
  ObjectChanges then;
  std::size_t known;
  ObjectsSince since;
  std::size_t seen = 0;
};

int Collect(dl_phdr_info* info, std::size_t, void* into) {
  auto& collection = *static_cast<Collection*>(into);
  ObjectsSince& since = collection.since;
  if (collection.seen++ == 0) {  // every object says the same
    since.changes = ObjectChanges{info->dlpi_adds, info->dlpi_subs};
    since.all = since.changes.removed != collection.then.removed;
  }
  if (since.all || collection.seen > collection.known) {
    since.objects.push_back(
        LoadedObject{info->dlpi_name != nullptr ? info->dlpi_name : "", RangeOf(*info)});
  }
  return 0;
}

int CountChanges(dl_phdr_info* info, std::size_t, void* into) {
  *static_cast<ObjectChanges*>(into) = ObjectChanges{info->dlpi_adds, info->dlpi_subs};
  return 1;  // every object says the same
}

}  // namespace

ObjectsSince LoadedObjectsSince(const ObjectChanges& then, std::size_t known) {
  Collection collection{then, known, {}};
  dl_iterate_phdr(Collect, &collection);
  return std::move(collection.since);
}

std::vector<LoadedObject> LoadedObjects() { return LoadedObjectsSince({}, 0).objects; }

ObjectChanges CountObjectChanges() {
  ObjectChanges changes;
  dl_iterate_phdr(CountChanges, &changes);
  return changes;
}

bool FindObject(const void* address, LoadedObject& object) {
  const auto value = reinterpret_cast<std::uintptr_t>(address);
  for (LoadedObject& candidate : LoadedObjects()) {
    if (value < candidate.range.begin || value >= candidate.range.end) continue;
    object = std::move(candidate);
    return true;
  }
  return false;
}

void AddDeviceObjects(const std::vector<LoadedObject>& objects, std::uint32_t device) {
  MutexLock lock(g_writing);
  const ObjectRun* older = g_newest.load(std::memory_order_relaxed);
  auto added = std::make_unique<ObjectRun>();
  for (const LoadedObject& object : objects) {
    if (object.range.end == 0 || FindIn(older, object.range.begin) != nullptr) continue;
    added->objects.push_back(DeviceObject{object.range, device});
  }
  if (added->objects.empty()) return;
  while (older != nullptr && older->objects.size() <= std::max(added->objects.size(), kShortRun)) {
    added->objects.insert(added->objects.end(), older->objects.begin(), older->objects.end());
    older = older->older;
  }
  added->older = older;
  std::sort(added->objects.begin(), added->objects.end(), IsBefore);
  ObjectRuns().push_back(added.get());
  g_newest.store(added.release(), std::memory_order_release);
  g_no_device_objects.store(false, std::memory_order_release);
}

std::atomic<bool> g_no_device_objects{true};

bool FindDeviceOf(const void* address, std::uint32_t& device) noexcept {
  const DeviceObject* const found =
      FindIn(g_newest.load(std::memory_order_acquire), reinterpret_cast<std::uintptr_t>(address));
  if (found == nullptr) return false;
  device = found->device;
  return true;
}

}  // namespace openmatrix
