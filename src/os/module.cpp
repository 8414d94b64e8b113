#include "os/module.h"

#include <link.h>

#include <algorithm>
#include <atomic>

#include "base/mutex.h"
#include "base/no_destructor.h"

namespace openmatrix {
namespace {

struct DeviceObject {
  AddressRange range;
  std::uint32_t device;
};

// Never freed: a reader may still walk an old one.
using Snapshot = std::vector<DeviceObject>;

std::atomic<const Snapshot*> g_snapshot{nullptr};  // partner: AddDeviceObjects releases

Mutex& WriterMutex() {
  static NoDestructor<Mutex> mutex;
  return *mutex;
}

// Keeps superseded snapshots reachable, so that leak checkers see them as what they are.
std::vector<const Snapshot*>& Snapshots() {
  static NoDestructor<std::vector<const Snapshot*>> all;
  return *all;
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

int Collect(dl_phdr_info* info, std::size_t, void* into) {
  const AddressRange range = RangeOf(*info);
  if (range.end != 0) {
    static_cast<std::vector<LoadedObject>*>(into)->push_back(
        LoadedObject{info->dlpi_name != nullptr ? info->dlpi_name : "", range});
  }
  return 0;
}

}  // namespace

std::vector<LoadedObject> LoadedObjects() {
  std::vector<LoadedObject> objects;
  dl_iterate_phdr(Collect, &objects);
  return objects;
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
  if (objects.empty()) return;
  MutexLock lock(WriterMutex());
  const Snapshot* old = g_snapshot.load(std::memory_order_relaxed);
  auto* next = old != nullptr ? new Snapshot(*old) : new Snapshot;
  Snapshots().push_back(next);
  for (const LoadedObject& object : objects) {
    const bool known = std::any_of(
        next->begin(), next->end(),
        [&object](const DeviceObject& entry) { return entry.range.begin == object.range.begin; });
    if (!known) next->push_back(DeviceObject{object.range, device});
  }
  std::sort(next->begin(), next->end(), [](const DeviceObject& left, const DeviceObject& right) {
    return left.range.begin < right.range.begin;
  });
  g_snapshot.store(next, std::memory_order_release);
  g_no_device_objects.store(false, std::memory_order_release);
}

std::atomic<bool> g_no_device_objects{true};

bool FindDeviceOf(const void* address, std::uint32_t& device) noexcept {
  const Snapshot* snapshot = g_snapshot.load(std::memory_order_acquire);
  if (snapshot == nullptr) return false;
  const auto value = reinterpret_cast<std::uintptr_t>(address);
  auto after = std::upper_bound(
      snapshot->begin(), snapshot->end(), value,
      [](std::uintptr_t wanted, const DeviceObject& entry) { return wanted < entry.range.begin; });
  if (after == snapshot->begin()) return false;
  const DeviceObject& candidate = *--after;
  if (value >= candidate.range.end) return false;
  device = candidate.device;
  return true;
}

}  // namespace openmatrix
