#include "runtime/elf_check.h"

#include <gtest/gtest.h>

#include <functional>

#include "small_library.h"
#include "test_library.h"

namespace openmatrix {
namespace {

Status Check(const ElfImage& image) {
  Status judged = CheckElfHead(image, image.bytes().size(), "it");
  return judged.ok() ? CheckElfDynamic(image, "it") : judged;
}

// Changes each segment of the type, one library each; all must be refused.
void ExpectRefused(ElfW(Word) type, const std::function<void(ElfW(Phdr) &)>& change) {
  const ElfImage whole = SmallLibrary();
  ElfW(Ehdr) header;
  ASSERT_TRUE(whole.Read(0, header));
  int found = 0;
  for (std::uint64_t i = 0; i < header.e_phnum; ++i) {
    const std::uint64_t place = header.e_phoff + i * sizeof(ElfW(Phdr));
    ElfW(Phdr) segment;
    ASSERT_TRUE(whole.Read(place, segment));
    if (segment.p_type != type) continue;
    ++found;
    change(segment);
    ElfImage changed = whole;
    changed.Write(place, segment);
    const Status judged = Check(changed);
    EXPECT_FALSE(judged.ok()) << "segment " << i << " of type " << type;
  }
  EXPECT_GT(found, 0);
}

TEST(ElfCheck, LibrariesOfThisMachinePass) {
  EXPECT_TRUE(Check(SmallLibrary()).ok());
  for (const char* name : {"openmatrix_test_device", "openmatrix_test_host"}) {
    EXPECT_TRUE(ElfImage::FromFile(TestLibrary(name)).ok()) << name;
  }
}

// The dynamic linker maps it, reads there and dies of SIGBUS.
TEST(ElfCheck, ASegmentBehindTheEndOfTheFileIsRefused) {
  constexpr std::uint64_t kFar = std::uint64_t{1} << 30;
  ExpectRefused(PT_LOAD, [](ElfW(Phdr) & segment) { segment.p_offset += kFar; });
  ExpectRefused(PT_LOAD, [](ElfW(Phdr) & segment) { segment.p_filesz = ~std::uint64_t{0}; });
}

TEST(ElfCheck, ATruncatedLibraryIsRefusedWhereverItEnds) {
  const std::string bytes = SmallLibrary().bytes();
  ElfW(Addr) end = 0;
  for (const ElfW(Phdr) & segment : SmallLibrary().Segments()) {
    if (segment.p_type == PT_LOAD) end = std::max(end, segment.p_offset + segment.p_filesz);
  }

  for (std::size_t length = 0; length < end; length += length < 2048 ? 1 : 61) {
    EXPECT_FALSE(Check(ElfImage(bytes.substr(0, length))).ok()) << length;
  }
  EXPECT_TRUE(Check(ElfImage(bytes.substr(0, end))).ok());
}

TEST(ElfCheck, SegmentsThatLieOnEachOtherOrNowhereAreRefused) {
  ExpectRefused(PT_LOAD, [](ElfW(Phdr) & segment) { segment.p_vaddr = ~ElfW(Addr){0} - 100; });
  ExpectRefused(PT_LOAD, [](ElfW(Phdr) & segment) { segment.p_memsz = segment.p_filesz - 1; });
  ExpectRefused(PT_LOAD, [](ElfW(Phdr) & segment) { segment.p_align = 3; });
}

TEST(ElfCheck, APartOutsideTheLoadedSegmentsIsRefused) {
  constexpr ElfW(Addr) kFar = ElfW(Addr){1} << 40;
  ExpectRefused(PT_DYNAMIC, [](ElfW(Phdr) & segment) { segment.p_vaddr = kFar; });
  ExpectRefused(PT_DYNAMIC, [](ElfW(Phdr) & segment) { segment.p_offset += 8; });
  ExpectRefused(PT_DYNAMIC, [](ElfW(Phdr) & segment) { segment.p_filesz = 8; });
  ExpectRefused(PT_NOTE, [](ElfW(Phdr) & segment) { segment.p_vaddr = kFar; });
}

// The unwinder reads the one; the linker takes the right to write away from the other.
TEST(ElfCheck, APartThatIsUsedAfterTheLoadIsJudgedToo) {
  constexpr ElfW(Addr) kFar = ElfW(Addr){1} << 40;
  ExpectRefused(PT_GNU_EH_FRAME, [](ElfW(Phdr) & segment) { segment.p_vaddr = kFar; });
  ExpectRefused(PT_GNU_RELRO, [](ElfW(Phdr) & segment) { segment.p_vaddr = kFar; });
  ExpectRefused(PT_GNU_RELRO, [](ElfW(Phdr) & segment) { segment.p_memsz = kFar; });
}

TEST(ElfCheck, ASegmentThatIsNotLoadedAsItIsUsedIsRefused) {
  ExpectRefused(PT_LOAD, [](ElfW(Phdr) & segment) { segment.p_flags = 0; });
  ExpectRefused(PT_LOAD, [](ElfW(Phdr) & segment) { segment.p_flags ^= PF_R | PF_W | PF_X; });
  ExpectRefused(PT_LOAD, [](ElfW(Phdr) & segment) { segment.p_filesz = 0; });
  ExpectRefused(PT_LOAD, [](ElfW(Phdr) & segment) { segment.p_type = PT_NULL; });
  ExpectRefused(PT_LOAD, [](ElfW(Phdr) & segment) { segment.p_type = PT_INTERP; });
}

// Gives the entry `tag` of a good library another value, or takes it away.
Status CheckWith(ElfW(Sxword) tag, const std::function<void(ElfW(Dyn) &)>& change) {
  ElfImage image = SmallLibrary();
  bool found = false;
  for (ElfImage::DynamicEntry entry : image.Dynamic()) {
    if (entry.value.d_tag != tag) continue;
    found = true;
    change(entry.value);
    image.Write(entry.place, entry.value);
  }
  EXPECT_TRUE(found) << tag;
  return Check(image);
}

TEST(ElfCheck, ATableAtTheHeaderOrBetweenTwoEntriesIsRefused) {
  for (const ElfW(Sxword) tag : {DT_SYMTAB, DT_JMPREL, DT_RELA, DT_INIT, DT_FINI, DT_INIT_ARRAY,
                                 DT_FINI_ARRAY, DT_GNU_HASH, DT_VERSYM, DT_VERNEED}) {
    EXPECT_FALSE(CheckWith(tag, [](ElfW(Dyn) & entry) { entry.d_un.d_ptr = 0; }).ok()) << tag;
    EXPECT_FALSE(CheckWith(tag, [](ElfW(Dyn) & entry) { entry.d_un.d_ptr += 1; }).ok()) << tag;
  }
}

TEST(ElfCheck, ASizeThatDoesNotFitItsTableIsRefused) {
  for (const ElfW(Sxword) tag : {DT_RELASZ, DT_PLTRELSZ, DT_RELAENT, DT_SYMENT, DT_PLTREL,
                                 DT_RELACOUNT, DT_INIT_ARRAYSZ, DT_FINI_ARRAYSZ}) {
    const bool array = tag == DT_INIT_ARRAYSZ || tag == DT_FINI_ARRAYSZ;
    EXPECT_FALSE(CheckWith(tag, [](ElfW(Dyn) & entry) { entry.d_un.d_val += 1; }).ok()) << tag;
    EXPECT_FALSE(CheckWith(tag, [](ElfW(Dyn) & entry) { entry.d_un.d_val = 1 << 30; }).ok()) << tag;
    if (array || tag == DT_RELACOUNT) continue;  // none is fine
    EXPECT_FALSE(CheckWith(tag, [](ElfW(Dyn) & entry) { entry.d_un.d_val = 0; }).ok()) << tag;
  }
}

// The linker reads the value of an entry that it does not find.
TEST(ElfCheck, ATableWithoutItsSizeIsRefused) {
  for (const ElfW(Sxword) tag :
       {DT_RELASZ, DT_RELAENT, DT_PLTRELSZ, DT_INIT_ARRAYSZ, DT_FINI_ARRAYSZ}) {
    EXPECT_FALSE(CheckWith(tag, [](ElfW(Dyn) & entry) { entry.d_tag = DT_DEBUG; }).ok()) << tag;
  }
}

TEST(ElfCheck, CodeThatIsCalledLiesWhereCodeMayBe) {
  std::uint64_t data = 0;
  EXPECT_TRUE(CheckWith(DT_SYMTAB, [&](ElfW(Dyn) & entry) { data = entry.d_un.d_ptr; }).ok());
  for (const ElfW(Sxword) tag : {DT_INIT, DT_FINI}) {
    EXPECT_FALSE(CheckWith(tag, [&](ElfW(Dyn) & entry) { entry.d_un.d_ptr = data; }).ok()) << tag;
  }
}

TEST(ElfCheck, ATableOfTheDynamicSectionOutsideTheSegmentsIsRefused) {
  const ElfImage whole = SmallLibrary();
  for (const ElfW(Sxword) tag : {DT_STRTAB, DT_SYMTAB, DT_RELA, DT_GNU_HASH, DT_INIT, DT_STRSZ,
                                 DT_RELASZ, DT_INIT_ARRAYSZ, DT_NEEDED, DT_SONAME}) {
    ElfImage changed = whole;
    bool found = false;
    for (ElfImage::DynamicEntry entry : whole.Dynamic()) {
      if (entry.value.d_tag != tag) continue;
      found = true;
      entry.value.d_un.d_val = std::uint64_t{1} << 40;
      changed.Write(entry.place, entry.value);
    }
    EXPECT_TRUE(found) << tag;
    EXPECT_FALSE(Check(changed).ok()) << tag;
  }
}

TEST(ElfCheck, NoByteOfTheHeadersDoesHarm) {
  const std::string bytes = SmallLibrary().bytes();
  for (std::size_t place = 0; place < 1024; ++place) {
    for (const int value : {0x00, 0x7f, 0xff}) {
      std::string changed = bytes;
      changed[place] = static_cast<char>(value);
      static_cast<void>(Check(ElfImage(changed)));
    }
  }
}

}  // namespace
}  // namespace openmatrix
