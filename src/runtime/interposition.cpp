#include "runtime/interposition.h"

#include <dlfcn.h>
#include <google/protobuf/message_lite.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <utility>

#include "os/module.h"
#include "runtime/program_names.h"

namespace openmatrix {
namespace {

void* Global(const char* name) { return ::dlsym(RTLD_DEFAULT, name); }

bool AllocatorIsReplaced() {
  return !SameObject(Global("malloc"), Global("gnu_get_libc_version")) ||
         !SameObject(Global("_Znwm"), Global("__cxa_throw"));
}

bool StartsWith(const char* text, const char* prefix) {
  return std::strncmp(text, prefix, std::strlen(prefix)) == 0;
}

// Null for an address in the program itself: this code may be part of it, and the address of a
// function may be a stub there.
const void* InLibrary(const void* address) {
  LoadedObject object;
  return FindObject(address, object) && !object.path.empty() ? address : nullptr;
}

// Where names lie that host and device have in common: the framework's and the system's.
struct SharedObjects {
  const void* anchors[4] = {
      InLibrary(reinterpret_cast<const void*>(&MakeSymbolic)),
      InLibrary(reinterpret_cast<const void*>(&google::protobuf::ShutdownProtobufLibrary)),
      Global("__cxa_throw"), Global("gnu_get_libc_version")};
};

// The value of a pure look at the loaded program. Not a static local: whoever makes one holds its
// guard, and here asks the dynamic linker, which another thread may hold while it waits for us.
template <typename T>
const T& Remembered(std::atomic<const T*>& place, const T* (*make)()) {
  const T* known = place.load(std::memory_order_acquire);
  if (known != nullptr) return *known;
  const T* const made = make();
  if (place.compare_exchange_strong(known, made, std::memory_order_acq_rel)) return *made;
  delete made;
  return *known;
}

std::atomic<const SharedObjects*> g_shared_objects{nullptr};  // partner: Remembered
std::atomic<const bool*> g_deep_bind_is_safe{nullptr};        // partner: Remembered

bool IsSharedByAll(const void* address) {
  const SharedObjects& shared = Remembered<SharedObjects>(
      g_shared_objects, []() -> const SharedObjects* { return new SharedObjects; });
  return std::any_of(std::begin(shared.anchors), std::end(shared.anchors),
                     [address](const void* anchor) { return SameObject(address, anchor); });
}

// Instances of templates that every program has, and that nearly every library offers: they alone
// are no reason to load something else than the user's file.
bool IsOfCommonTemplates(const char* name) {
  if (!StartsWith(name, "_Z")) return false;
  name += std::strlen("_Z");
  for (const char* prefix : {"GV", "TV", "TI", "TS", "Z", "N", "K"}) {
    if (StartsWith(name, prefix)) name += std::strlen(prefix);
  }
  return StartsWith(name, "St") || StartsWith(name, "9__gnu_cxx") || StartsWith(name, "6cereal");
}

// What belongs to another device is out of bounds as the program is.
bool BindsToTheProgram(const char* name, View side) {
  if (IsOfCommonTemplates(name)) return false;
  const void* const address = Global(name);
  if (address == nullptr) return false;
  std::uint32_t device = 0;
  if (FindDeviceOf(address, device)) return View::Device(device) != side;
  return !IsSharedByAll(address);
}

bool IsOffered(const ElfW(Sym) & symbol) {
  const unsigned binding = ELF64_ST_BIND(symbol.st_info);
  return symbol.st_shndx != SHN_UNDEF &&
         (binding == STB_GLOBAL || binding == STB_WEAK || binding == STB_GNU_UNIQUE) &&
         ELF64_ST_VISIBILITY(symbol.st_other) == STV_DEFAULT;
}

bool IsUnique(const ElfW(Sym) & symbol) {
  return ELF64_ST_BIND(symbol.st_info) == STB_GNU_UNIQUE && symbol.st_shndx != SHN_UNDEF;
}

void TakeFromOthers(ElfW(Sym) & symbol) {
  symbol.st_info = ELF64_ST_INFO(STB_GLOBAL, ELF64_ST_TYPE(symbol.st_info));
  symbol.st_shndx = SHN_UNDEF;
  symbol.st_value = 0;
}

// operator new and delete in all their forms.
bool IsAllocator(const char* name) {
  for (const char* prefix : {"_Znw", "_Zna", "_Zdl", "_Zda"}) {
    if (StartsWith(name, prefix)) return true;
  }
  return false;
}

}  // namespace

bool DeepBindIsSafe() {
  return Remembered<bool>(g_deep_bind_is_safe, []() -> const bool* {
    return new bool(!AllocatorIsReplaced() && !ProgramHasCopies() && !ProgramHasOwnRuntime());
  });
}

bool HasOwnRuntime(const ElfImage& image) {
  bool has = false;
  image.ForEachSymbol([&has](std::uint64_t, const ElfW(Sym) & symbol, const char* name) {
    for (const char* part :
         {"_ZNKSt6locale2id5_M_idEv", "_ZNSt8ios_base4InitC1Ev", "__cxa_throw"}) {
      has = has || (IsOffered(symbol) && std::strcmp(name, part) == 0);
    }
  });
  return has;
}

bool TakesNamesOfTheProgram(const ElfImage& image, View side) {
  bool takes = false;
  const bool complete =
      image.ForEachSymbol([&](std::uint64_t, const ElfW(Sym) & symbol, const char* name) {
        takes = takes || (IsOffered(symbol) && BindsToTheProgram(name, side));
      });
  return takes || !complete;
}

void KeepStaticsApart(ElfImage& image, const std::vector<void*>& needed) {
  const bool own_runtime = HasOwnRuntime(image);
  std::vector<std::pair<std::uint64_t, ElfW(Sym)>> changed;
  image.ForEachSymbol([&](std::uint64_t place, ElfW(Sym) symbol, const char* name) {
    if (!IsUnique(symbol)) return;
    const unsigned type = ELF64_ST_TYPE(symbol.st_info);
    symbol.st_info = ELF64_ST_INFO(STB_WEAK, type);
    const bool has_it = std::any_of(needed.begin(), needed.end(), [name](void* library) {
      return ::dlsym(library, name) != nullptr;
    });
    if (has_it && !(own_runtime && IsOfCommonTemplates(name))) TakeFromOthers(symbol);
    changed.emplace_back(place, symbol);
  });
  for (const auto& [place, symbol] : changed) image.Write(place, symbol);
}

void UseTheAllocatorOfTheProgram(ElfImage& image) {
  std::vector<std::pair<std::uint64_t, ElfW(Sym)>> changed;
  image.ForEachSymbol([&](std::uint64_t place, ElfW(Sym) symbol, const char* name) {
    if (!IsOffered(symbol) || !IsAllocator(name) || Global(name) == nullptr) return;
    TakeFromOthers(symbol);
    changed.emplace_back(place, symbol);
  });
  for (const auto& [place, symbol] : changed) image.Write(place, symbol);
}

std::vector<std::string> MissingNames(const ElfImage& image) {
  std::vector<std::string> names;
  image.ForEachSymbol([&](std::uint64_t, const ElfW(Sym) & symbol, const char* name) {
    if (symbol.st_shndx != SHN_UNDEF || *name == '\0') return;
    if (Global(name) == nullptr) names.emplace_back(name);
  });
  return names;
}

bool MakeSymbolic(ElfImage& image) {
  bool marked = false;
  for (ElfImage::DynamicEntry entry : image.Dynamic()) {
    if (entry.value.d_tag != DT_FLAGS) continue;
    entry.value.d_un.d_val |= DF_SYMBOLIC;
    image.Write(entry.place, entry.value);
    marked = true;
  }
  if (!marked && !image.AddDynamic(DT_SYMBOLIC, 0)) return false;
  KeepStaticsApart(image, {});
  return true;
}

}  // namespace openmatrix
