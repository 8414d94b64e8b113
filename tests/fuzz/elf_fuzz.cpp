// Any bytes as a library: what is read lies inside, and what is changed is still a library that
// says what it was told to say.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "runtime/elf_check.h"
#include "runtime/elf_facts.h"
#include "runtime/elf_image.h"
#include "runtime/interposition.h"

namespace openmatrix {
namespace {

void Require(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

void Look(const ElfImage& image) {
  std::size_t length = 0;
  image.ForEachSymbol([&](std::uint64_t place, const ElfW(Sym)&, const char* name) {
    Require(place < image.bytes().size(), "a symbol lies inside");
    length += std::char_traits<char>::length(name);
  });
  MissingNames(image);
  HasOwnRuntime(image);
}

// Gives each needed library another name and adds one.
void Rename(ElfImage image, const ElfFacts& before) {
  std::map<std::string, std::string> names;
  for (const std::string& name : before.needed) names[name] = "other-" + name;
  const std::vector<std::string> more = {"libmore.so"};
  const std::string bytes = image.bytes();
  if (!image.ChangeNeeded(names, more)) {
    Require(image.bytes() == bytes, "what cannot be changed stays as it was");
    return;
  }
  const auto after = ReadElfFacts(image, "changed");
  Require(after.ok(), "what was changed is still a library");
}

void Separate(ElfImage image) {
  UseTheAllocatorOfTheProgram(image);
  KeepStaticsApart(image, {});
  const std::string bytes = image.bytes();
  if (!MakeSymbolic(image)) {
    Require(image.bytes() == bytes, "what cannot be marked stays as it was");
    return;
  }
  const auto after = ReadElfFacts(image, "marked");
  Require(after.ok() && after.value().symbolic, "what was marked has the mark");
}

}  // namespace
}  // namespace openmatrix

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace openmatrix;
  const ElfImage image(std::string(reinterpret_cast<const char*>(data), size));
  Look(image);
  const auto facts = ReadElfFacts(image, "fuzz");
  if (!facts.ok()) return 0;
  if (!CheckElfHead(image, size, "fuzz").ok()) return 0;
  static_cast<void>(CheckElfDynamic(image, "fuzz"));
  Rename(image, facts.value());
  Separate(image);
  return 0;
}
