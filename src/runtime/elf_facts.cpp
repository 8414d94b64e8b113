#include "runtime/elf_facts.h"

#include <cstring>

namespace openmatrix {
namespace {

#if defined(__x86_64__)
constexpr ElfW(Half) kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr ElfW(Half) kMachine = EM_AARCH64;
#else
constexpr ElfW(Half) kMachine = EM_NONE;  // not checked
#endif

ElfFacts ReadDynamic(const ElfImage& image) {
  ElfFacts facts;
  for (const ElfImage::DynamicEntry& entry : image.Dynamic()) {
    const auto tag = entry.value.d_tag;
    const std::uint64_t value = entry.value.d_un.d_val;
    if (tag == DT_SYMBOLIC || (tag == DT_FLAGS && (value & DF_SYMBOLIC) != 0)) {
      facts.symbolic = true;
    }
    if (tag != DT_NEEDED && tag != DT_SONAME) continue;
    const char* const name = image.DynamicText(value);
    if (name == nullptr) continue;
    if (tag == DT_SONAME) {
      facts.soname = name;
    } else {
      facts.needed.emplace_back(name);
    }
  }
  return facts;
}

}  // namespace

Result<ElfFacts> ReadElfFacts(const std::string& path) {
  const Result<ElfImage> image = ElfImage::FromFile(path);
  if (!image.ok()) return image.error();
  return ReadElfFacts(image.value(), path);
}

Result<ElfFacts> ReadElfFacts(const ElfImage& image, const std::string& path) {
  ElfW(Ehdr) header;
  if (!image.Read(0, header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
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
  for (const ElfW(Phdr) & segment : image.Segments()) {
    if (segment.p_type == PT_DYNAMIC) return ReadDynamic(image);
  }
  return {Code::kLibraryNotLoaded, path + ": has no dynamic section"};
}

}  // namespace openmatrix
