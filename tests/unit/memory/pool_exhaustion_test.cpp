// Tests src/memory/pool.* when the memory of the process ends.
#include <gtest/gtest.h>

#include <new>
#include <vector>

#include "../../stress/failing_new.h"
#include "memory/pool.h"

namespace openmatrix {
namespace {

constexpr Pool::Clock::time_point kWhenever{};

class PoolExhaustion : public testing::Test {
 protected:
  std::vector<std::uint32_t> Take(std::uint32_t bytes, std::uint32_t count) {
    std::vector<std::uint32_t> grains(count);
    EXPECT_EQ(pool_.Take(ClassOf(bytes), count, false, grains.data()), count);
    return grains;
  }
  bool Put(std::uint32_t grain, std::uint32_t bytes) {
    return pool_.Put(grain, ClassOf(bytes), kWhenever);
  }

  Pool pool_{16ull << 20, 8ull << 20};
};

// As many splits as there are Run objects to be had, and not one lost.
TEST_F(PoolExhaustion, ATakeWithoutMemoryForItsBooksLosesNothing) {
  const std::uint32_t size_class = ClassOf(1u << 20);
  std::uint32_t grains[16];
  std::uint32_t all = 0;
  for (std::int64_t number = 1; all < 16 && number < 100; ++number) {
    failing_new::Arm(number);
    const std::uint32_t taken = pool_.Take(size_class, 16, false, grains);
    failing_new::Disarm();

    for (std::uint32_t i = 0; i < taken; ++i)
      EXPECT_TRUE(pool_.Put(grains[i], size_class, kWhenever));
    EXPECT_EQ(pool_.runs().used_bytes(), 0u);
    all = taken;
  }
  EXPECT_EQ(all, 16u);
}

TEST_F(PoolExhaustion, ReservingThrowsAndLetsTheNextTakeSucceed) {
  failing_new::Arm(1);
  EXPECT_THROW(pool_.Reserve(), std::bad_alloc);
  failing_new::Disarm();

  pool_.Reserve();
  std::uint32_t grain = 0;
  failing_new::Arm(1);
  EXPECT_EQ(pool_.Take(ClassOf(4096), 1, false, &grain), 1u);
  failing_new::Disarm();
}

TEST_F(PoolExhaustion, PuttingBackNeedsNoMemory) {
  const std::vector<std::uint32_t> small = Take(4096, 100);
  const std::vector<std::uint32_t> large = Take(1u << 20, 4);

  failing_new::Arm(1);
  for (const std::uint32_t grain : small) EXPECT_TRUE(Put(grain, 4096));
  for (const std::uint32_t grain : large) EXPECT_TRUE(Put(grain, 1u << 20));
  pool_.ReleaseEmptySpans(kWhenever);
  EXPECT_FALSE(failing_new::Disarm());

  EXPECT_EQ(pool_.runs().used_bytes(), 0u);
}

}  // namespace
}  // namespace openmatrix
