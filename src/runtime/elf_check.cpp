#include "runtime/elf_check.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <vector>

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
  return std::any_of(segments.begin(), segments.end(), [&](const ElfW(Phdr) & loaded) {
    return loaded.p_type == PT_LOAD && part.p_vaddr >= loaded.p_vaddr &&
           Fits(part.p_vaddr - loaded.p_vaddr, part.p_filesz, loaded.p_filesz) &&
           (!both || part.p_vaddr - loaded.p_vaddr == part.p_offset - loaded.p_offset);
  });
}

// The dynamic linker reads these where they are loaded.
bool MustBeLoaded(ElfW(Word) type) {
  return type == PT_DYNAMIC || type == PT_PHDR || type == PT_TLS || type == PT_NOTE ||
         type == PT_GNU_PROPERTY;
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
          !Fits(segment.p_vaddr, segment.p_memsz, kMaxAddress) || (align & (align - 1)) != 0 ||
          (segment.p_vaddr - segment.p_offset) % align != 0) {
        return NoLibrary(path, "broken: its segments cannot lie as its header says");
      }
      end = segment.p_vaddr + segment.p_memsz;
    } else if (MustBeLoaded(segment.p_type) && segment.p_filesz != 0 &&
               !IsLoaded(segment, segments)) {
      return NoLibrary(path, "broken: a part of it that is needed lies outside its segments");
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
};
constexpr Table kTables[] = {{DT_STRTAB, DT_STRSZ},
                             {DT_RELA, DT_RELASZ},
                             {DT_REL, DT_RELSZ},
                             {DT_JMPREL, DT_PLTRELSZ},
                             {DT_INIT_ARRAY, DT_INIT_ARRAYSZ},
                             {DT_FINI_ARRAY, DT_FINI_ARRAYSZ},
                             {DT_SYMTAB, 0},
                             {DT_HASH, 0},
                             {DT_GNU_HASH, 0},
                             {DT_INIT, 0},
                             {DT_FINI, 0},
                             {DT_VERSYM, 0},
                             {DT_VERNEED, 0},
                             {DT_VERDEF, 0}};

using Values = std::map<ElfW(Sxword), std::uint64_t>;

bool IsLoaded(const Table& table, const Values& values, const ElfImage& image) {
  const auto place = values.find(table.place);
  if (place == values.end()) return true;
  std::uint64_t bytes = 1;
  if (table.bytes != 0) {
    const auto known = values.find(table.bytes);
    bytes = known != values.end() ? known->second : 0;
  }
  return bytes == 0 || image.IsLoadedRange(place->second, bytes);
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
  Values values;
  for (const ElfImage::DynamicEntry& entry : entries) {
    values[entry.value.d_tag] = entry.value.d_un.d_val;
  }
  ElfW(Dyn) end;
  if (values.count(DT_STRTAB) == 0 || values.count(DT_STRSZ) == 0 || values.count(DT_SYMTAB) == 0 ||
      !image.Read(entries.back().place + sizeof end, end) || end.d_tag != DT_NULL) {
    return NoLibrary(path, "broken: its dynamic section is not complete");
  }
  for (const Table& table : kTables) {
    if (IsLoaded(table, values, image)) continue;
    return NoLibrary(path, "broken: a table of its dynamic section lies outside its segments");
  }
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
