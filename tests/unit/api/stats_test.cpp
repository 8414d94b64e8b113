// Tests src/api/stats.cpp.
#include "openmatrix/stats.h"

#include <gtest/gtest.h>

#include <cstddef>

#include "hiaiengine/c_graph.h"
#include "runtime/side.h"

namespace openmatrix {
namespace {

OpenmatrixMemoryStats Now() {
  OpenmatrixMemoryStats stats{};
  stats.size = sizeof stats;
  stats.version = OPENMATRIX_MEMORY_STATS_VERSION;
  EXPECT_EQ(openmatrix_get_memory_stats(&stats), 0);
  return stats;
}

TEST(Stats, ABlockIsCountedOnItsSide) {
  const OpenmatrixMemoryStats before = Now();
  void* block = nullptr;
  {
    ContextScope scope(View::Device(1));
    block = HIAI_DMalloc(5000, 0, MEMORY_ATTR_MANUAL_FREE);
  }
  ASSERT_NE(block, nullptr);
  const OpenmatrixMemoryStats held = Now();
  ASSERT_EQ(HIAI_DFree(block), HIAI_OK);
  const OpenmatrixMemoryStats after = Now();

  EXPECT_EQ(held.views[2].live_blocks, before.views[2].live_blocks + 1);
  EXPECT_EQ(held.views[2].live_bytes, before.views[2].live_bytes + 5000);
  EXPECT_EQ(held.views[2].allocations, before.views[2].allocations + 1);
  EXPECT_GE(held.views[2].peak_bytes, 5000u);
  EXPECT_GT(held.views[2].limit_bytes, 0u);
  EXPECT_EQ(held.views[0].live_blocks, before.views[0].live_blocks);
  EXPECT_EQ(after.views[2].live_blocks, before.views[2].live_blocks);
  EXPECT_EQ(after.views[2].frees, before.views[2].frees + 1);
}

TEST(Stats, ARefusedFreeIsCounted) {
  int foreign = 0;
  const OpenmatrixMemoryStats before = Now();

  EXPECT_NE(HIAI_DFree(&foreign), HIAI_OK);

  EXPECT_EQ(Now().bad_frees, before.bad_frees + 1);
}

TEST(Stats, ACallerWithAShorterStructGetsItsPart) {
  OpenmatrixMemoryStats stats;
  stats.version = OPENMATRIX_MEMORY_STATS_VERSION;
  stats.size = offsetof(OpenmatrixMemoryStats, waits);
  stats.waits = 12345;

  EXPECT_EQ(openmatrix_get_memory_stats(&stats), 0);

  EXPECT_EQ(stats.size, offsetof(OpenmatrixMemoryStats, waits));
  EXPECT_EQ(stats.waits, 12345u);
}

TEST(Stats, WhatIsNotUnderstoodIsRefused) {
  OpenmatrixMemoryStats stats{};
  EXPECT_EQ(openmatrix_get_memory_stats(nullptr), -1);
  EXPECT_EQ(openmatrix_get_memory_stats(&stats), -1);
  stats.size = sizeof stats;
  stats.version = OPENMATRIX_MEMORY_STATS_VERSION + 1;
  EXPECT_EQ(openmatrix_get_memory_stats(&stats), -1);
  stats.version = OPENMATRIX_MEMORY_STATS_VERSION;
  stats.size = 4;
  EXPECT_EQ(openmatrix_get_memory_stats(&stats), -1);
}

}  // namespace
}  // namespace openmatrix
