#include "runtime/library_order.h"

#include <gtest/gtest.h>

namespace openmatrix {
namespace {

ElfFacts Facts(const std::string& soname, std::vector<std::string> needed) {
  ElfFacts facts;
  facts.soname = soname;
  facts.needed = std::move(needed);
  return facts;
}

using Order = std::vector<std::size_t>;

TEST(LibraryOrder, WhatIsNeededComesFirstByEitherName) {
  const std::vector<std::string> names = {"./a.so", "d/b.so", "./c.so", "./d.so"};

  const Order order =
      DependenciesFirst(names, {Facts("", {"libc.so.6", "d.so"}), Facts("libb.so.1", {}),
                                Facts("", {"libb.so.1"}), Facts("", {"c.so"})});

  EXPECT_EQ(order, (Order{1, 2, 3, 0}));
}

TEST(LibraryOrder, TheOrderStaysWhereNothingIsNeeded) {
  EXPECT_EQ(DependenciesFirst({"b", "a", "c"}, std::vector<ElfFacts>(3)), (Order{0, 1, 2}));
  EXPECT_EQ(DependenciesFirst({}, {}), Order());
}

TEST(LibraryOrder, ACircleEnds) {
  EXPECT_EQ(DependenciesFirst({"a", "b"}, {Facts("", {"b"}), Facts("", {"a"})}), (Order{1, 0}));
}

// As deep as the list is long: neither the stack nor a look at all pairs would do.
TEST(LibraryOrder, AChainOfAHundredThousandIsOrdered) {
  constexpr std::size_t kCount = 100000;
  std::vector<std::string> names;
  std::vector<ElfFacts> facts;
  for (std::size_t i = 0; i < kCount; ++i) {
    names.push_back("lib" + std::to_string(i));
    facts.push_back(Facts("", {"lib" + std::to_string(i + 1)}));
  }

  const Order order = DependenciesFirst(names, facts);

  ASSERT_EQ(order.size(), kCount);
  for (std::size_t i = 0; i < kCount; ++i) ASSERT_EQ(order[i], kCount - 1 - i);
}

// How many attempts a list takes in which each uses the one `step` behind it.
std::size_t AttemptsFor(int count, int step) {
  std::vector<int> waiting;
  for (int i = 0; i < count; ++i) waiting.push_back(i);
  std::vector<bool> loaded(waiting.size(), false);
  std::size_t attempts = 0;
  LoadInPasses(waiting, [&](int i) {
    ++attempts;
    const int used = i + step;
    const bool ok = used < 0 || used >= count || loaded[static_cast<std::size_t>(used)];
    loaded[static_cast<std::size_t>(i)] = ok;
    return ok;
  });
  EXPECT_TRUE(waiting.empty());
  return attempts;
}

TEST(LibraryOrder, ALongChainInEitherOrderTakesFewAttempts) {
  constexpr int kCount = 1000;
  EXPECT_EQ(AttemptsFor(kCount, -1), 1u * kCount);
  EXPECT_LE(AttemptsFor(kCount, 1), 2u * kCount);
}

TEST(LibraryOrder, ThoseThatFailForGoodStayInTheirOrder) {
  std::vector<int> waiting = {1, 2, 3, 4, 5};

  LoadInPasses(waiting, [](int i) { return i == 3; });

  EXPECT_EQ(waiting, (std::vector<int>{1, 2, 4, 5}));
}

}  // namespace
}  // namespace openmatrix
