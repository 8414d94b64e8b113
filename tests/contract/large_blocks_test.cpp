// The host may be given the last 96 bytes: OPENMATRIX_HOST_MAX_BLOCK=268435456.
#include "entries.h"

namespace contract {
namespace {

template <typename Entry>
class LargeBlocks : public MemoryContract {};
TYPED_TEST_SUITE(LargeBlocks, Entries);

TYPED_TEST(LargeBlocks, TheHostGets256MiBAndDevicesStayAtTheirMaximum) {
  const Answer answer = TypeParam::Alloc(268435456u);

  if (TypeParam::Side::kView == 0) {
    ASSERT_NE(answer.block, nullptr);
    EXPECT_EQ(TypeParam::Free(answer.block), HIAI_OK);
  } else {
    ExpectRefused(answer, HIAI_GRAPH_MALLOC_LARGER);
  }
}

TYPED_TEST(LargeBlocks, NobodyGetsMoreThan256MiB) {
  ExpectRefused(TypeParam::Alloc(268435457u), HIAI_GRAPH_MALLOC_LARGER);
}

}  // namespace
}  // namespace contract
