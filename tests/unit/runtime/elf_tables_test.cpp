#include "runtime/elf_tables.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "runtime/elf_check.h"
#include "small_library.h"

namespace openmatrix {
namespace {

std::uint64_t ValueOf(const ElfImage& image, ElfW(Sxword) tag) {
  std::uint64_t value = 0;
  for (const ElfImage::DynamicEntry& entry : image.Dynamic()) {
    if (entry.value.d_tag == tag) value = entry.value.d_un.d_val;
  }
  EXPECT_NE(value, 0u) << tag;
  return value;
}

// Where in the file lies what the program has at `address`.
std::uint64_t PlaceOf(const ElfImage& image, std::uint64_t address) {
  for (const ElfW(Phdr) & segment : image.Segments()) {
    if (segment.p_type == PT_LOAD && address >= segment.p_vaddr &&
        address - segment.p_vaddr < segment.p_filesz) {
      return address - segment.p_vaddr + segment.p_offset;
    }
  }
  ADD_FAILURE() << address << " is not in the file";
  return 0;
}

// A number in a table: `bytes` many, `offset` behind the place that `tag` names.
struct Change {
  const char* what;
  ElfW(Sxword) tag;
  std::uint64_t offset;
  std::uint64_t value;
  std::size_t bytes;
};

constexpr std::uint64_t kSymbol = sizeof(ElfW(Sym));
constexpr std::uint64_t kWild = std::uint64_t{1} << 40;

TEST(ElfTables, ANumberThatLeadsAstrayIsRefused) {
  const ElfImage whole = SmallLibrary();
  const Change changes[] = {
      {"no words of the filter", DT_GNU_HASH, 8, 0, 4},
      {"three words of the filter", DT_GNU_HASH, 8, 3, 4},
      {"a filter as large as all", DT_GNU_HASH, 8, 0x80000000u, 4},
      {"more buckets than all", DT_GNU_HASH, 0, 0xffffffffu, 4},
      {"chains that begin behind all", DT_GNU_HASH, 4, 0xfffffff0u, 4},
      {"a symbol without a name", DT_SYMTAB, kSymbol, 0xffffffffu, 4},
      {"a relocation of nowhere", DT_RELA, 0, kWild, 8},
      {"a relocation of what is not writable", DT_RELA, 0, ValueOf(whole, DT_SYMTAB), 8},
      {"a relocation counted for relative", DT_RELA, 8, 0x25, 4},
      {"a symbol of nowhere", DT_JMPREL, 12, 0xffffffffu, 4},
      {"a call's relocation of nowhere", DT_JMPREL, 0, kWild, 8},
  };
  ASSERT_GT(ValueOf(whole, DT_RELACOUNT), 0u);
  for (const Change& change : changes) {
    ElfImage changed = whole;
    const std::uint64_t place = PlaceOf(whole, ValueOf(whole, change.tag)) + change.offset;
    if (change.bytes == 8) {
      changed.Write(place, change.value);
    } else {
      changed.Write(place, static_cast<std::uint32_t>(change.value));
    }
    EXPECT_FALSE(CheckElfDynamic(changed, "it").ok()) << change.what;
  }
}

// The walk along it would leave the library.
TEST(ElfTables, AChainWithoutAnEndIsRefused) {
  ElfImage changed = SmallLibrary();
  const std::uint64_t table = PlaceOf(changed, ValueOf(changed, DT_GNU_HASH));
  std::uint32_t buckets = 0;
  std::uint32_t words = 0;
  ASSERT_TRUE(changed.Read(table, buckets) && changed.Read(table + 8, words));
  std::uint64_t end = 0;
  for (const ElfW(Phdr) & segment : changed.Segments()) {
    const std::uint64_t behind = segment.p_offset + segment.p_filesz;
    if (segment.p_type == PT_LOAD && table >= segment.p_offset && table < behind) end = behind;
  }
  for (std::uint64_t at = table + 16 + words * 8u + buckets * 4u; at + 4 <= end; at += 4) {
    changed.Write(at, std::uint32_t{0});
  }

  EXPECT_FALSE(CheckElfDynamic(changed, "it").ok());
}

// Puts a table of the older kind in the place of the other's.
Status CheckWithHash(const std::vector<std::uint32_t>& table) {
  ElfImage image = SmallLibrary();
  const std::uint64_t place = PlaceOf(image, ValueOf(image, DT_GNU_HASH));
  for (std::size_t i = 0; i < table.size(); ++i) image.Write(place + i * 4, table[i]);
  for (ElfImage::DynamicEntry entry : image.Dynamic()) {
    if (entry.value.d_tag != DT_GNU_HASH) continue;
    entry.value.d_tag = DT_HASH;
    image.Write(entry.place, entry.value);
  }
  return CheckElfDynamic(image, "it");
}

TEST(ElfTables, AHashTableOfTheOlderKindIsJudgedToo) {
  const Status good = CheckWithHash({1, 2, 1, 0, 0});
  EXPECT_TRUE(good.ok()) << good.error().text;
  EXPECT_FALSE(CheckWithHash({0xffffffffu, 2, 1, 0, 0}).ok());
  EXPECT_FALSE(CheckWithHash({1, 0xffffffffu, 1, 0, 0}).ok());
  EXPECT_FALSE(CheckWithHash({1, 2, 2, 0, 0}).ok());
  EXPECT_FALSE(CheckWithHash({1, 2, 1, 0, 7}).ok());
}

}  // namespace
}  // namespace openmatrix
