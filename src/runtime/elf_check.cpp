#include "runtime/elf_check.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "runtime/elf_tables.h"

namespace openmatrix {
namespace {

#if defined(__x86_64__)
constexpr ElfW(Half) kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr ElfW(Half) kMachine = EM_AARCH64;
#else
constexpr ElfW(Half) kMachine = EM_NONE;  // not checked
#endif

constexpr std::uint64_t kMaxAddress = std::uint64_t{1}
                                      << 47;  // no library is larger than a process

Error NoLibrary(const std::string& path, const std::string& why) {
  return Error{Code::kLibraryNotLoaded, path + ": " + why};
}

// True if [place, place + bytes) ends by `end`.
bool Fits(std::uint64_t place, std::uint64_t bytes, std::uint64_t end) {
  return place <= end && bytes <= end - place;
}

// What the file has of `part` is loaded, where the file says and where the program looks for it.
bool IsLoaded(const ElfW(Phdr) & part, const std::vector<ElfW(Phdr)>& segments) {
  const bool both = part.p_type == PT_DYNAMIC || part.p_type == PT_PHDR;  // we read it, too
  // The linker writes to a dynamic section that says so.
  const ElfW(Word) rights = PF_R | (part.p_type == PT_DYNAMIC ? part.p_flags & PF_W : 0);
  return std::any_of(segments.begin(), segments.end(), [&](const ElfW(Phdr) & loaded) {
    return loaded.p_type == PT_LOAD && part.p_vaddr >= loaded.p_vaddr &&
           Fits(part.p_vaddr - loaded.p_vaddr, part.p_filesz, loaded.p_filesz) &&
           (loaded.p_flags & rights) == rights &&
           (!both || part.p_vaddr - loaded.p_vaddr == part.p_offset - loaded.p_offset);
  });
}

// The dynamic linker reads these where they are loaded, or the unwinder does.
bool MustBeLoaded(ElfW(Word) type) {
  return type == PT_DYNAMIC || type == PT_PHDR || type == PT_TLS || type == PT_NOTE ||
         type == PT_GNU_PROPERTY || type == PT_GNU_EH_FRAME;
}

bool IsPowerOfTwo(std::uint64_t value) { return value != 0 && (value & (value - 1)) == 0; }

// What the linker protects after relocation; more would protect what others write to. It may fill
// the last page.
bool IsProtectable(const ElfW(Phdr) & part, const std::vector<ElfW(Phdr)>& segments) {
  constexpr std::uint64_t kLeastPage = 4096;
  return std::any_of(segments.begin(), segments.end(), [&](const ElfW(Phdr) & loaded) {
    const std::uint64_t page = std::max<std::uint64_t>(loaded.p_align, kLeastPage);
    const std::uint64_t end = (loaded.p_vaddr + loaded.p_memsz + page - 1) / page * page;
    return loaded.p_type == PT_LOAD && part.p_vaddr >= loaded.p_vaddr &&
           Fits(part.p_vaddr, part.p_memsz, end);
  });
}

// Null, or what is wrong with a segment that is not loaded itself.
const char* FaultOfPart(const ElfW(Phdr) & part, const std::vector<ElfW(Phdr)>& segments) {
  if (MustBeLoaded(part.p_type) && part.p_filesz != 0 && !IsLoaded(part, segments)) {
    return "broken: a part of it that is needed lies outside its segments";
  }
  if (part.p_type == PT_GNU_RELRO && part.p_memsz != 0 && !IsProtectable(part, segments)) {
    return "broken: what it protects lies outside its segments";
  }
  if (part.p_type == PT_TLS &&
      (part.p_filesz > part.p_memsz || !IsPowerOfTwo(std::max<std::uint64_t>(part.p_align, 1)))) {
    return "broken: its thread-local part cannot lie as its header says";
  }
  return nullptr;
}

Status CheckSegments(const std::vector<ElfW(Phdr)>& segments, std::uint64_t file_bytes,
                     const std::string& path) {
  std::uint64_t end = 0;  // of the loaded segments so far
  bool dynamic = false;
  for (const ElfW(Phdr) & segment : segments) {
    if (segment.p_type == PT_LOAD) {
      if (!Fits(segment.p_offset, segment.p_filesz, file_bytes)) {
        return NoLibrary(path, "truncated: a segment ends behind the end of the file");
      }
      const std::uint64_t align = std::max<std::uint64_t>(segment.p_align, 1);
      if (segment.p_filesz > segment.p_memsz || segment.p_vaddr < end ||
          !Fits(segment.p_vaddr, segment.p_memsz, kMaxAddress) || !IsPowerOfTwo(align) ||
          (segment.p_vaddr - segment.p_offset) % align != 0) {
        return NoLibrary(path, "broken: its segments cannot lie as its header says");
      }
      if (segment.p_memsz != 0 && (segment.p_flags & (PF_R | PF_X)) == 0) {
        return NoLibrary(path, "broken: one of its segments may not be read");
      }
      end = segment.p_vaddr + segment.p_memsz;
    } else if (const char* const fault = FaultOfPart(segment, segments)) {
      return NoLibrary(path, fault);
    }
    dynamic = dynamic || segment.p_type == PT_DYNAMIC;
  }
  if (dynamic && end != 0) return {};
  return NoLibrary(path, "has no dynamic section");
}

// A table that the dynamic linker follows without a look at its place, and what tells its size; 0
// if it tells that itself.
struct Table {
  ElfW(Sxword) place;
  ElfW(Sxword) bytes;
  std::uint64_t entry_bytes;
  std::uint64_t align;
};
constexpr ElfW(Sxword) kRelrBytes = 35;  // DT_RELRSZ and its kin: older <elf.h> have none
constexpr ElfW(Sxword) kRelr = 36;
constexpr ElfW(Sxword) kRelrEntry = 37;
constexpr std::uint64_t kWord = sizeof(ElfW(Addr));
constexpr Table kTables[] = {{DT_STRTAB, DT_STRSZ, 1, 1},
                             {DT_RELA, DT_RELASZ, sizeof(ElfW(Rela)), kWord},
                             {DT_REL, DT_RELSZ, sizeof(ElfW(Rel)), kWord},
                             {kRelr, kRelrBytes, kWord, kWord},
                             {DT_JMPREL, DT_PLTRELSZ, sizeof(ElfW(Rela)), kWord},
                             {DT_INIT_ARRAY, DT_INIT_ARRAYSZ, kWord, kWord},
                             {DT_FINI_ARRAY, DT_FINI_ARRAYSZ, kWord, kWord},
                             {DT_SYMTAB, 0, sizeof(ElfW(Sym)), kWord},
                             {DT_HASH, 0, 8, 4},
                             {DT_GNU_HASH, 0, 16, 4},
                             {DT_VERSYM, 0, 2, 2},
                             {DT_VERNEED, 0, sizeof(ElfW(Verneed)), 4},
                             {DT_VERDEF, 0, sizeof(ElfW(Verdef)), 4}};

// Not an address: there is the header of the file.
bool IsInPlace(const Table& table, const ElfValues& values, const ElfMemory& memory) {
  const auto place = values.find(table.place);
  if (place == values.end()) return true;
  std::uint64_t bytes = table.entry_bytes;
  if (table.bytes != 0) {
    const auto known = values.find(table.bytes);
    if (known == values.end()) return false;  // the linker reads it without a look
    bytes = known->second;
  }
  return bytes == 0 || (place->second != 0 && place->second % table.align == 0 &&
                        bytes % table.entry_bytes == 0 && memory.Has(place->second, bytes, PF_R));
}

// What the linker asserts or never looks at: it knows one value only.
struct Fixed {
  ElfW(Sxword) tag;
  std::uint64_t value;
};
constexpr Fixed kFixed[] = {{DT_SYMENT, sizeof(ElfW(Sym))},
                            {DT_RELAENT, sizeof(ElfW(Rela))},
                            {kRelrEntry, kWord},
                            {DT_PLTREL, DT_RELA}};

// Relocations of no size leave the library as it is in the file: its first call goes nowhere. Only
// packed ones (DT_RELR) may have taken all from the table.
bool LacksRelocations(const ElfValues& values) {
  const auto empty = [&](ElfW(Sxword) place, ElfW(Sxword) bytes) {
    return values.count(place) != 0 && values.at(bytes) == 0;
  };
  return empty(DT_JMPREL, DT_PLTRELSZ) || (empty(DT_RELA, DT_RELASZ) && values.count(kRelr) == 0);
}

// Linkers align the code that they collect; code that was named for it (-init) is a symbol, and
// what an optimizer has moved still begins as the start files of x86 do.
bool MayBeCalled(ElfW(Sxword) tag, const ElfValues& values, const ElfMemory& memory,
                 const ElfImage& image) {
  constexpr std::uint64_t kCodeAlign = 4;
  const auto code = values.find(tag);
  if (code == values.end()) return true;
  const std::uint64_t place = code->second;
  if (place == 0 || !memory.Has(place, 1, PF_X)) return false;
  constexpr std::uint32_t kEndBranch = 0xfa1e0ff3;
  constexpr std::uint32_t kMakeFrame = 0x08ec8348;
  std::uint32_t first = 0;
  bool known = place % kCodeAlign == 0 ||
               (memory.Read(place, first) && (first == kEndBranch || first == kMakeFrame));
  if (known) return true;
  image.ForEachSymbol([&](std::uint64_t, const ElfW(Sym) & symbol, const char*) {
    known = known || symbol.st_value == place;
  });
  return known;
}

// Null, or what is wrong with the values themselves.
const char* FaultOfValues(const ElfValues& values, const ElfMemory& memory, const ElfImage& image) {
  for (const Table& table : kTables) {
    if (!IsInPlace(table, values, memory)) {
      return "a table of its dynamic section lies outside its segments";
    }
  }
  for (const Fixed& fixed : kFixed) {
    const auto found = values.find(fixed.tag);
    if (found != values.end() && found->second != fixed.value) {
      return "the entries of a table are not of the size or kind of this machine";
    }
  }
  if (values.count(DT_RELA) != 0 && values.count(DT_RELAENT) == 0) {
    return "its dynamic section is not complete";
  }
  if (LacksRelocations(values)) return "its table of relocations is empty";
  if (!MayBeCalled(DT_INIT, values, memory, image) ||
      !MayBeCalled(DT_FINI, values, memory, image)) {
    return "what it wants to be called is no code";
  }
  return nullptr;
}

}  // namespace

Status CheckElfHeader(const ElfImage& head, std::uint64_t file_bytes, const std::string& path) {
  ElfW(Ehdr) header;
  if (!head.Read(0, header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
    return NoLibrary(path, "not an ELF file");
  }
  const unsigned char wanted_class = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
  if (header.e_ident[EI_CLASS] != wanted_class ||
      (kMachine != EM_NONE && header.e_machine != kMachine)) {
    return NoLibrary(path,
                     "built for another machine (ELF machine " + std::to_string(header.e_machine) +
                         "); the simulation runs device libraries natively, build it for this "
                         "machine");
  }
  if (header.e_type != ET_DYN) return NoLibrary(path, "not a shared library");
  if (header.e_phentsize != sizeof(ElfW(Phdr)) ||
      !Fits(header.e_phoff, std::uint64_t{header.e_phnum} * sizeof(ElfW(Phdr)), file_bytes)) {
    return NoLibrary(path, "truncated or broken: its table of segments is not in the file");
  }
  return {};
}

Status CheckElfHead(const ElfImage& head, std::uint64_t file_bytes, const std::string& path) {
  Status judged = CheckElfHeader(head, file_bytes, path);
  if (!judged.ok()) return judged;
  ElfW(Ehdr) header;
  head.Read(0, header);
  const std::vector<ElfW(Phdr)> segments = head.Segments();
  if (segments.size() != header.e_phnum) return NoLibrary(path, "changed while it was read");
  return CheckSegments(segments, file_bytes, path);
}

Status CheckElfDynamic(const ElfImage& image, const std::string& path) {
  const std::vector<ElfImage::DynamicEntry> entries = image.Dynamic();
  ElfValues values;
  for (const ElfImage::DynamicEntry& entry : entries) {
    values[entry.value.d_tag] = entry.value.d_un.d_val;
  }
  ElfW(Dyn) end;
  if (values.count(DT_STRTAB) == 0 || values.count(DT_STRSZ) == 0 || values.count(DT_SYMTAB) == 0 ||
      !image.Read(entries.back().place + sizeof end, end) || end.d_tag != DT_NULL) {
    return NoLibrary(path, "broken: its dynamic section is not complete");
  }
  const ElfMemory memory(image);
  const char* fault = FaultOfValues(values, memory, image);
  if (fault == nullptr) fault = FaultOfElfTables(memory, values);
  if (fault != nullptr) return NoLibrary(path, std::string("broken: ") + fault);
  for (const ElfImage::DynamicEntry& entry : entries) {
    const auto tag = entry.value.d_tag;
    if (tag != DT_NEEDED && tag != DT_SONAME && tag != DT_RPATH && tag != DT_RUNPATH) continue;
    const std::uint64_t offset = entry.value.d_un.d_val;
    if (offset >= values[DT_STRSZ] || image.DynamicText(offset) == nullptr) {
      return NoLibrary(path, "broken: a name of its dynamic section lies outside its names");
    }
  }
  return {};
}

}  // namespace openmatrix
