// What strict rules refuse and default rules accept. Runs with OPENMATRIX_RULES=strict.
#include <initializer_list>

#include "entries.h"

namespace contract {
namespace {

template <typename Entry>
class StrictRules : public MemoryContract {};
TYPED_TEST_SUITE(StrictRules, TransferEntries);

TYPED_TEST(StrictRules, KnownAndLegacyFlagsAreAccepted) {
  for (const std::uint32_t flag : {0u, 1u, 2u, 4u}) {
    const Answer answer = TypeParam::Alloc(100, 0, flag);

    ASSERT_NE(answer.block, nullptr) << flag;
    EXPECT_EQ(TypeParam::Free(answer.block), HIAI_OK);
  }
}

TYPED_TEST(StrictRules, OtherFlagsAreRefused) {
  for (const std::uint32_t flag : {5u, 6u, 8u, 12u, 0x80000000u, 0xFFFFFFFFu}) {
    SCOPED_TRACE(flag);
    ExpectRefused(TypeParam::Alloc(100, 0, flag), HIAI_GRAPH_INVALID_VALUE);
  }
}

using HostDvpp = testing::Types<CDvpp<Host>, CppDvpp<Host>>;
template <typename Entry>
class StrictDvppOnHost : public MemoryContract {};
TYPED_TEST_SUITE(StrictDvppOnHost, HostDvpp);

TYPED_TEST(StrictDvppOnHost, IsNotSupported) {
  ExpectRefused(TypeParam::Alloc(100), HIAI_MEMORY_NOT_SUPPORT);
}

using DeviceDvpp = testing::Types<CDvpp<Device>, CppDvpp<Device>>;
template <typename Entry>
class StrictDvppOnDevice : public MemoryContract {};
TYPED_TEST_SUITE(StrictDvppOnDevice, DeviceDvpp);

TYPED_TEST(StrictDvppOnDevice, Works) {
  const Answer answer = TypeParam::Alloc(100);

  ASSERT_NE(answer.block, nullptr);
  EXPECT_EQ(TypeParam::Free(answer.block), HIAI_OK);
}

TEST(StrictGraphs, GraphIdZeroIsRefused) {
  EXPECT_EQ(CreateFromText("graphs { engines { id: 1 engine_name: \"Node\" side: HOST } }"),
            HIAI_GRAPH_INVALID_VALUE);
}

}  // namespace
}  // namespace contract
