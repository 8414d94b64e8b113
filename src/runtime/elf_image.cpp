#include "runtime/elf_image.h"

#include <algorithm>

#include "os/regular_file.h"
#include "runtime/elf_check.h"

namespace openmatrix {
namespace {

// More would be no library; the bound keeps a broken file from costing memory.
constexpr std::size_t kMaxEntries = 4096;
constexpr std::uint64_t kMaxEnd = std::uint64_t{1} << 46;  // with room for one segment more

std::uint64_t RoundUp(std::uint64_t value, std::uint64_t to) { return (value + to - 1) / to * to; }

}  // namespace

// The header may say that the table lies anywhere: it is read alone, and judged as if it stood
// behind the header.
Status ElfImage::JudgeHead(const RegularFile& file, const std::string& path) {
  ElfW(Ehdr) header;
  Result<std::string> first = file.ReadFirst(sizeof header);
  if (!first.ok()) return first.error();
  ElfImage head(std::move(first.value()));
  Status judged = CheckElfHeader(head, file.bytes(), path);
  if (!judged.ok()) return judged;
  head.Read(0, header);
  const Result<std::string> table =
      file.ReadAt(header.e_phoff, std::size_t{header.e_phnum} * sizeof(ElfW(Phdr)));
  if (!table.ok()) return table.error();
  header.e_phoff = sizeof header;
  head.Write(0, header);
  head.bytes_ += table.value();
  return CheckElfHead(head, std::max<std::uint64_t>(file.bytes(), head.bytes_.size()), path);
}

Result<ElfImage> ElfImage::FromFile(const std::string& path) {
  const auto failed = [](const Error& error) {
    const bool missing = error.code == Code::kFileMissing;
    return Error{missing ? Code::kFileMissing : Code::kLibraryNotLoaded, error.text};
  };
  const Result<RegularFile> file = RegularFile::Open(path);
  if (!file.ok()) return failed(file.error());
  Status judged = JudgeHead(file.value(), path);
  if (!judged.ok()) return failed(judged.error());
  Result<std::string> bytes = file.value().ReadAll(kMaxLibraryBytes);
  if (!bytes.ok()) return failed(bytes.error());
  ElfImage image(std::move(bytes.value()));
  judged = CheckElfHead(image, image.bytes().size(), path);
  if (judged.ok()) judged = CheckElfDynamic(image, path);
  if (!judged.ok()) return judged.error();
  return image;
}

const char* ElfImage::Text(std::uint64_t place) const {
  if (place >= bytes_.size() || bytes_.find('\0', place) == std::string::npos) return nullptr;
  return bytes_.data() + place;
}

std::vector<ElfW(Phdr)> ElfImage::Segments() const {
  std::vector<ElfW(Phdr)> segments;
  ElfW(Ehdr) header;
  if (!Read(0, header)) return segments;
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    ElfW(Phdr) segment;
    if (!Read(header.e_phoff + std::uint64_t{i} * sizeof(segment), segment)) break;
    segments.push_back(segment);
  }
  return segments;
}

std::vector<ElfImage::DynamicEntry> ElfImage::Dynamic() const {
  std::vector<DynamicEntry> entries;
  for (const ElfW(Phdr) & segment : Segments()) {
    if (segment.p_type != PT_DYNAMIC) continue;
    const std::size_t count =
        std::min<std::size_t>(segment.p_filesz / sizeof(ElfW(Dyn)), kMaxEntries);
    for (std::size_t i = 0; i < count; ++i) {
      DynamicEntry entry{segment.p_offset + i * sizeof(ElfW(Dyn)), {}};
      if (!Read(entry.place, entry.value) || entry.value.d_tag == DT_NULL) break;
      entries.push_back(entry);
    }
    break;
  }
  return entries;
}

bool ElfImage::FindDynamic(ElfW(Sxword) tag, DynamicEntry& entry) const {
  for (const DynamicEntry& candidate : Dynamic()) {
    if (candidate.value.d_tag != tag) continue;
    entry = candidate;
    return true;
  }
  return false;
}

bool ElfImage::PlaceOf(std::uint64_t address, std::uint64_t& place) const {
  for (const ElfW(Phdr) & segment : Segments()) {
    if (segment.p_type != PT_LOAD || address < segment.p_vaddr) continue;
    if (address - segment.p_vaddr >= segment.p_filesz) continue;
    place = segment.p_offset + (address - segment.p_vaddr);
    return true;
  }
  return false;
}

const char* ElfImage::DynamicText(std::uint64_t offset) const {
  DynamicEntry table;
  std::uint64_t place = 0;
  if (!FindDynamic(DT_STRTAB, table) || !PlaceOf(table.value.d_un.d_ptr, place)) return nullptr;
  return Text(place + offset);
}

bool ElfImage::ForEachSymbol(const SymbolVisitor& visit) const {
  ElfW(Ehdr) header;
  if (!Read(0, header)) return false;
  const auto read_section = [&](std::uint64_t index, ElfW(Shdr) & section) {
    return index < header.e_shnum && Read(header.e_shoff + index * sizeof(section), section);
  };
  ElfW(Shdr) table{};
  for (std::uint64_t i = 0; table.sh_type != SHT_DYNSYM; ++i) {
    if (!read_section(i, table)) return false;
  }
  ElfW(Shdr) names;
  if (!read_section(table.sh_link, names)) return false;
  ElfW(Sym) symbol;
  for (std::uint64_t at = 0; at + sizeof(symbol) <= table.sh_size; at += sizeof(symbol)) {
    if (!Read(table.sh_offset + at, symbol)) return false;
    const char* name = Text(names.sh_offset + symbol.st_name);
    if (name == nullptr) return false;
    visit(table.sh_offset + at, symbol, name);
  }
  return true;
}

bool ElfImage::HasRoom(std::size_t entries) const {
  const std::vector<ElfW(Phdr)> segments = Segments();
  const auto dynamic =
      std::find_if(segments.begin(), segments.end(),
                   [](const ElfW(Phdr) & segment) { return segment.p_type == PT_DYNAMIC; });
  if (dynamic == segments.end()) return false;
  const std::size_t used = Dynamic().size();
  // The end needs an entry, too.
  for (std::size_t i = used; i <= used + entries; ++i) {
    ElfW(Dyn) entry;
    if ((i + 1) * sizeof(entry) > dynamic->p_filesz) return false;
    if (!Read(dynamic->p_offset + i * sizeof(entry), entry) || entry.d_tag != DT_NULL) return false;
  }
  return true;
}

bool ElfImage::AddDynamic(ElfW(Sxword) tag, std::uint64_t value) {
  const std::vector<DynamicEntry> entries = Dynamic();
  if (entries.empty() || !HasRoom(1)) return false;
  ElfW(Dyn) added{};
  added.d_tag = tag;
  added.d_un.d_val = value;
  Write(entries.back().place + sizeof(added), added);
  return true;
}

// The table of segments cannot grow, but notes are for tools: one of them gives its entry. Linkers
// put it behind the loaded segments, and so the new one, which has the highest address, stands
// where the dynamic linker expects it.
bool ElfImage::AddSegment(const std::string& content, std::uint64_t& address) {
  const std::vector<ElfW(Phdr)> segments = Segments();
  std::uint64_t end = 0;
  std::uint64_t align = 4096;
  std::size_t last_loaded = 0;
  std::size_t spare = 0;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const ElfW(Phdr)& segment = segments[i];
    if (segment.p_type == PT_LOAD) {
      last_loaded = i;
      end = std::max<std::uint64_t>(end, segment.p_vaddr + segment.p_memsz);
      align = std::max<std::uint64_t>(align, segment.p_align);
    }
    if (segment.p_type == PT_NOTE || (segment.p_type == PT_GNU_PROPERTY && spare == 0)) spare = i;
  }
  if (spare <= last_loaded || end == 0 || end > kMaxEnd || align > (1u << 21)) return false;
  ElfW(Phdr) added{};
  added.p_type = PT_LOAD;
  added.p_flags = PF_R;
  added.p_offset = RoundUp(bytes_.size(), align);
  added.p_vaddr = added.p_paddr = RoundUp(end, align);
  added.p_filesz = added.p_memsz = content.size();
  added.p_align = align;
  bytes_.resize(added.p_offset, '\0');
  bytes_ += content;
  ElfW(Ehdr) header;
  if (!Read(0, header)) return false;
  Write(header.e_phoff + spare * sizeof(added), added);
  address = added.p_vaddr;
  return true;
}

// The versions that this library wants of a library name that library a second time.
void ElfImage::RenameVersionFiles(const std::map<std::string, std::string>& new_names,
                                  const std::map<std::string, std::uint64_t>& offsets) {
  DynamicEntry first;
  std::uint64_t place = 0;
  if (!FindDynamic(DT_VERNEED, first) || !PlaceOf(first.value.d_un.d_ptr, place)) return;
  for (std::size_t i = 0; i < kMaxEntries; ++i) {
    ElfW(Verneed) file;
    if (!Read(place, file)) return;
    const char* const name = DynamicText(file.vn_file);
    const auto renamed = name != nullptr ? new_names.find(name) : new_names.end();
    if (renamed != new_names.end()) {
      file.vn_file = static_cast<ElfW(Word)>(offsets.at(renamed->second));
      Write(place, file);
    }
    if (file.vn_next == 0) return;
    place += file.vn_next;
  }
}

bool ElfImage::ChangeNeeded(const std::map<std::string, std::string>& new_names,
                            const std::vector<std::string>& more) {
  if (new_names.empty() && more.empty()) return true;
  DynamicEntry table;
  DynamicEntry table_size;
  std::uint64_t place = 0;
  if (!FindDynamic(DT_STRTAB, table) || !FindDynamic(DT_STRSZ, table_size) ||
      !PlaceOf(table.value.d_un.d_ptr, place) || !HasRoom(more.size())) {
    return false;
  }
  const std::uint64_t old_size = table_size.value.d_un.d_val;
  if (place > bytes_.size() || bytes_.size() - place < old_size) return false;
  std::string strings = bytes_.substr(place, old_size);
  std::map<std::string, std::uint64_t> offsets;
  const auto add = [&](const std::string& text) {
    if (!offsets.emplace(text, strings.size()).second) return;
    strings.append(text.c_str(), text.size() + 1);
  };
  for (const auto& [old_name, new_name] : new_names) add(new_name);
  for (const std::string& name : more) add(name);
  std::uint64_t address = 0;
  if (!AddSegment(strings, address)) return false;
  // The old strings keep their offsets: whatever is not renamed reads as before.
  RenameVersionFiles(new_names, offsets);
  for (DynamicEntry entry : Dynamic()) {
    if (entry.value.d_tag == DT_STRTAB) {
      entry.value.d_un.d_ptr = address;
    } else if (entry.value.d_tag == DT_STRSZ) {
      entry.value.d_un.d_val = strings.size();
    } else if (entry.value.d_tag == DT_NEEDED) {
      const std::uint64_t offset = entry.value.d_un.d_val;
      const auto renamed =
          offset < old_size ? new_names.find(strings.c_str() + offset) : new_names.end();
      if (renamed == new_names.end()) continue;
      entry.value.d_un.d_val = offsets.at(renamed->second);
    } else {
      continue;
    }
    Write(entry.place, entry.value);
  }
  for (const std::string& name : more) {
    if (!AddDynamic(DT_NEEDED, offsets.at(name))) return false;
  }
  return true;
}

}  // namespace openmatrix
