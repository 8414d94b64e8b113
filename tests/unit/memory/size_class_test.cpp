#include "memory/size_class.h"

#include <gtest/gtest.h>

namespace openmatrix {
namespace {

TEST(SizeClass, EverySizeFitsItsClassAndNoSmallerOne) {
  for (std::uint32_t size_class = 1; size_class < kClasses; ++size_class) {
    EXPECT_EQ(ClassOf(ClassBytes(size_class)), size_class);
  }
  for (std::uint32_t size_class = 1; size_class + 1 < kClasses; ++size_class) {
    EXPECT_EQ(ClassOf(ClassBytes(size_class) + 1), size_class + 1);
  }
  EXPECT_EQ(ClassOf(1), 1u);
}

TEST(SizeClass, ClassesGrowInMultiplesOfAGrain) {
  for (std::uint32_t size_class = 1; size_class < kClasses; ++size_class) {
    EXPECT_EQ(ClassBytes(size_class) % kGrainBytes, 0u);
    EXPECT_GT(ClassBytes(size_class), size_class == 1 ? 0 : ClassBytes(size_class - 1));
  }
}

TEST(SizeClass, PowersOfTwoAreExact) {
  for (std::uint32_t bytes = kGrainBytes; bytes <= kLargestBlock; bytes *= 2) {
    EXPECT_EQ(ClassBytes(ClassOf(bytes)), bytes);
  }
}

TEST(SizeClass, AtMostAnEighthIsWastedAbove32KiB) {
  for (std::uint32_t size_class = ClassOf(32768); size_class + 1 < kClasses; ++size_class) {
    const std::uint64_t worst = ClassBytes(size_class) + 1;  // the smallest size of the next class
    const std::uint64_t block = ClassBytes(size_class + 1);
    EXPECT_LE((block - worst) * 8, worst) << worst << " bytes";
  }
}

}  // namespace
}  // namespace openmatrix
