// Tests src/api/ai_memory.cpp: arguments, statuses, null pointers, sides. What every entry point
// has in common is tested in tests/contract; here are the corners that need the inside.
#include "hiaiengine/ai_memory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "api/process_instance.h"
#include "hiaiengine/c_graph.h"
#include "log_capture.h"
#include "memory/heap_impl.h"
#include "runtime/side.h"

// The form that passes the time-out by value, as objects compiled elsewhere import it.
extern "C" HIAI_StatusT DMallocByValue(
    std::uint32_t bytes, void*& block, std::uint32_t time,
    std::uint32_t flag) __asm__("_ZN4hiai10HIAIMemory12HIAI_DMallocEjRPvjj");

namespace openmatrix {
namespace {

using hiai::HIAIMemory;

// Runs `body` in a process of its own, with options of its own; true if it returned true there.
#define EXPECT_IN_CHILD(name, value, body)                                     \
  do {                                                                         \
    testing::FLAGS_gtest_death_test_style = "threadsafe";                      \
    EXPECT_EXIT(::setenv(name, value, 1);                                      \
                std::_Exit((body)() ? 0 : 1), testing::ExitedWithCode(0), ""); \
  } while (false)

TEST(AiMemory, EverySpellingOfAFlagIsOneValue) {
  using namespace hiai;  // as applications do: the global names must stay unambiguous
  EXPECT_EQ(MEMORY_ATTR_AUTO_FREE, 2);
  EXPECT_EQ(HIAI_MEMORY_ATTR_ATUO_FREE, 2);
  EXPECT_EQ(hiai::HIAI_MEMORY_ATTR_AUTO_FREE, 2);
  EXPECT_EQ(hiai::MEMORY_ATTR_ATUO_FREE, 2);
  EXPECT_EQ(hiai::HIAI_MEMORY_ATTR::MEMORY_ATTR_MANUAL_FREE, 4);
  EXPECT_EQ(hiai::HIAI_MEMORY_ATTR::HIAI_MEMORY_ATTR_MANUAL_FREE, 4);
  EXPECT_EQ(HIAI_MEMORY_ATTR_NONE, 0);
  EXPECT_EQ(IAI_MEMORY_ATTR_MAX, 5);
  EXPECT_EQ(HIAI_MEMORY_HUGE_PAGE, 1);
  EXPECT_EQ(MALLOC_DEFAULT_TIME_OUT, 500u);
}

TEST(AiMemory, EveryFlagOfOlderGenerationsGivesABlock) {
  for (std::uint32_t flag : {0u, 1u, 2u, 4u, 5u, 6u, 0x80000000u}) {
    void* block = nullptr;
    EXPECT_EQ(HIAIMemory::HIAI_DMalloc(64, block, 0, flag), HIAI_OK) << flag;
    EXPECT_NE(block, nullptr) << flag;
    EXPECT_EQ(HIAIMemory::HIAI_DFree(block), HIAI_OK) << flag;
  }
}

TEST(AiMemory, StrictRulesRefuseUnknownFlags) {
  EXPECT_IN_CHILD("OPENMATRIX_RULES", "strict", [] {
    for (std::uint32_t flag : {3u, 5u, 6u, 8u, 0x80000000u}) {
      void* block = &block;
      if (HIAIMemory::HIAI_DMalloc(64, block, 0, flag) != HIAI_GRAPH_INVALID_VALUE) return false;
      if (block != nullptr) return false;
    }
    void* block = nullptr;
    return HIAIMemory::HIAI_DMalloc(64, block, 0, 1) == HIAI_OK && block != nullptr;
  });
}

TEST(AiMemory, StrictRulesRefuseDvppMemoryOnTheHostOnly) {
  EXPECT_IN_CHILD("OPENMATRIX_RULES", "strict", [] {
    void* block = &block;
    const bool refused =
        HIAIMemory::HIAI_DVPP_DMalloc(64, block) == HIAI_MEMORY_NOT_SUPPORT && block == nullptr;
    ContextScope device(View::Device(0));
    return refused && HIAIMemory::HIAI_DVPP_DMalloc(64, block) == HIAI_OK && block != nullptr;
  });
}

TEST(AiMemory, AnExhaustedLimitIsNoMemoryAndANullPointer) {
  EXPECT_IN_CHILD("OPENMATRIX_HOST_MEMORY", "8M", [] {
    std::vector<void*> blocks;
    void* block = nullptr;
    HIAI_StatusT status = HIAI_OK;
    while (blocks.size() < 1000 && status == HIAI_OK) {
      status = HIAIMemory::HIAI_DMalloc(1 << 20, block, 0);
      if (status == HIAI_OK) blocks.push_back(block);
    }
    if (status != HIAI_GRAPH_NO_MEMORY || block != nullptr || blocks.empty()) return false;
    if (HIAI_DMalloc(1 << 20, 0, MEMORY_ATTR_AUTO_FREE) != nullptr) return false;
    if (HIAI_DVPP_DMalloc(1 << 20) != nullptr) return false;  // one limit for both families

    if (HIAI_DFree(blocks.back()) != HIAI_OK) return false;
    return HIAIMemory::HIAI_DMalloc(1 << 20, block, 0) == HIAI_OK;
  });
}

TEST(AiMemory, BadSizesAreRefusedWithANullPointer) {
  void* block = &block;
  EXPECT_EQ(HIAIMemory::HIAI_DMalloc(0, block), HIAI_GRAPH_INVALID_VALUE);
  EXPECT_EQ(block, nullptr);

  block = &block;
  EXPECT_EQ(HIAIMemory::HIAI_DMalloc(268435361u, block), HIAI_GRAPH_MALLOC_LARGER);
  EXPECT_EQ(block, nullptr);

  block = &block;
  EXPECT_EQ(HIAIMemory::HIAI_DVPP_DMalloc(0xFFFFFFFFu, block), HIAI_GRAPH_MALLOC_LARGER);
  EXPECT_EQ(block, nullptr);
}

TEST(AiMemory, ABlockBelongsToTheSideOfItsCaller) {
  void* host = nullptr;
  void* device = nullptr;
  ASSERT_EQ(HIAIMemory::HIAI_DMalloc(100, host), HIAI_OK);
  {
    ContextScope scope(View::Device(2));
    ASSERT_EQ(HIAIMemory::HIAI_DMalloc(100, device), HIAI_OK);
  }
  View view;

  ASSERT_TRUE(GetProcess().heap().FindView(host, view));
  EXPECT_EQ(view, View::Host());
  ASSERT_TRUE(GetProcess().heap().FindView(device, view));
  EXPECT_EQ(view, View::Device(2));

  // A free goes by the address, whoever calls.
  EXPECT_EQ(HIAIMemory::HIAI_DFree(device), HIAI_OK);
  EXPECT_EQ(HIAIMemory::HIAI_DFree(host), HIAI_OK);
}

TEST(AiMemory, IsDMallocKnowsLiveTransferBlocksOnly) {
  void* block = nullptr;
  ASSERT_EQ(HIAIMemory::HIAI_DMalloc(1000, block), HIAI_OK);
  const char* bytes = static_cast<char*>(block);
  void* dvpp = HIAI_DVPP_DMalloc(1000);

  EXPECT_TRUE(HIAIMemory::IsDMalloc(block, 1000));
  EXPECT_TRUE(HIAIMemory::IsDMalloc(block, 0));
  EXPECT_TRUE(HIAIMemory::IsDMalloc(bytes + 500, 500));
  EXPECT_FALSE(HIAIMemory::IsDMalloc(bytes + 500, 501));
  EXPECT_FALSE(HIAIMemory::IsDMalloc(dvpp, 1));
  EXPECT_FALSE(HIAIMemory::IsDMalloc(nullptr, 1));
  EXPECT_FALSE(HIAIMemory::IsDMalloc(&block, 1));
  EXPECT_EQ(HIAIMemory::HIAI_DFree(block), HIAI_OK);
  EXPECT_FALSE(HIAIMemory::IsDMalloc(block, 1000));
  EXPECT_EQ(HIAI_DVPP_DFree(dvpp), HIAI_OK);
}

TEST(AiMemory, ARefusedFreeSaysWhatToDoAndFreesNothing) {
  void* block = HIAI_DVPP_DMalloc(64);
  ASSERT_NE(block, nullptr);
  std::string text;
  {
    LogCapture log(LogLevel::kDebug);
    EXPECT_EQ(HIAI_DFree(block), HIAI_GRAPH_WRONG_MEMORY_TYPE);
    EXPECT_EQ(HIAI_DFree(static_cast<char*>(block) + 1), HIAI_GRAPH_NOT_FOND_MEMORY);
    text = log.Text();
  }

  EXPECT_NE(text.find("HIAI_DVPP_DFree"), std::string::npos) << text;
  EXPECT_NE(text.find("inside a block"), std::string::npos) << text;
  EXPECT_EQ(HIAI_DVPP_DFree(block), HIAI_OK);
}

TEST(AiMemory, AFreeOfNullIsRefusedWithoutNoise) {
  LogCapture log(LogLevel::kInfo);

  EXPECT_EQ(HIAIMemory::HIAI_DFree(nullptr), HIAI_GRAPH_INVALID_VALUE);
  EXPECT_EQ(HIAI_DVPP_DFree(nullptr), HIAI_GRAPH_INVALID_VALUE);

  EXPECT_EQ(log.Text(), "");
}

TEST(AiMemory, FailuresOfOneKindLeaveFewLines) {
  LogCapture log(LogLevel::kWarning);

  for (int i = 0; i < 1000; ++i) EXPECT_EQ(HIAI_DMalloc(0xFFFFFFFFu, 0, 2), nullptr);

  const std::string text = log.Text();
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 11);
}

// Every call that is not fast reads it: who writes takes its line from all processors.
TEST(AiMemory, ASlowCallDoesNotSayAgainWhichHeapIsFast) {
  std::atomic<bool>& fast = GetProcess().heap().impl().has_fast_path;
  EXPECT_TRUE(fast);
  fast = false;

  HIAI_DFree(nullptr);

  EXPECT_FALSE(fast.exchange(true));
}

TEST(AiMemory, TheFreeFunctionsAreDeleters) {
  void* block = nullptr;
  ASSERT_EQ(HIAIMemory::HIAI_DMalloc(64, block), HIAI_OK);
  { std::shared_ptr<std::uint8_t> owner(static_cast<std::uint8_t*>(block), HIAI_DFree); }
  EXPECT_FALSE(HIAIMemory::IsDMalloc(block, 1));

  ASSERT_EQ(HIAIMemory::HIAI_DVPP_DMalloc(64, block), HIAI_OK);
  {
    std::shared_ptr<std::uint8_t> owner(static_cast<std::uint8_t*>(block),
                                        HIAIMemory::HIAI_DVPP_DFree);
  }
  EXPECT_EQ(HIAI_DVPP_DFree(block), HIAI_GRAPH_NOT_FOND_MEMORY);
}

TEST(AiMemory, TheTimeOutMayComeByValue) {
  void* block = nullptr;

  EXPECT_EQ(DMallocByValue(64, block, 0, 4), HIAI_OK);

  EXPECT_EQ(HIAI_DFree(block), HIAI_OK);
}

}  // namespace
}  // namespace openmatrix
