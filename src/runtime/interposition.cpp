#include "runtime/interposition.h"

#include <dlfcn.h>
#include <google/protobuf/message_lite.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

#include "os/module.h"

namespace openmatrix {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kCopyRelocation = R_X86_64_COPY;
#elif defined(__aarch64__)
constexpr std::uint32_t kCopyRelocation = R_AARCH64_COPY;
#else
constexpr std::uint32_t kCopyRelocation = ~0u;  // unknown: never found
#endif

bool SameObject(const void* left, const void* right) {
  Dl_info left_info;
  Dl_info right_info;
  return left != nullptr && right != nullptr && ::dladdr(left, &left_info) != 0 &&
         ::dladdr(right, &right_info) != 0 && left_info.dli_fbase == right_info.dli_fbase;
}

void* Global(const char* name) { return ::dlsym(RTLD_DEFAULT, name); }

bool AllocatorIsReplaced() {
  return !SameObject(Global("malloc"), Global("gnu_get_libc_version")) ||
         !SameObject(Global("_Znwm"), Global("__cxa_throw"));
}

bool StartsWith(const char* text, const char* prefix) {
  return std::strncmp(text, prefix, std::strlen(prefix)) == 0;
}

// A second copy of constants, type information and tables of virtual functions harms nobody;
// neither do the data of the C library, which are pointers or are reached through functions.
bool MayExistTwice(const char* name) {
  return !StartsWith(name, "_Z") || StartsWith(name, "_ZT") ||
         std::strcmp(name, "_ZSt7nothrow") == 0;
}

// The first object that the dynamic linker names is the executable: only that has copies.
int FindCopies(dl_phdr_info* info, std::size_t, void* found) {
  const ElfW(Rela)* relocations = nullptr;
  std::size_t bytes = 0;
  const ElfW(Sym)* symbols = nullptr;
  const char* names = nullptr;
  const auto address = [info](ElfW(Addr) value) {
    return value < info->dlpi_addr ? value + info->dlpi_addr : value;
  };
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    if (info->dlpi_phdr[i].p_type != PT_DYNAMIC) continue;
    const auto* entry =
        reinterpret_cast<const ElfW(Dyn)*>(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
    for (; entry->d_tag != DT_NULL; ++entry) {
      const ElfW(Addr) value = address(entry->d_un.d_ptr);
      if (entry->d_tag == DT_RELA) relocations = reinterpret_cast<const ElfW(Rela)*>(value);
      if (entry->d_tag == DT_RELASZ) bytes = entry->d_un.d_val;
      if (entry->d_tag == DT_SYMTAB) symbols = reinterpret_cast<const ElfW(Sym)*>(value);
      if (entry->d_tag == DT_STRTAB) names = reinterpret_cast<const char*>(value);
    }
  }
  if (relocations == nullptr || symbols == nullptr || names == nullptr) return 1;
  for (std::size_t i = 0; i < bytes / sizeof(*relocations); ++i) {
    if (ELF64_R_TYPE(relocations[i].r_info) != kCopyRelocation) continue;
    const ElfW(Sym)& symbol = symbols[ELF64_R_SYM(relocations[i].r_info)];
    if (!MayExistTwice(names + symbol.st_name)) *static_cast<bool*>(found) = true;
  }
  return 1;  // no further object
}

bool ProgramHasCopies() {
  bool found = false;
  dl_iterate_phdr(FindCopies, &found);
  return found;
}

// Null for an address in the program itself: this code may be part of it, and the address of a
// function may be a stub there.
const void* InLibrary(const void* address) {
  LoadedObject object;
  return FindObject(address, object) && !object.path.empty() ? address : nullptr;
}

// Names that host and device have in common: the framework's and the system's.
bool IsSharedByAll(const void* address) {
  static const void* const anchors[] = {
      InLibrary(reinterpret_cast<const void*>(&MakeSymbolic)),
      InLibrary(reinterpret_cast<const void*>(&google::protobuf::ShutdownProtobufLibrary)),
      Global("__cxa_throw"), Global("gnu_get_libc_version")};
  for (const void* anchor : anchors) {
    if (SameObject(address, anchor)) return true;
  }
  return false;
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

}  // namespace

bool DeepBindIsSafe() { return !AllocatorIsReplaced() && !ProgramHasCopies(); }

bool TakesNamesOfTheProgram(const ElfImage& image, View side) {
  bool takes = false;
  const bool complete =
      image.ForEachSymbol([&](std::uint64_t, const ElfW(Sym) & symbol, const char* name) {
        takes = takes || (IsOffered(symbol) && BindsToTheProgram(name, side));
      });
  return takes || !complete;
}

void KeepStaticsApart(ElfImage& image, const std::vector<void*>& needed) {
  std::vector<std::pair<std::uint64_t, ElfW(Sym)>> changed;
  image.ForEachSymbol([&](std::uint64_t place, ElfW(Sym) symbol, const char* name) {
    if (!IsUnique(symbol)) return;
    const unsigned type = ELF64_ST_TYPE(symbol.st_info);
    symbol.st_info = ELF64_ST_INFO(STB_WEAK, type);
    const bool has_it = std::any_of(needed.begin(), needed.end(), [name](void* library) {
      return ::dlsym(library, name) != nullptr;
    });
    if (has_it) {
      symbol.st_info = ELF64_ST_INFO(STB_GLOBAL, type);
      symbol.st_shndx = SHN_UNDEF;
      symbol.st_value = 0;
    }
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
