#include "base/shared_function.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <memory>
#include <optional>

#include "cancelled.h"

namespace openmatrix {
namespace {

// Counts its copies, and is too large for a std::function to keep in itself.
struct Counting {
  explicit Counting(int& number) : copies(&number) {}
  Counting(const Counting& other) : copies(other.copies) { ++*copies; }
  int operator()(int more) const { return *copies + more; }

  int* copies;
  std::array<int, 16> weight{};
};

using Shared = SharedFunction<int(int)>;

TEST(SharedFunction, CopiesRunNoCodeOfTheUser) {
  int copies = 0;
  const Shared first{Counting(copies)};
  copies = 0;

  const Shared second = first;
  const std::function<int(int)> wrapped = second;
  const Shared third = wrapped;

  EXPECT_EQ(third(7), 7);
  EXPECT_EQ(copies, 0);
}

TEST(SharedFunction, ACopyOfTheObjectItselfIsTheUsersType) {
  int copies = 0;
  const Shared shared{Counting(copies)};
  copies = 0;

  const std::function<int(int)> own = shared.Copy();

  EXPECT_NE(own.target<Counting>(), nullptr);
  EXPECT_EQ(copies, 1);
}

TEST(SharedFunction, AFunctionIsSharedWhereItIsWithoutBeingCopied) {
  int copies = 0;
  std::function<int(int)> function = Counting(copies);
  copies = 0;

  const Shared first = Shared::OfInPlace(function);
  const Shared second = Shared::OfInPlace(function);

  EXPECT_EQ(copies, 0);
  EXPECT_EQ(function(1) + first(2) + second(3), 6);
  EXPECT_NE(function.target<Shared>(), nullptr);
}

TEST(SharedFunction, NothingStaysNothing) {
  std::function<int(int)> none;

  EXPECT_FALSE(Shared());
  EXPECT_FALSE(Shared(none));
  EXPECT_FALSE(Shared::OfInPlace(none));
  EXPECT_FALSE(Shared().Copy());
  EXPECT_FALSE(none);
}

TEST(SharedFunction, WhatTheLastOneDestroysIsNotUnwound) {
  std::atomic<int> gone{0};
  auto captured = std::make_shared<CancelledWhenItGoes>(gone);
  std::optional<SharedFunction<void()>> last([captured] {});
  captured.reset();

  EXPECT_TRUE(OutlivesItsCancellation([&last] { last.reset(); }));

  EXPECT_EQ(gone, 1);
}

}  // namespace
}  // namespace openmatrix
