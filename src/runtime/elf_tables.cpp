#include "runtime/elf_tables.h"

#include <algorithm>

namespace openmatrix {
namespace {

#if defined(__aarch64__)
constexpr std::uint64_t kRelative = R_AARCH64_RELATIVE;
#else
constexpr std::uint64_t kRelative = R_X86_64_RELATIVE;
#endif
constexpr std::uint64_t kNoRelocation = 0;
constexpr std::uint64_t kLeastPatch = 4;                    // bytes that any relocation changes
constexpr std::uint64_t kHashWord = sizeof(std::uint32_t);  // of hash tables

std::uint64_t ValueOf(const ElfValues& values, ElfW(Sxword) tag) {
  const auto found = values.find(tag);
  return found != values.end() ? found->second : 0;
}

// The linker masks with words - 1, and walks a chain until an odd entry. `symbols` is then how many
// the table knows of.
const char* FaultOfGnuHash(const ElfMemory& memory, std::uint64_t place, std::uint64_t& symbols) {
  struct {
    std::uint32_t buckets, first, words, shift;
  } header;
  if (!memory.Read(place, header) || header.words == 0 ||
      (header.words & (header.words - 1)) != 0) {
    return "its hash table has no valid header";
  }
  const std::uint64_t buckets = place + sizeof header + header.words * sizeof(ElfW(Addr));
  const std::uint64_t chains = buckets + header.buckets * kHashWord;
  if (!memory.Has(place, chains - place, PF_R)) return "its hash table ends behind its segment";
  std::uint32_t last = 0;
  for (std::uint64_t i = 0; i < header.buckets; ++i) {
    std::uint32_t chain = 0;
    if (!memory.Read(buckets + i * kHashWord, chain) || (chain != 0 && chain < header.first)) {
      return "its hash table names a symbol that it does not know";
    }
    last = std::max(last, chain);
  }
  symbols = header.first;
  for (std::uint32_t hash = 0; last != 0 && (hash & 1) == 0; ++symbols) {
    if (symbols == header.first) symbols = last;
    if (!memory.Read(chains + (symbols - header.first) * kHashWord, hash)) {
      return "a chain of its hash table has no end";
    }
  }
  return nullptr;
}

const char* FaultOfHash(const ElfMemory& memory, std::uint64_t place, std::uint64_t& symbols) {
  struct {
    std::uint32_t buckets, chains;
  } header;
  if (!memory.Read(place, header)) return "its hash table has no valid header";
  const std::uint64_t entries = std::uint64_t{header.buckets} + header.chains;
  const std::uint64_t first = place + sizeof header;
  if (!memory.Has(first, entries * kHashWord, PF_R))
    return "its hash table ends behind its segment";
  for (std::uint64_t i = 0; i < entries; ++i) {
    std::uint32_t symbol = 0;
    if (!memory.Read(first + i * kHashWord, symbol) || symbol >= std::max(header.chains, 1u)) {
      return "its hash table names a symbol that it does not know";
    }
  }
  symbols = header.chains;
  return nullptr;
}

// A name or version of a symbol that is looked up is compared wherever it lies.
const char* FaultOfSymbols(const ElfMemory& memory, const ElfValues& values,
                           std::uint64_t symbols) {
  const std::uint64_t place = ValueOf(values, DT_SYMTAB);
  const std::uint64_t versions = ValueOf(values, DT_VERSYM);
  if (!memory.Has(place, symbols * sizeof(ElfW(Sym)), PF_R) ||
      (versions != 0 && !memory.Has(versions, symbols * sizeof(ElfW(Half)), PF_R))) {
    return "it has fewer symbols than its hash table knows";
  }
  for (std::uint64_t i = 0; i < symbols; ++i) {
    ElfW(Sym) symbol;
    if (!memory.Read(place + i * sizeof symbol, symbol) ||
        symbol.st_name >= ValueOf(values, DT_STRSZ)) {
      return "the name of a symbol lies outside its names";
    }
  }
  return nullptr;
}

// The linker makes what it must write to writable only for a library that says so.
bool ChangesText(const ElfValues& values) {
  return values.count(DT_TEXTREL) != 0 || (ValueOf(values, DT_FLAGS) & DF_TEXTREL) != 0;
}

// Of the relocations at `place`, the linker takes the first `relative` for such without a look.
const char* FaultOfRelocations(const ElfMemory& memory, const ElfValues& values, ElfW(Sxword) place,
                               ElfW(Sxword) bytes, std::uint64_t relative) {
  const ElfW(Word) rights = ChangesText(values) ? 0 : PF_W;
  const std::uint64_t count =
      values.count(place) != 0 ? ValueOf(values, bytes) / sizeof(ElfW(Rela)) : 0;
  if (relative > count) return "it counts more relocations than it has";
  for (std::uint64_t i = 0; i < count; ++i) {
    ElfW(Rela) change;
    if (!memory.Read(ValueOf(values, place) + i * sizeof change, change)) {
      return "a relocation lies outside its segments";
    }
    const std::uint64_t type = ELF64_R_TYPE(change.r_info);
    const std::uint64_t symbol = ELF64_R_SYM(change.r_info);
    if (i < relative && type != kRelative) return "a relocation is not of the kind it is counted";
    if (type == kNoRelocation) continue;
    if (!memory.HasRoom(change.r_offset, kLeastPatch, rights)) {
      return "a relocation changes what is not writable";
    }
    if (!memory.Has(ValueOf(values, DT_SYMTAB) + symbol * sizeof(ElfW(Sym)), sizeof(ElfW(Sym)),
                    PF_R)) {
      return "a relocation names a symbol outside its symbols";
    }
  }
  return nullptr;
}

}  // namespace

const ElfW(Phdr) * ElfMemory::SegmentOf(std::uint64_t address) const {
  for (const ElfW(Phdr) & segment : segments_) {
    if (segment.p_type == PT_LOAD && address >= segment.p_vaddr &&
        address - segment.p_vaddr < segment.p_memsz) {
      return &segment;
    }
  }
  return nullptr;
}

bool ElfMemory::Has(std::uint64_t address, std::uint64_t bytes, ElfW(Word) rights) const {
  const ElfW(Phdr)* const segment = SegmentOf(address);
  return segment != nullptr && (segment->p_flags & rights) == rights &&
         address - segment->p_vaddr <= segment->p_filesz &&
         bytes <= segment->p_filesz - (address - segment->p_vaddr);
}

bool ElfMemory::HasRoom(std::uint64_t address, std::uint64_t bytes, ElfW(Word) rights) const {
  const ElfW(Phdr)* const segment = SegmentOf(address);
  return segment != nullptr && (segment->p_flags & rights) == rights &&
         bytes <= segment->p_memsz - (address - segment->p_vaddr);
}

const char* FaultOfElfTables(const ElfMemory& memory, const ElfValues& values) {
  std::uint64_t symbols = 1;
  const char* fault = nullptr;
  if (values.count(DT_HASH) != 0) {
    fault = FaultOfHash(memory, ValueOf(values, DT_HASH), symbols);
  }
  if (fault == nullptr && values.count(DT_GNU_HASH) != 0) {
    fault = FaultOfGnuHash(memory, ValueOf(values, DT_GNU_HASH), symbols);
  }
  if (fault == nullptr) fault = FaultOfSymbols(memory, values, symbols);
  if (fault == nullptr) {
    fault = FaultOfRelocations(memory, values, DT_RELA, DT_RELASZ, ValueOf(values, DT_RELACOUNT));
  }
  if (fault == nullptr) fault = FaultOfRelocations(memory, values, DT_JMPREL, DT_PLTRELSZ, 0);
  return fault;
}

}  // namespace openmatrix
