#include "runtime/program_names.h"

#include <dlfcn.h>
#include <link.h>

#include <cstdint>
#include <cstring>
#include <vector>

namespace openmatrix {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kCopyRelocation = R_X86_64_COPY;
#elif defined(__aarch64__)
constexpr std::uint32_t kCopyRelocation = R_AARCH64_COPY;
#else
constexpr std::uint32_t kCopyRelocation = ~0u;  // unknown: never found
#endif

// The tables of the dynamic section, where they are loaded.
struct Tables {
  std::uintptr_t base = 0;
  const ElfW(Rela) * relocations = nullptr;
  std::size_t relocations_bytes = 0;
  const ElfW(Sym) * symbols = nullptr;
  const char* names = nullptr;
  const std::uint32_t* gnu_hash = nullptr;
  const std::uint32_t* hash = nullptr;
};

void ReadEntry(const ElfW(Dyn) & entry, Tables& tables) {
  const ElfW(Addr) value = entry.d_un.d_ptr;
  // The dynamic linker has made some of them addresses already.
  const ElfW(Addr) place = value < tables.base ? value + tables.base : value;
  switch (entry.d_tag) {
    case DT_RELA:
      tables.relocations = reinterpret_cast<const ElfW(Rela)*>(place);
      break;
    case DT_RELASZ:
      tables.relocations_bytes = value;
      break;
    case DT_SYMTAB:
      tables.symbols = reinterpret_cast<const ElfW(Sym)*>(place);
      break;
    case DT_STRTAB:
      tables.names = reinterpret_cast<const char*>(place);
      break;
    case DT_GNU_HASH:
      tables.gnu_hash = reinterpret_cast<const std::uint32_t*>(place);
      break;
    case DT_HASH:
      tables.hash = reinterpret_cast<const std::uint32_t*>(place);
      break;
    default:
      break;
  }
}

// The first object that the dynamic linker names is the executable.
int ReadFirst(dl_phdr_info* info, std::size_t, void* into) {
  auto& tables = *static_cast<Tables*>(into);
  tables.base = info->dlpi_addr;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    if (info->dlpi_phdr[i].p_type != PT_DYNAMIC) continue;
    const auto* entry =
        reinterpret_cast<const ElfW(Dyn)*>(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
    for (; entry->d_tag != DT_NULL; ++entry) ReadEntry(*entry, tables);
  }
  return 1;  // no further object
}

Tables TablesOfTheProgram() {
  Tables tables;
  dl_iterate_phdr(ReadFirst, &tables);
  if (tables.symbols == nullptr || tables.names == nullptr) return {};
  return tables;
}

// The table of symbols does not tell its length; the hash tables do.
std::size_t CountSymbols(const Tables& tables) {
  if (tables.hash != nullptr) return tables.hash[1];
  if (tables.gnu_hash == nullptr) return 0;
  const std::uint32_t buckets = tables.gnu_hash[0];
  const std::uint32_t first = tables.gnu_hash[1];
  const std::uint32_t* const bucket =
      tables.gnu_hash + 4 + tables.gnu_hash[2] * (sizeof(ElfW(Addr)) / sizeof(std::uint32_t));
  const std::uint32_t* const chain = bucket + buckets;
  std::uint32_t last = 0;
  for (std::uint32_t i = 0; i < buckets; ++i) last = bucket[i] > last ? bucket[i] : last;
  if (last < first) return first;
  while ((chain[last - first] & 1) == 0) ++last;
  return last + 1;
}

bool HasPrefix(const char* text, const char* prefix) {
  return std::strncmp(text, prefix, std::strlen(prefix)) == 0;
}

// A second copy of constants, type information and tables of virtual functions harms nobody;
// neither do the data of the C library, which are pointers or are reached through functions.
bool MayExistTwice(const char* name) {
  return !HasPrefix(name, "_Z") || HasPrefix(name, "_ZT") || std::strcmp(name, "_ZSt7nothrow") == 0;
}

}  // namespace

bool ProgramHasCopies() {
  const Tables tables = TablesOfTheProgram();
  if (tables.relocations == nullptr) return false;
  for (std::size_t i = 0; i < tables.relocations_bytes / sizeof(*tables.relocations); ++i) {
    const ElfW(Xword) info = tables.relocations[i].r_info;
    if (ELF64_R_TYPE(info) != kCopyRelocation) continue;
    if (!MayExistTwice(tables.names + tables.symbols[ELF64_R_SYM(info)].st_name)) return true;
  }
  return false;
}

// Weak symbols are inline functions and instances of templates, which every program has.
bool ProgramHasOwnRuntime() {
  const Tables tables = TablesOfTheProgram();
  const void* const runtime = ::dlsym(RTLD_NEXT, "__cxa_throw");
  const std::size_t count = CountSymbols(tables);
  for (std::size_t i = 1; i < count; ++i) {
    const ElfW(Sym)& symbol = tables.symbols[i];
    const char* const name = tables.names + symbol.st_name;
    if (symbol.st_shndx == SHN_UNDEF || ELF64_ST_BIND(symbol.st_info) != STB_GLOBAL ||
        MayExistTwice(name)) {
      continue;
    }
    const void* const behind = ::dlsym(RTLD_NEXT, name);
    if (behind != ::dlsym(RTLD_DEFAULT, name) && SameObject(behind, runtime)) return true;
  }
  return false;
}

bool SameObject(const void* left, const void* right) {
  Dl_info left_info;
  Dl_info right_info;
  return left != nullptr && right != nullptr && ::dladdr(left, &left_info) != 0 &&
         ::dladdr(right, &right_info) != 0 && left_info.dli_fbase == right_info.dli_fbase;
}

}  // namespace openmatrix
