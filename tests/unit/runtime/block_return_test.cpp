// Tests src/runtime/block_return.cpp with a heap of its own.
#include "runtime/block_return.h"

#include <gtest/gtest.h>

#include "base/options.h"
#include "base/stop_token.h"

namespace openmatrix {
namespace {

class BlockReturn : public testing::Test {
 protected:
  BlockReturn() { SetBlockHeap(&heap_); }
  ~BlockReturn() override { SetBlockHeap(nullptr); }

  void* Allocate(Family family) {
    return heap_
        .Allocate(View::Host(), 100, family, Release::kManual,
                  Wait::For(std::chrono::milliseconds(0), nullptr))
        .value();
  }

  Heap heap_{Options{}};
};

TEST_F(BlockReturn, ABlockOfEitherFamilyGoesBack) {
  for (const Family family : {Family::kTransfer, Family::kDvpp}) {
    void* const block = Allocate(family);

    EXPECT_TRUE(IsHeapAddress(block));
    EXPECT_TRUE(ReturnBlock(block));

    EXPECT_EQ(heap_.AskedBytes(block), 0u);
  }
}

TEST_F(BlockReturn, WhatTheHeapHasButCannotFreeNobodyElseMayFree) {
  void* const block = Allocate(Family::kTransfer);

  EXPECT_TRUE(ReturnBlock(static_cast<char*>(block) + 1));
  EXPECT_EQ(heap_.AskedBytes(block), 100u);

  EXPECT_TRUE(ReturnBlock(block));
  EXPECT_TRUE(ReturnBlock(block));
}

TEST_F(BlockReturn, MemoryFromElsewhereIsNotTheHeaps) {
  int local = 0;

  EXPECT_FALSE(IsHeapAddress(&local));
  EXPECT_FALSE(ReturnBlock(&local));
  EXPECT_FALSE(ReturnBlock(nullptr));
}

TEST_F(BlockReturn, WithoutAHeapNothingIsOurs) {
  void* const block = Allocate(Family::kTransfer);
  SetBlockHeap(nullptr);

  EXPECT_FALSE(IsHeapAddress(block));
  EXPECT_FALSE(ReturnBlock(block));
  EXPECT_EQ(heap_.Free(block, Family::kTransfer), FreeVerdict::kFreed);
}

}  // namespace
}  // namespace openmatrix
