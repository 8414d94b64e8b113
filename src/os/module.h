// Which loaded object an address lies in, and which objects are device libraries.
//
// The list of device libraries is a fact about the loaded program, so it is one per process.
// Looking up takes no lock and allocates nothing: readers walk immutable sorted runs. Old runs are
// kept for ever, because a reader may still be there; few of them are made.
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

// The objects loaded now, in the dynamic linker's order. Takes the lock of the dynamic linker's
// list. Reads headers where they are loaded: broken ones must never get there (see
// runtime/elf_check.h).
std::vector<LoadedObject> LoadedObjects();

// How many objects have come and gone in the life of the program.
struct ObjectChanges {
  unsigned long long added = 0;
  unsigned long long removed = 0;
  bool operator==(const ObjectChanges& other) const {
    return added == other.added && removed == other.removed;
  }
};
ObjectChanges CountObjectChanges();

// One look at both: other threads may load and unload between two.
struct ObjectsSince {
  ObjectChanges changes;              // those that led here
  bool all = false;                   // an object has gone since: `objects` are all that are loaded
  std::vector<LoadedObject> objects;  // else: without the first `known`
};
// REQUIRES: after the changes `then` there were `known` objects.
ObjectsSince LoadedObjectsSince(const ObjectChanges& then, std::size_t known);

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
