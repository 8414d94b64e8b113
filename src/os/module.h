// Which loaded object an address lies in, and which objects are device libraries.
//
// The list of device libraries is a fact about the loaded program, so it is one per process.
// Looking up takes no lock and allocates nothing: readers walk an immutable sorted snapshot,
// and old snapshots are kept for ever because libraries are never unloaded.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

namespace openmatrix {

struct AddressRange {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
};

// One executable or shared library, as the dynamic linker sees it.
struct LoadedObject {
  std::string path;  // empty for the executable
  AddressRange range;
};

// All objects loaded now. Takes the dynamic linker's lock.
std::vector<LoadedObject> LoadedObjects();

// The object that holds `address`; false if none does.
bool FindObject(const void* address, LoadedObject& object);

// From now on calls out of `objects` are calls of `device`. The first device that an object is
// given keeps it.
void AddDeviceObjects(const std::vector<LoadedObject>& objects, std::uint32_t device);

// True until there is a device library. Partner of the store: AddDeviceObjects.
extern std::atomic<bool> g_no_device_objects;

// True if `address` lies in a device library; `device` is then the one it was loaded for.
bool FindDeviceOf(const void* address, std::uint32_t& device) noexcept;

}  // namespace openmatrix
