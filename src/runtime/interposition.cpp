#include "runtime/interposition.h"

#include <dlfcn.h>
#include <elf.h>
#include <google/protobuf/message_lite.h>
#include <link.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

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

// The bytes of a file, read as the structures of <elf.h>; what lies outside is not there.
class Image {
 public:
  explicit Image(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    bytes_.assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }

  template <typename T>
  bool Read(std::uint64_t offset, T& value) const {
    if (offset > bytes_.size() || bytes_.size() - offset < sizeof(T)) return false;
    std::memcpy(&value, bytes_.data() + offset, sizeof(T));
    return true;
  }

  // Null if it does not end inside the file.
  const char* Text(std::uint64_t offset) const {
    if (offset >= bytes_.size() || bytes_.find('\0', offset) == std::string::npos) return nullptr;
    return bytes_.data() + offset;
  }

  template <typename T>
  void Write(std::uint64_t offset, const T& value) {
    std::memcpy(bytes_.data() + offset, &value, sizeof(T));
  }

  bool Save(const std::string& path) const {
    std::ofstream file(path, std::ios::binary);
    return static_cast<bool>(
        file.write(bytes_.data(), static_cast<std::streamsize>(bytes_.size())));
  }

 private:
  std::string bytes_;
};

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

bool BindsToTheProgram(const char* name) {
  if (IsOfCommonTemplates(name)) return false;
  const void* const address = Global(name);
  if (address == nullptr) return false;
  std::uint32_t device = 0;
  return !FindDeviceOf(address, device) && !IsSharedByAll(address);
}

bool IsOffered(const ElfW(Sym) & symbol) {
  const unsigned binding = ELF64_ST_BIND(symbol.st_info);
  return symbol.st_shndx != SHN_UNDEF &&
         (binding == STB_GLOBAL || binding == STB_WEAK || binding == STB_GNU_UNIQUE) &&
         ELF64_ST_VISIBILITY(symbol.st_other) == STV_DEFAULT;
}

// Calls `visit` with place, symbol and name for each dynamic symbol. False if the file does not
// tell.
template <typename Visit>
bool ForEachSymbol(const Image& image, const Visit& visit) {
  ElfW(Ehdr) header;
  if (!image.Read(0, header)) return false;
  const auto read_section = [&](std::uint64_t index, ElfW(Shdr) & section) {
    return index < header.e_shnum && image.Read(header.e_shoff + index * sizeof(section), section);
  };
  ElfW(Shdr) table{};
  for (std::uint64_t i = 0; table.sh_type != SHT_DYNSYM; ++i) {
    if (!read_section(i, table)) return false;
  }
  ElfW(Shdr) names;
  if (!read_section(table.sh_link, names)) return false;
  ElfW(Sym) symbol;
  for (std::uint64_t at = 0; at + sizeof(symbol) <= table.sh_size; at += sizeof(symbol)) {
    if (!image.Read(table.sh_offset + at, symbol)) return false;
    const char* name = image.Text(names.sh_offset + symbol.st_name);
    if (name == nullptr) return false;
    visit(table.sh_offset + at, symbol, name);
  }
  return true;
}

// Unique symbols, static locals of inline functions for instance, exist once per process whatever
// the scope: as weak ones they bind like all others.
void KeepStaticsApart(Image& image) {
  std::vector<std::pair<std::uint64_t, ElfW(Sym)>> changed;
  ForEachSymbol(image, [&](std::uint64_t at, ElfW(Sym) symbol, const char*) {
    if (ELF64_ST_BIND(symbol.st_info) != STB_GNU_UNIQUE) return;
    symbol.st_info = ELF64_ST_INFO(STB_WEAK, ELF64_ST_TYPE(symbol.st_info));
    changed.emplace_back(at, symbol);
  });
  for (const auto& [at, symbol] : changed) image.Write(at, symbol);
}

}  // namespace

bool DeepBindIsSafe() { return !AllocatorIsReplaced() && !ProgramHasCopies(); }

bool TakesNamesOfTheProgram(const std::string& path) {
  const Image image(path);
  bool takes = false;
  const bool complete =
      ForEachSymbol(image, [&](std::uint64_t, const ElfW(Sym) & symbol, const char* name) {
        takes = takes || (IsOffered(symbol) && BindsToTheProgram(name));
      });
  return takes || !complete;
}

Status MakeSymbolic(const std::string& path) {
  Image image(path);
  const auto fail = [&path](const char* why) -> Status {
    return {Code::kLibraryNotLoaded, path + ": cannot be marked symbolic: " + why};
  };
  ElfW(Ehdr) header;
  if (!image.Read(0, header)) return fail("no ELF header");
  ElfW(Phdr) dynamic{};
  for (unsigned i = 0; i < header.e_phnum && dynamic.p_type != PT_DYNAMIC; ++i) {
    if (!image.Read(header.e_phoff + std::uint64_t{i} * sizeof(dynamic), dynamic)) break;
  }
  if (dynamic.p_type != PT_DYNAMIC) return fail("no dynamic section");
  const std::uint64_t end = dynamic.p_offset + dynamic.p_filesz;
  ElfW(Dyn) entry;
  ElfW(Dyn) next;
  for (std::uint64_t at = dynamic.p_offset; at + 2 * sizeof(entry) <= end; at += sizeof(entry)) {
    if (!image.Read(at, entry) || !image.Read(at + sizeof(entry), next)) break;
    if (entry.d_tag == DT_FLAGS) {
      entry.d_un.d_val |= DF_SYMBOLIC;
    } else if (entry.d_tag == DT_NULL) {
      // Linkers leave room; the one after this becomes the end.
      if (next.d_tag != DT_NULL) break;
      entry.d_tag = DT_SYMBOLIC;
    } else {
      continue;
    }
    image.Write(at, entry);
    KeepStaticsApart(image);
    return image.Save(path) ? Status() : fail("cannot be written");
  }
  return fail("no room in its dynamic section");
}

}  // namespace openmatrix
