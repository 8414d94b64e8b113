#include "runtime/elf_facts.h"

#include "runtime/elf_check.h"

namespace openmatrix {
namespace {

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
  const Status judged = CheckElfHead(image, image.bytes().size(), path);
  if (!judged.ok()) return judged.error();
  return ReadDynamic(image);
}

}  // namespace openmatrix
