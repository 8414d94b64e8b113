// One contract for every way to allocate and free.
#include <array>
#include <cstdlib>
#include <cstring>
#include <set>
#include <thread>
#include <vector>

#include "entries.h"

namespace contract {
namespace {

constexpr std::uint32_t kSizes[] = {1,       127,      128,       129,           4096,     32768,
                                    32769,   262048,   262144,    1048575,       1048576,  1048577,
                                    5000000, 67108864, 134217729, kMaxBytes - 1, kMaxBytes};

std::uintptr_t Number(const void* address) { return reinterpret_cast<std::uintptr_t>(address); }

template <typename Entry>
class AllocationContract : public MemoryContract {};
TYPED_TEST_SUITE(AllocationContract, Entries);

TYPED_TEST(AllocationContract, EverySizeInRangeGivesABlockAlignedTo128BytesAndWritable) {
  for (const std::uint32_t bytes : kSizes) {
    const Answer answer = TypeParam::Alloc(bytes);

    ASSERT_NE(answer.block, nullptr) << bytes;
    EXPECT_EQ(answer.status.value_or(HIAI_OK), HIAI_OK);
    EXPECT_EQ(Number(answer.block) % 128, 0u) << bytes;
    auto* const data = static_cast<volatile std::uint8_t*>(answer.block);
    data[0] = 1;
    data[bytes - 1] = 2;
    EXPECT_EQ(data[bytes - 1], 2);
    EXPECT_EQ(TypeParam::Free(answer.block), HIAI_OK) << bytes;
  }
}

TYPED_TEST(AllocationContract, LiveBlocksOverlapNobody) {
  std::vector<std::pair<std::uint8_t*, std::uint32_t>> blocks;
  for (std::uint32_t i = 0; i < 600; ++i) {
    const std::uint32_t bytes = 1 + (i * 7919) % 40000;
    auto* const block = static_cast<std::uint8_t*>(TypeParam::Alloc(bytes).block);
    ASSERT_NE(block, nullptr);
    std::memset(block, static_cast<int>(i % 251), bytes);
    blocks.emplace_back(block, bytes);
  }

  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const std::vector<std::uint8_t> expected(blocks[i].second, static_cast<std::uint8_t>(i % 251));
    EXPECT_EQ(std::memcmp(blocks[i].first, expected.data(), expected.size()), 0) << i;
    EXPECT_EQ(TypeParam::Free(blocks[i].first), HIAI_OK);
  }
}

TYPED_TEST(AllocationContract, SizeZeroIsRefused) {
  ExpectRefused(TypeParam::Alloc(0), HIAI_GRAPH_INVALID_VALUE);
}

TYPED_TEST(AllocationContract, SizesAboveTheMaximumAreRefused) {
  for (const std::uint32_t bytes :
       {kMaxBytes + 1, 268435456u, 268435457u, 0x80000000u, 0xFFFFFFFFu}) {
    ExpectRefused(TypeParam::Alloc(bytes), HIAI_GRAPH_MALLOC_LARGER);
  }
}

TYPED_TEST(AllocationContract, BlocksOfDvppAndOfDevicesLieInOneWindowOf4GiB) {
  if (TypeParam::kTransfer && TypeParam::Side::kView == 0) return;  // promised to nobody
  std::vector<void*> blocks;
  std::set<std::uintptr_t> windows;
  for (const std::uint32_t bytes : {1u, 4096u, 1u << 20, 64u << 20, kMaxBytes}) {
    blocks.push_back(TypeParam::Alloc(bytes).block);
    ASSERT_NE(blocks.back(), nullptr);
    windows.insert(Number(blocks.back()) >> 32);
    windows.insert((Number(blocks.back()) + bytes - 1) >> 32);
  }

  EXPECT_EQ(windows.size(), 1u);
  for (void* const block : blocks) EXPECT_EQ(TypeParam::Free(block), HIAI_OK);
}

TYPED_TEST(AllocationContract, TheSidesHaveDifferentAddresses) {
  void* const mine = TypeParam::Alloc(4096).block;
  void* const other = TypeParam::Side::Other().c_dvpp_alloc(4096);
  ASSERT_NE(mine, nullptr);
  ASSERT_NE(other, nullptr);

  EXPECT_NE(Number(mine) >> 32, Number(other) >> 32);
  EXPECT_EQ(TypeParam::Free(mine), HIAI_OK);
  EXPECT_EQ(HIAI_DVPP_DFree(other), HIAI_OK);
}

TYPED_TEST(AllocationContract, AFreedBlockIsCountedOnItsOwnSide) {
  const OpenmatrixViewStats before = Stats().views[TypeParam::Side::kView];
  void* const block = TypeParam::Alloc(5000).block;
  ASSERT_NE(block, nullptr);
  const OpenmatrixViewStats during = Stats().views[TypeParam::Side::kView];

  ASSERT_EQ(TypeParam::Free(block), HIAI_OK);

  const OpenmatrixViewStats after = Stats().views[TypeParam::Side::kView];
  EXPECT_EQ(during.live_blocks, before.live_blocks + 1);
  EXPECT_EQ(during.live_bytes, before.live_bytes + 5000);
  EXPECT_EQ(after.live_blocks, before.live_blocks);
  EXPECT_EQ(after.frees, before.frees + 1);
}

// --- frees that are refused ---

TYPED_TEST(AllocationContract, FreeOfNullIsInvalid) {
  EXPECT_EQ(TypeParam::Free(nullptr), HIAI_GRAPH_INVALID_VALUE);
}

TYPED_TEST(AllocationContract, FreeOfAnUnknownAddressIsNotFound) {
  static int global = 0;
  int local = 0;
  void* const heap = std::malloc(64);

  EXPECT_EQ(TypeParam::Free(&global), HIAI_GRAPH_NOT_FOND_MEMORY);
  EXPECT_EQ(TypeParam::Free(&local), HIAI_GRAPH_NOT_FOND_MEMORY);
  EXPECT_EQ(TypeParam::Free(heap), HIAI_GRAPH_NOT_FOND_MEMORY);
  EXPECT_EQ(TypeParam::Free(reinterpret_cast<void*>(std::uintptr_t{16})),
            HIAI_GRAPH_NOT_FOND_MEMORY);
  EXPECT_EQ(TypeParam::Free(reinterpret_cast<void*>(~std::uintptr_t{0})),
            HIAI_GRAPH_NOT_FOND_MEMORY);
  std::free(heap);
}

TYPED_TEST(AllocationContract, FreeOfAnInteriorAddressIsNotFoundAndChangesNothing) {
  for (const std::uint32_t bytes : {129u, 4096u, 100000u, 3u << 20}) {
    auto* const block = static_cast<std::uint8_t*>(TypeParam::Alloc(bytes).block);
    ASSERT_NE(block, nullptr);
    block[bytes - 1] = 42;

    EXPECT_EQ(TypeParam::Free(block + 1), HIAI_GRAPH_NOT_FOND_MEMORY);
    EXPECT_EQ(TypeParam::Free(block + 128), HIAI_GRAPH_NOT_FOND_MEMORY);
    EXPECT_EQ(TypeParam::Free(block + bytes - 1), HIAI_GRAPH_NOT_FOND_MEMORY);

    EXPECT_EQ(block[bytes - 1], 42);
    EXPECT_EQ(TypeParam::Free(block), HIAI_OK);
  }
}

TYPED_TEST(AllocationContract, SecondFreeIsNotFoundAndChangesNothing) {
  for (const std::uint32_t bytes : {64u, 4096u, 3u << 20}) {
    void* const block = TypeParam::Alloc(bytes).block;
    ASSERT_NE(block, nullptr);
    ASSERT_EQ(TypeParam::Free(block), HIAI_OK);
    const std::uint64_t frees = Stats().views[TypeParam::Side::kView].frees;

    EXPECT_EQ(TypeParam::Free(block), HIAI_GRAPH_NOT_FOND_MEMORY);
    EXPECT_EQ(TypeParam::FreeByOtherForm(block), HIAI_GRAPH_NOT_FOND_MEMORY);

    EXPECT_EQ(Stats().views[TypeParam::Side::kView].frees, frees);
  }
}

TYPED_TEST(AllocationContract, AfterASecondFreeNoTwoAllocationsShareABlock) {
  void* const block = TypeParam::Alloc(4096).block;
  ASSERT_NE(block, nullptr);
  ASSERT_EQ(TypeParam::Free(block), HIAI_OK);
  ASSERT_NE(TypeParam::Free(block), HIAI_OK);

  void* const first = TypeParam::Alloc(4096).block;
  void* const second = TypeParam::Alloc(4096).block;

  EXPECT_NE(first, second);
  EXPECT_EQ(TypeParam::Free(first), HIAI_OK);
  EXPECT_EQ(TypeParam::Free(second), HIAI_OK);
}

TYPED_TEST(AllocationContract, FreeAsTheOtherFamilyIsRefusedAndChangesNothing) {
  for (const std::uint32_t bytes : {64u, 4096u, 3u << 20}) {
    auto* const block = static_cast<std::uint8_t*>(TypeParam::Alloc(bytes).block);
    ASSERT_NE(block, nullptr);
    block[0] = 7;

    EXPECT_EQ(TypeParam::FreeAsOtherFamily(block), HIAI_GRAPH_WRONG_MEMORY_TYPE);

    EXPECT_EQ(block[0], 7);
    EXPECT_EQ(TypeParam::Free(block), HIAI_OK);
  }
}

TYPED_TEST(AllocationContract, RefusedFreesAreCounted) {
  const std::uint64_t before = Stats().bad_frees;
  void* const block = TypeParam::Alloc(64).block;
  ASSERT_NE(block, nullptr);

  ASSERT_NE(TypeParam::FreeAsOtherFamily(block), HIAI_OK);
  ASSERT_EQ(TypeParam::Free(block), HIAI_OK);
  ASSERT_NE(TypeParam::Free(block), HIAI_OK);

  EXPECT_EQ(Stats().bad_frees, before + 2);
}

// --- frees that are fine ---

TYPED_TEST(AllocationContract, CAndCppFormsOfAFamilyMix) {
  void* const block = TypeParam::Alloc(300).block;
  ASSERT_NE(block, nullptr);

  EXPECT_EQ(TypeParam::FreeByOtherForm(block), HIAI_OK);
}

TYPED_TEST(AllocationContract, CodeOfTheOtherSideMayFree) {
  void* const block = TypeParam::Alloc(300).block;
  ASSERT_NE(block, nullptr);

  EXPECT_EQ(TypeParam::FreeFromOtherSide(block), HIAI_OK);
  EXPECT_EQ(TypeParam::Free(block), HIAI_GRAPH_NOT_FOND_MEMORY);
}

TYPED_TEST(AllocationContract, AnotherThreadMayFree) {
  std::vector<void*> blocks;
  for (std::uint32_t i = 0; i < 200; ++i) {
    blocks.push_back(TypeParam::Alloc(1 + i * 997).block);
    ASSERT_NE(blocks.back(), nullptr);
  }

  std::thread other([&blocks] {
    for (void* const block : blocks) EXPECT_EQ(TypeParam::Free(block), HIAI_OK);
  });
  other.join();

  for (void* const block : blocks) EXPECT_EQ(TypeParam::Free(block), HIAI_GRAPH_NOT_FOND_MEMORY);
}

TYPED_TEST(AllocationContract, ABlockOutlivesTheThreadThatAllocatedIt) {
  void* block = nullptr;
  std::thread other([&block] {
    block = TypeParam::Alloc(4096).block;
    if (block != nullptr) std::memset(block, 9, 4096);
  });
  other.join();
  ASSERT_NE(block, nullptr);

  EXPECT_EQ(static_cast<std::uint8_t*>(block)[4095], 9);
  EXPECT_EQ(TypeParam::Free(block), HIAI_OK);
}

TYPED_TEST(AllocationContract, TheFreeFunctionIsADeleterAsItIs) {
  const Answer answer = TypeParam::Alloc(4096);
  ASSERT_NE(answer.block, nullptr);
  {
    const std::shared_ptr<std::uint8_t> owner(static_cast<std::uint8_t*>(answer.block),
                                              TypeParam::kDeleter);
    owner.get()[4095] = 1;
    EXPECT_EQ(LiveBlocks(), 1u);
  }

  EXPECT_EQ(TypeParam::Free(answer.block), HIAI_GRAPH_NOT_FOND_MEMORY);
}

TYPED_TEST(AllocationContract, TheDeleterOfAnEmptyPointerDoesNoHarm) {
  const std::uint64_t frees = Stats().views[TypeParam::Side::kView].frees;
  { const std::shared_ptr<std::uint8_t> owner(nullptr, TypeParam::kDeleter); }

  EXPECT_EQ(Stats().views[TypeParam::Side::kView].frees, frees);
}

// --- IsDMalloc ---

TYPED_TEST(AllocationContract, IsDMallocTellsTransferMemoryFromDvpp) {
  auto* const block = static_cast<std::uint8_t*>(TypeParam::Alloc(1000).block);
  ASSERT_NE(block, nullptr);
  const auto is_dmalloc = TypeParam::Side::Get().is_dmalloc;

  EXPECT_EQ(is_dmalloc(block, 1000), TypeParam::kTransfer);
  EXPECT_EQ(is_dmalloc(block, 1), TypeParam::kTransfer);
  EXPECT_EQ(is_dmalloc(block, 0), TypeParam::kTransfer);
  EXPECT_EQ(is_dmalloc(block + 1, 999), TypeParam::kTransfer);
  EXPECT_EQ(is_dmalloc(block + 999, 1), TypeParam::kTransfer);
  EXPECT_FALSE(is_dmalloc(block, 1001));
  EXPECT_FALSE(is_dmalloc(block + 999, 2));
  EXPECT_FALSE(is_dmalloc(block + 1, 0xFFFFFFFFu));
  ASSERT_EQ(TypeParam::Free(block), HIAI_OK);
  EXPECT_FALSE(is_dmalloc(block, 1));
  EXPECT_FALSE(is_dmalloc(nullptr, 0));
  EXPECT_FALSE(is_dmalloc(nullptr, 1));
  EXPECT_FALSE(is_dmalloc(&block, sizeof block));
}

TYPED_TEST(AllocationContract, IsDMallocIsTrueInsideLargeBlocks) {
  auto* const block = static_cast<std::uint8_t*>(TypeParam::Alloc(50u << 20).block);
  ASSERT_NE(block, nullptr);
  const auto is_dmalloc = TypeParam::Side::Get().is_dmalloc;

  EXPECT_EQ(is_dmalloc(block + (40u << 20) + 13, 10u << 19), TypeParam::kTransfer);
  EXPECT_FALSE(is_dmalloc(block + (40u << 20), (10u << 20) + 1));
  EXPECT_EQ(TypeParam::Free(block), HIAI_OK);
}

// --- flags ---

template <typename Entry>
class FlagContract : public MemoryContract {};
TYPED_TEST_SUITE(FlagContract, TransferEntries);

TYPED_TEST(FlagContract, EveryFlagGivesABlockUnderDefaultRules) {
  for (const std::uint32_t flag :
       {0u, 1u, 2u, 3u, 4u, 5u, 6u, 7u, 8u, 12u, 0x80000000u, 0xFFFFFFFFu}) {
    const Answer answer = TypeParam::Alloc(100, 0, flag);

    ASSERT_NE(answer.block, nullptr) << flag;
    EXPECT_EQ(answer.status.value_or(HIAI_OK), HIAI_OK);
    EXPECT_EQ(TypeParam::Free(answer.block), HIAI_OK);
  }
}

TYPED_TEST(FlagContract, AnAutomaticBlockThatWasNeverSentIsFreedByTheCaller) {
  const Answer answer = TypeParam::Alloc(100, 0, MEMORY_ATTR_AUTO_FREE);
  ASSERT_NE(answer.block, nullptr);

  EXPECT_EQ(TypeParam::Free(answer.block), HIAI_OK);
}

// --- defaults and spellings ---

TEST(CppDefaults, TimeOutAndFlagMayBeLeftOut) {
  void* first = nullptr;
  void* second = nullptr;

  EXPECT_EQ(hiai::HIAIMemory::HIAI_DMalloc(100, first), HIAI_OK);
  EXPECT_EQ(hiai::HIAIMemory::HIAI_DMalloc(100, second, hiai::MALLOC_DEFAULT_TIME_OUT), HIAI_OK);

  EXPECT_EQ(HIAI_DFree(first), HIAI_OK);
  EXPECT_EQ(HIAI_DFree(second), HIAI_OK);
}

static_assert(hiai::MALLOC_DEFAULT_TIME_OUT == 500, "");
static_assert(hiai::HIAI_ALIBUF_MAP_VA32BIT == 0x200, "");
static_assert(MEMORY_ATTR_NONE == 0 && MEMORY_ATTR_AUTO_FREE == 2 && MEMORY_ATTR_ATUO_FREE == 2 &&
                  MEMORY_ATTR_MANUAL_FREE == 4 && MEMORY_ATTR_MAX == 5,
              "the names of c_graph.h");
static_assert(hiai::MEMORY_ATTR_NONE == 0 && hiai::MEMORY_ATTR_AUTO_FREE == 2 &&
                  hiai::MEMORY_ATTR_ATUO_FREE == 2 && hiai::MEMORY_ATTR_MANUAL_FREE == 4 &&
                  hiai::MEMORY_ATTR_MAX == 5,
              "the names of the documents");
static_assert(hiai::HIAI_MEMORY_ATTR_NONE == 0 && hiai::HIAI_MEMORY_ATTR_ATUO_FREE == 2 &&
                  hiai::HIAI_MEMORY_ATTR_AUTO_FREE == 2 &&
                  hiai::HIAI_MEMORY_ATTR_MANUAL_FREE == 4 && hiai::HIAI_MEMORY_ATTR_MAX == 5 &&
                  hiai::IAI_MEMORY_ATTR_MAX == 5 && hiai::HIAI_MEMORY_HUGE_PAGE == 1,
              "the names of the headers");
static_assert(hiai::HIAI_MEMORY_ATTR::MEMORY_ATTR_MANUAL_FREE == 4 &&
                  HIAI_Memory_attr_t::MEMORY_ATTR_AUTO_FREE == 2,
              "as members of the type");
static_assert(std::is_same<hiai::HIAI_MEMORY_ATTR, HIAI_Memory_attr_t>::value, "one entity");

namespace with_using_directive {
using namespace hiai;  // as applications do
static_assert(MEMORY_ATTR_AUTO_FREE == HIAI_MEMORY_ATTR_ATUO_FREE, "nothing is ambiguous");
}  // namespace with_using_directive

}  // namespace
}  // namespace contract
