#include "runtime/elf_facts.h"

#include <elf.h>
#include <link.h>

#include <cstring>
#include <fstream>

namespace openmatrix {
namespace {

#if defined(__x86_64__)
constexpr ElfW(Half) kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr ElfW(Half) kMachine = EM_AARCH64;
#else
constexpr ElfW(Half) kMachine = EM_NONE;  // not checked
#endif

// More would be no library; the bound keeps a broken file from costing memory.
constexpr std::size_t kMaxDynamicEntries = 4096;

template <typename T>
bool ReadAt(std::ifstream& file, std::uint64_t offset, T& value) {
  char bytes[sizeof(T)];
  file.clear();
  if (!file.seekg(static_cast<std::streamoff>(offset)) || !file.read(bytes, sizeof(bytes))) {
    return false;
  }
  std::memcpy(&value, bytes, sizeof(value));
  return true;
}

ElfFacts ReadDynamic(std::ifstream& file, const ElfW(Phdr) & dynamic) {
  ElfFacts facts;
  const std::size_t count = static_cast<std::size_t>(dynamic.p_filesz / sizeof(ElfW(Dyn)));
  for (std::size_t i = 0; i < count && i < kMaxDynamicEntries; ++i) {
    ElfW(Dyn) entry;
    if (!ReadAt(file, dynamic.p_offset + i * sizeof(entry), entry)) break;
    if (entry.d_tag == DT_NULL) break;
    if (entry.d_tag == DT_SYMBOLIC) facts.symbolic = true;
    if (entry.d_tag == DT_FLAGS && (entry.d_un.d_val & DF_SYMBOLIC) != 0) facts.symbolic = true;
  }
  return facts;
}

}  // namespace

Result<ElfFacts> ReadElfFacts(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return {Code::kFileMissing, path + ": cannot be opened"};
  ElfW(Ehdr) header;
  if (!ReadAt(file, 0, header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
    return {Code::kLibraryNotLoaded, path + ": not an ELF file"};
  }
  const unsigned char wanted_class = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
  if (header.e_ident[EI_CLASS] != wanted_class ||
      (kMachine != EM_NONE && header.e_machine != kMachine)) {
    return {Code::kLibraryNotLoaded,
            path + ": built for another machine (ELF machine " + std::to_string(header.e_machine) +
                "); the simulation runs device libraries natively, build it for this machine"};
  }
  if (header.e_type != ET_DYN) return {Code::kLibraryNotLoaded, path + ": not a shared library"};
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    ElfW(Phdr) segment;
    if (!ReadAt(file, header.e_phoff + std::uint64_t{i} * sizeof(segment), segment)) break;
    if (segment.p_type == PT_DYNAMIC) return ReadDynamic(file, segment);
  }
  return {Code::kLibraryNotLoaded, path + ": has no dynamic section"};
}

}  // namespace openmatrix
