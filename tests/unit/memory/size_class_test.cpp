#include "memory/size_class.h"

#include <gtest/gtest.h>

#include "memory/block_table.h"

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

TEST(SizeClass, AnExactFitIsChargedAsAskedForUpToTheLastLength) {
  for (const std::uint32_t asked : {1u, 5000u, kLargestBlock + 1, 1u << 31, 0xffffffffu}) {
    const BlockWord word = BlockWord::Received(asked, kExactFit, View::Device(63));

    EXPECT_TRUE(word.exact());
    EXPECT_EQ(word.asked(), asked);
    EXPECT_EQ(word.block_bytes(), asked);
    EXPECT_EQ(word.HoldOf(View::Device(63)), BlockWord::kReceiverHold);
    EXPECT_EQ(word.HoldOf(View::Host()), 0u);
    EXPECT_EQ(word.owner(), 0u) << "no cache may clear it";
    EXPECT_FALSE(word.SameBlock(BlockWord::Received(asked - 1, kExactFit, View::Device(63))));
  }
}

}  // namespace
}  // namespace openmatrix
